"""Show what people asked for about their own record, and hand the answer out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.paper.answers import as_pdf, as_table
from casemgr.core.paper.typesetting import typeset
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.accounting.actions import (
    answer_records_request,
    deny_access_request,
    extend_records_request,
    hand_out_accounting,
    take_records_request,
    withdraw_records_request,
)
from patients.accounting.forms import AnswerForm, ExtendForm, HandOutForm, TakeForm, WordsForm
from patients.accounting.models import CLOSED, Arrival, PaperForm, RecordsRequest, RequestKind, RequestState
from patients.accounting.queries import (
    Answer,
    account_shown,
    answer_to,
    fingerprint_of,
    handouts_seen_by,
    language_for,
    paper_of,
    programs_with,
    requests_seen_by,
    rows_handed_out,
    table_of,
    today_at,
)
from patients.caseload.queries import patients_seen_by
from patients.disclosures.models import Disclosure
from patients.disclosures.views import AccountTable
from patients.record.models import Patient

SHOWN: dict[str, tuple[Any, tuple[str, ...]]] = {
    "open": (gettext_lazy("Under way"), (RequestState.OPEN,)),
    "closed": (gettext_lazy("Done"), CLOSED),
}
"""The views of the work list: its word in the address, its name, and the states it keeps."""

FEW_HANDOUTS = 50

MOST_ROWS = 1000
"""Rows of one person's account on a page, of what was told and of what was withheld; the file handed out holds all that was told."""


class ArrivalTable(AccountTable):
    """List what was told about one person; of a sending that nobody confirmed, how far it got."""

    class Meta(AccountTable.Meta):
        exclude = ("outcome",)

    def render_recipient_name(self, record: Disclosure) -> SafeString:
        """Name the recipient, and say if it is not known to have got it."""
        named = super().render_recipient_name(record)
        return format_html("{}<br>{}", named, state("warn", Arrival(record.arrival).label)) if record.arrival else named


class RequestTable(tables.Table):
    """List requests: what for whom, until when."""

    kind = tables.Column(verbose_name=gettext_lazy("What"))
    patient = tables.Column(verbose_name=gettext_lazy("For"))
    received_on = tables.Column(verbose_name=gettext_lazy("Received"))
    due_on = tables.Column(verbose_name=gettext_lazy("Due"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    next_url = ""
    empty_help = gettext_lazy("When somebody asks what was told about them, or for a copy of their record, the request stands here.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No requests here")

    def render_kind(self, record: RecordsRequest) -> SafeString:
        """Lead to the request."""
        address = reverse("patients:records_request", args=[record.patient.public_id, record.pk])
        return format_html('<a href="{}" data-row-link>{}</a>', address, record.get_kind_display())

    def render_patient(self, record: RecordsRequest) -> SafeString:
        """Name the person."""
        who = record.patient
        return person(who.display_name, legal=who.legal_name, pronouns=who.pronouns, url=reverse("desk:chart", args=[who.public_id]))

    def render_received_on(self, record: RecordsRequest) -> SafeString:
        """Say the day."""
        return moment(record.received_on, "day")

    def render_due_on(self, record: RecordsRequest) -> SafeString:
        """Say the day, and whether it has passed."""
        late = state("stop", _("Overdue")) if is_overdue(record) else ""
        return format_html("{} {}", moment(record.due_on, "day"), late)

    def render_state(self, record: RecordsRequest) -> SafeString:
        """Say where it stands."""
        return state(RecordsRequest.tones[record.state], record.get_state_display())


def is_overdue(asked: RecordsRequest) -> bool:
    """Say whether the day of a request that waits is over, where the reader is."""
    return asked.is_open and asked.due_on < timezone.localdate()


@page(Can.SEE_DISCLOSURES)
def account(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show a person's accounting of disclosures, to read and to print for them; what was withheld stands apart."""
    row, now = _patient(request, Can.SEE_DISCLOSURES, patient), timezone.now()
    note_read(by=request.user, at=now, what="accounting_of_disclosures", patient_id=row.pk)
    shown = account_shown(row, request.user, now, most=MOST_ROWS)
    context = {
        "patient": row,
        "account": shown,
        "table": ArrivalTable(shown.told),
        "withheld": AccountTable(shown.withheld) if shown.withheld else None,
        "most": MOST_ROWS,
        "now": now,
    }
    return render(request, "patients/accounting/account.html", context)


@page(Can.OVERSEE_PRIVACY)
def work_list(request: StaffRequest) -> HttpResponse:
    """List what people asked for about their record, the next due first."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    kind = request.GET.get("kind", "")
    kind = kind if kind in RequestKind.values else ""
    rows = requests_seen_by(request.user, can=Can.OVERSEE_PRIVACY).filter(state__in=SHOWN[shown][1]).select_related("patient")
    rows = rows.filter(kind=kind) if kind else rows
    found = slice_of(rows, by="due_on" if shown == "open" else "-due_on", after=request.GET.get("after", ""))
    people = [row.patient_id for row in found.rows]
    note_read(by=request.user, at=timezone.now(), what="records_requests", detail={"show": shown, "kind": kind}, people=people)
    table = RequestTable(found.rows)
    table.next_url = f"?show={shown}&kind={kind}&after={found.next_key}" if found.next_key else ""
    views = {key: name for key, (name, _states) in SHOWN.items()}
    context = {"table": table, "shown": shown, "views": views, "kind": kind, "kinds": RequestKind.choices}
    return render(request, "patients/accounting/work_list.html", context)


@page(Can.TAKE_COMPLAINT)
def records_requests(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what one person asked for about their own record."""
    row = _patient(request, Can.TAKE_COMPLAINT, patient)
    note_read(by=request.user, at=timezone.now(), what="records_requests", patient_id=row.pk)
    rows = requests_seen_by(request.user).filter(patient=row).select_related("patient").order_by("-received_on", "-pk")
    table = RequestTable(rows[:FEW_HANDOUTS], exclude=("patient",))
    context = {"patient": row, "table": table, "sees": request.user.may(Can.SEE_DISCLOSURES)}
    return render(request, "patients/accounting/requests.html", context)


@page(Can.TAKE_COMPLAINT)
def take(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down what a person asks for."""
    row = _patient(request, Can.TAKE_COMPLAINT, patient)
    now = timezone.now()
    programs = programs_with(row, request.user, can=Can.TAKE_COMPLAINT)
    form = TakeForm(request.POST or None, programs=programs, today=timezone.localdate(now))
    if form.is_valid():
        facts = form.cleaned_data
        asked = attempt(form, lambda: take_records_request(patient=row, **facts, by=request.user, at=now))
        if asked is not None:
            messages.success(request, _("The request is on record, and its time runs."))
            return redirect("patients:records_request", row.public_id, asked.pk)
    return _form_page(request, "patients/accounting/take.html", row, form)


@page(Can.TAKE_COMPLAINT)
def records_request(request: StaffRequest, patient: UUID, asked: int) -> HttpResponse:
    """Show one request, until when it is owed, and what was handed out for it."""
    row = _patient(request, Can.TAKE_COMPLAINT, patient)
    found = get_object_or_404(
        requests_seen_by(request.user).select_related("program", "recorded_by").prefetch_related("handouts"), patient=row, pk=asked
    )
    note_read(
        by=request.user, at=timezone.now(), what="records_request", patient_id=row.pk, subject=f"{found._meta.label_lower}:{found.pk}"
    )
    context = {
        "patient": row,
        "asked": found,
        "stands": state(RecordsRequest.tones[found.state], found.get_state_display()),
        "late": is_overdue(found),
        "oversees": request.user.may(Can.OVERSEE_PRIVACY) and found.is_open,
        "extends": found.is_open and found.extended_on is None and found.kind != "intermediary_list" and not is_overdue(found),
        "sees": request.user.may(Can.SEE_DISCLOSURES),
        "language": language_for(row),
    }
    return render(request, "patients/accounting/request.html", context)


@page(Can.OVERSEE_PRIVACY)
def extend(request: StaffRequest, patient: UUID, asked: int) -> HttpResponse:
    """Take the one extension, with the reason that the person is told."""
    row, found = _asked(request, Can.OVERSEE_PRIVACY, patient, asked)
    form = ExtendForm(request.POST or None)
    return _ask(request, row, found, form, extend_records_request, _("More time"), _("The request has its extension."))


@page(Can.OVERSEE_PRIVACY)
def answer(request: StaffRequest, patient: UUID, asked: int) -> HttpResponse:
    """Say how the answer reached the person."""
    row, found = _asked(request, Can.OVERSEE_PRIVACY, patient, asked)
    form = AnswerForm(request.POST or None, is_free=found.is_free)
    return _ask(request, row, found, form, answer_records_request, _("Answered"), _("The request is answered."))


@page(Can.OVERSEE_PRIVACY)
def deny(request: StaffRequest, patient: UUID, asked: int) -> HttpResponse:
    """Say that a copy of the record was denied in writing, and why."""
    row, found = _asked(request, Can.OVERSEE_PRIVACY, patient, asked)
    form = WordsForm(request.POST or None)
    return _ask(request, row, found, form, deny_access_request, _("Denied in writing"), _("The request is closed as denied."))


@page(Can.TAKE_COMPLAINT)
def withdraw(request: StaffRequest, patient: UUID, asked: int) -> HttpResponse:
    """Say that the person took the request back."""
    row, found = _asked(request, Can.TAKE_COMPLAINT, patient, asked)
    form = WordsForm(request.POST or None)
    return _ask(request, row, found, form, withdraw_records_request, _("Taken back"), _("The request is closed: it was taken back."))


@page(Can.SEE_DISCLOSURES)
def hand_out(request: StaffRequest, patient: UUID) -> HttpResponseBase:
    """Ask how, then hand out the accounting of one person; the file is put on record before it leaves."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    form = HandOutForm(request.POST or None, initial={"language": language_for(row)})
    programs = programs_with(row, request.user, can=Can.SEE_DISCLOSURES)
    if form.is_valid():
        program = next((one for one in programs if one == request.program), programs.first())
        if program is None:
            raise Http404
        return _file(request, row, program, **form.cleaned_data)
    handed = handouts_seen_by(request.user).filter(patient=row)[:FEW_HANDOUTS]
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="handouts", patient_id=row.pk)
    return _form_page(request, "patients/accounting/hand_out.html", row, form, handed=handed)


@page(Can.SEE_DISCLOSURES)
def hand_out_for(request: StaffRequest, patient: UUID, asked: int) -> HttpResponseBase:
    """Hand out the list that a request asked for."""
    row, found = _asked(request, Can.SEE_DISCLOSURES, patient, asked)
    form = HandOutForm({"regime": found.regime, **request.POST.dict()} if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid() or not found.is_open or not found.lists_disclosures:
        return redirect("patients:records_request", row.public_id, found.pk)
    return _file(request, row, found.program, **{**form.cleaned_data, "regime": found.regime}, asked=found)


@page(Can.SEE_DISCLOSURES)
def handout(request: StaffRequest, patient: UUID, handout: int) -> HttpResponse:
    """Show exactly what a person was handed once."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    found = get_object_or_404(handouts_seen_by(request.user).select_related("request"), patient=row, pk=handout)
    _note(request, "handout", row, found)
    rows = list(rows_handed_out(found, request.user))
    context = {"patient": row, "handout": found, "table": AccountTable(rows, exclude=("outcome",)), "count": len(rows)}
    return render(request, "patients/accounting/handout.html", context)


def _file(
    request: StaffRequest,
    patient: Patient,
    program: Program,
    *,
    regime: str,
    language: str,
    paper_form: str,
    asked: RecordsRequest | None = None,
) -> HttpResponseBase:
    """Make the file, keep what stands in it, and only then let it go."""
    now: datetime = timezone.now()
    said = answer_to(patient, program=program, user=request.user, at=now, regime=regime, language=language, asked=asked)
    name = said.kind.replace("_", "-")
    on = today_at(program, now)
    if paper_form == PaperForm.CSV:
        _keep(request, said, paper_form, fingerprint_of(part.encode() for part in table_of(said)), now, asked)
        return as_table(table_of(said), what=name, on=on)
    pdf = typeset("accounting", paper_of(said), language=said.language)
    _keep(request, said, paper_form, fingerprint_of([pdf]), now, asked)
    return as_pdf(pdf, what=name, on=on)


def _keep(request: StaffRequest, said: Answer, paper_form: str, sha256: str, at: datetime, asked: RecordsRequest | None) -> None:
    """Put what is handed out on record."""
    hand_out_accounting(answer=said, paper_form=paper_form, sha256=sha256, request=asked, by=request.user, at=at)


def _note(request: StaffRequest, what: str, patient: Patient, row: Model) -> None:
    """Put on the record that somebody saw this row of a person."""
    note_read(by=request.user, at=timezone.now(), what=what, patient_id=patient.pk, subject=f"{row._meta.label_lower}:{row.pk}")


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _asked(request: StaffRequest, can: Can, public_id: UUID, key: int) -> tuple[Patient, RecordsRequest]:
    """Return a person and one of their requests, within reach of this right."""
    row = _patient(request, can, public_id)
    return row, get_object_or_404(requests_seen_by(request.user, can=can).select_related("program"), patient=row, pk=key)


def _ask(
    request: StaffRequest, patient: Patient, asked: RecordsRequest, form: Any, verb: Callable[..., RecordsRequest], title: str, done: str
) -> HttpResponse:
    """Ask for what a verb needs, and do it."""
    if form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: verb(asked=asked, **facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, done)
            return redirect("patients:records_request", patient.public_id, asked.pk)
    return _form_page(request, "patients/accounting/act.html", patient, form, asked=asked, act=title)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a person."""
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.is_bound else 200)
