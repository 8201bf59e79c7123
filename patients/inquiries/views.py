"""Take calls, show who is to be called back and who waits, and lead on to a chart when there is need."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import NOTHING, moment, state
from patients.caseload.queries import hidden_among, patients_seen_by, sites_open_to
from patients.inquiries.actions import (
    change_inquiry,
    close_inquiry,
    link_inquiry,
    note_inquiry_step,
    put_on_waitlist,
    record_screening_visit,
    register_from_inquiry,
    take_inquiry,
    take_on_inquiry,
    triage_inquiry,
)
from patients.inquiries.forms import (
    CloseForm,
    InquiryForm,
    StepForm,
    TakeInquiryForm,
    TriageForm,
    VisitForm,
    WaitForm,
    person_of,
    said_of,
)
from patients.inquiries.models import Asker, Inquiry, InquiryState, Pace, WaitlistPlace
from patients.inquiries.queries import TO_CALL_BACK, Waits, inquiries_seen_by, open_place_of, people_like, waiting_facts, waitlist_seen_by
from patients.record.forms import RegisterForm

SHOWN = {
    "open": (gettext_lazy("To call back"), TO_CALL_BACK, "pace"),
    "waiting": (gettext_lazy("On the waitlist"), Q(state=InquiryState.WAITING), "received_at"),
    "closed": (gettext_lazy("Closed"), Q(state=InquiryState.CLOSED), "-received_at"),
}
"""The views of the inquiries: their word in the address, their name, which of them, in which order."""

DEEDS: dict[str, Callable[..., Any]] = {
    "take_on": take_on_inquiry,
    "step": note_inquiry_step,
    "triage": triage_inquiry,
    "wait": put_on_waitlist,
    "visit": record_screening_visit,
    "close": close_inquiry,
}
"""What may be done about an inquiry, by its word in the address."""


class InquiryTable(tables.Table):
    """List inquiries: who, what for, how soon, who has it."""

    who = tables.Column(verbose_name=gettext_lazy("Who"), empty_values=())
    asks_for = tables.Column(verbose_name=gettext_lazy("Asks for"))
    pace = tables.Column(verbose_name=gettext_lazy("Speak with them"))
    call_by = tables.Column(verbose_name=gettext_lazy("Call back by"))
    in_hand = tables.Column(verbose_name=gettext_lazy("Who has it"), empty_values=())

    next_url = ""
    empty_help = gettext_lazy("Whoever asks for help is written down here, with or without a name, before there is a chart.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nobody is to be called back")
        row_attrs = {"data-state": lambda record: "stop" if record.is_open and record.pace == Pace.NOW else ""}

    def render_who(self, record: Inquiry) -> SafeString:
        """Name the person, and who asks for them; lead to the inquiry."""
        asks = "" if record.asker == Asker.PERSON else record.get_asker_display()
        url = reverse("patients:inquiry", args=[record.pk])
        return format_html('<a href="{}" data-row-link>{}</a> <small class="muted">{}</small>', url, name_of(record), asks)

    def render_pace(self, record: Inquiry) -> SafeString:
        """Say how soon somebody speaks with the person, or what it came to."""
        return how_soon(record)

    def render_call_by(self, record: Inquiry) -> SafeString:
        """Say until when, and whether a message may be left."""
        late = state("warn", _("Late")) if record.is_open and record.call_by < timezone.now() else ""
        return format_html("{} {} {}", moment(record.call_by), late, safely(record))

    def render_in_hand(self, record: Inquiry) -> SafeString:
        """Say who calls back."""
        return format_html("{}", record.in_hand) if record.in_hand else state("quiet", _("Nobody"))


class WaitlistTable(tables.Table):
    """List who waits: place, who, why in this order, how long, what was done, until when."""

    position = tables.Column(verbose_name=gettext_lazy("Place"), empty_values=())
    who = tables.Column(verbose_name=gettext_lazy("Who"), empty_values=())
    priority = tables.Column(verbose_name=gettext_lazy("Order"), empty_values=())
    waits = tables.Column(verbose_name=gettext_lazy("Waits"), empty_values=())
    done = tables.Column(verbose_name=gettext_lazy("Last done"), empty_values=())
    owed = tables.Column(verbose_name=gettext_lazy("Owed"), empty_values=())

    empty_help = gettext_lazy("People come here from a screening visit, or straight from an inquiry.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nobody waits for a place")

    def render_position(self, record: Any) -> int:
        """Say which place it is."""
        found: int = record.position
        return found

    def render_who(self, record: Any) -> SafeString:
        """Name the person and lead to the inquiry."""
        url = reverse("patients:inquiry", args=[record.inquiry_id])
        return format_html('<a href="{}" data-row-link>{}</a>', url, name_of(record.inquiry))

    def render_priority(self, record: Any) -> SafeString:
        """Say in which order the person is admitted."""
        return format_html("{}", record.get_priority_display())

    def render_waits(self, record: Any) -> SafeString:
        """Say for how many days, and mark a long wait."""
        waits: Waits = record.facts
        days = ngettext("%(count)s day", "%(count)s days", waits.days) % {"count": waits.days}
        return format_html("{} {}", days, state("warn", _("Long")) if waits.is_long else "")

    def render_done(self, record: Any) -> Any:
        """Say what was done last, and whether naloxone was given."""
        waits: Waits = record.facts
        last = format_html("{} {}", waits.last.get_kind_display(), moment(waits.last.happened_at)) if waits.last else NOTHING
        return format_html("{} {}", last, state("good", _("Naloxone given")) if waits.has_naloxone else state("warn", _("No naloxone yet")))

    def render_owed(self, record: Any) -> Any:
        """Say until when help while waiting and a place are owed."""
        return what_is_owed(record, record.facts)


def name_of(inquiry: Inquiry) -> str:
    """Return how the person is called: by the chart once there is one."""
    return inquiry.patient.display_name if inquiry.patient else str(inquiry)


def how_soon(inquiry: Inquiry) -> SafeString:
    """Draw how soon somebody speaks with the person, or what the inquiry came to."""
    if not inquiry.is_open:
        return state("quiet", inquiry.get_ended_because_display())
    kind = {Pace.NOW: "stop", Pace.TODAY: "warn"}.get(Pace(inquiry.pace), "note")
    return state(kind, inquiry.get_pace_display())


def safely(inquiry: Inquiry) -> SafeString:
    """Draw what is to be heeded in a call back."""
    if inquiry.say_nothing:
        return state("stop", _("Do not say who calls"))
    return SafeString("") if inquiry.may_leave_message or not inquiry.call_back else state("warn", _("No message"))


def what_is_owed(place: WaitlistPlace, waits: Waits) -> Any:
    """Draw until when help while waiting and a place are owed, and what is late."""
    parts = []
    if place.interim_by:
        mark = state("stop", _("Late")) if waits.interim_late else ""
        parts.append(format_html("{} {} {}", _("help while waiting by"), moment(place.interim_by), mark))
    if place.admit_by:
        mark = state("stop", _("Late")) if waits.admit_late else ""
        parts.append(format_html("{} {} {}", _("a place by"), moment(place.admit_by, "day"), mark))
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in parts)) if parts else NOTHING


@page(Can.TAKE_INQUIRY)
def inquiries(request: StaffRequest) -> HttpResponse:
    """List who is to be called back, the most pressing first; or who waits, or what is closed."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    _name, which, order = SHOWN[shown]
    rows = inquiries_seen_by(request.user).filter(which)
    found = slice_of(rows, by=order, after=request.GET.get("after", ""))
    people = [row.patient_id for row in found.rows if row.patient_id]
    note_read(by=request.user, at=timezone.now(), what="inquiries", detail={"show": shown, "rows": len(found.rows)}, people=people)
    table = InquiryTable(found.rows)
    table.next_url = f"?{urlencode({'show': shown, 'after': found.next_key})}" if found.next_key else ""
    context = {"table": table, "shown": shown, "views": {word: name for word, (name, *_rest) in SHOWN.items()}}
    return render(request, "patients/inquiries/list.html", context)


@page(Can.TAKE_INQUIRY)
def take(request: StaffRequest) -> HttpResponse:
    """Take a call, a visit or a letter of somebody who asks for help."""
    sites = sites_open_to(request.user, can=Can.TAKE_INQUIRY).filter(program=request.program)
    form = TakeInquiryForm(request.POST or None, sites=sites)
    if form.is_valid():
        now = timezone.now()
        made = attempt(form, lambda: take_inquiry(**form.inquiry, received_at=now, by=request.user, at=now))
        if made is not None:
            messages.success(request, _("The inquiry is on the list."))
            return redirect("patients:inquiry", made.pk)
    return render(request, "patients/inquiries/take.html", {"form": form}, status=422 if form.errors else 200)


@page(Can.TAKE_INQUIRY)
def inquiry(request: StaffRequest, inquiry: int) -> HttpResponse:
    """Show one inquiry: what was said, how to call back safely, what was done, and what may be done."""
    return _show(request, _seen(request, inquiry))


@page(Can.TAKE_INQUIRY)
def change(request: StaffRequest, inquiry: int) -> HttpResponse:
    """Correct or complete what somebody said."""
    row = _seen(request, inquiry)
    form = InquiryForm(request.POST or None, initial=said_of(row))
    if request.method == "GET":
        _note(request, row)
    if form.is_valid() and attempt(form, lambda: change_inquiry(inquiry=row, **form.facts, by=request.user, at=timezone.now())) is not None:
        messages.success(request, _("Saved."))
        return redirect("patients:inquiry", row.pk)
    return render(request, "patients/inquiries/change.html", {"inquiry": row, "form": form}, status=422 if form.errors else 200)


@require_POST
@page(Can.TAKE_INQUIRY)
def act(request: StaffRequest, inquiry: int, deed: str) -> HttpResponse:
    """Do one thing about an inquiry: take it on, note a step, ask again, let wait, write down a visit, close."""
    row = _seen(request, inquiry)
    forms = _forms(row, deed, request.POST)
    if deed not in forms:
        raise Http404
    form = forms[deed]
    if form.is_valid():
        facts = form.triage if isinstance(form, TriageForm) else form.cleaned_data
        if attempt(form, lambda: DEEDS[deed](inquiry=row, **facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("Saved."))
            return redirect("patients:inquiry", row.pk)
    return _show(request, row, forms=forms, opened=deed)


@page(Can.TAKE_INQUIRY)
def person(request: StaffRequest, inquiry: int) -> HttpResponse:
    """Look who the person of an inquiry may be; say it is them, or make a record for somebody who has none."""
    row = _seen(request, inquiry)
    found = people_like(row)
    hidden = hidden_among(request.user, [candidate.patient for candidate in found])
    candidates = [candidate for candidate in found if candidate.patient not in hidden]
    _note_shown(request, candidates)
    same = next((c.patient for c in candidates if str(c.patient.public_id) == request.POST.get("same")), None)
    registers = request.user.may(Can.REGISTER_PATIENT, program_id=row.program_id)
    sites = sites_open_to(request.user, can=Can.REGISTER_PATIENT).filter(program=row.program_id)
    form = RegisterForm(request.POST if "given_name" in request.POST else None, initial=person_of(row), sites=sites, candidates=candidates)
    now = timezone.now()
    if same is not None and attempt(form, lambda: link_inquiry(inquiry=row, patient=same, by=request.user, at=now)) is not None:
        messages.success(request, _("The inquiry belongs to %(name)s.") % {"name": same.display_name})
        return redirect("patients:inquiry", row.pk)
    if same is None and registers and form.is_valid():
        data = form.cleaned_data
        known = [*(data.get("not_same_as") or ()), *hidden]
        make = {**form.facts, "site": data["site"], "not_same_as": known}
        if attempt(form, lambda: register_from_inquiry(inquiry=row, **make, by=request.user, at=now)) is not None:
            messages.success(request, _("The person was registered."))
            return redirect("patients:inquiry", row.pk)
    seen = set(patients_seen_by(request.user).filter(pk__in=[c.patient.pk for c in candidates]).values_list("pk", flat=True))
    context = {"inquiry": row, "form": form, "candidates": candidates, "registers": registers, "seen": seen}
    return render(request, "patients/inquiries/person.html", context, status=422 if form.errors else 200)


@page(Can.TAKE_INQUIRY)
def waitlist(request: StaffRequest) -> HttpResponse:
    """Show who waits for a place, in the order in which places are given."""
    places = waitlist_seen_by(request.user, request.program, timezone.now())
    people = [place.inquiry.patient_id for place in places if place.inquiry.patient_id]
    note_read(by=request.user, at=timezone.now(), what="waitlist", detail={"rows": len(places)}, people=people)
    return render(request, "patients/inquiries/waitlist.html", {"table": WaitlistTable(places)})


def _seen(request: StaffRequest, key: int) -> Inquiry:
    """Return an inquiry within reach, or nothing at all."""
    return get_object_or_404(inquiries_seen_by(request.user).select_related("program", "recorded_by"), pk=key)


def _note(request: StaffRequest, row: Inquiry) -> None:
    """Put on the record that somebody read an inquiry."""
    note_read(by=request.user, at=timezone.now(), what="inquiry", patient_id=row.patient_id, subject=f"patients.inquiry:{row.pk}")


def _note_shown(request: StaffRequest, candidates: list[Any]) -> None:
    """Put on the record whose names were shown as perhaps the same person."""
    now = timezone.now()
    note_many(
        audit_event(by=request.user, at=now, verb="perhaps_the_same_person", outcome=Outcome.SEEN, patient_id=candidate.patient.pk)
        for candidate in candidates
    )


def _forms(row: Inquiry, deed: str = "", typed: Any = None) -> dict[str, Any]:
    """Return a form for each thing that may be done about an inquiry as it stands; one of them holds what was typed.

    Of an inquiry that somebody closed meanwhile there is only that one: it is told what became of it and loses no word.
    """
    now = timezone.localtime().replace(second=0, microsecond=0)
    waits = row.state == InquiryState.WAITING or (row.state == InquiryState.TO_ADMIT and open_place_of(row) is not None)
    makers: dict[str, Callable[[Any], Form]] = {
        "take_on": lambda data: Form(data),
        "step": lambda data: StepForm(data, now=now, waiting=waits),
        "triage": lambda data: TriageForm(data),
        "close": lambda data: CloseForm(data),
    }
    if not waits:
        makers["wait"] = lambda data: WaitForm(data, initial={"joined_on": timezone.localdate()})
    if row.patient_id:
        makers["visit"] = lambda data: VisitForm(data, initial={"held_at": now})
    forms = {name: make(typed if name == deed else None) for name, make in makers.items() if row.is_open or name == deed}
    for name, form in forms.items():
        form.auto_id = f"{name}_%s"
    return forms


def _show(request: StaffRequest, row: Inquiry, *, forms: dict[str, Any] | None = None, opened: str = "") -> HttpResponse:
    """Show an inquiry, with what was typed when it was refused."""
    _note(request, row)
    triages = list(row.triages.select_related("recorded_by"))
    place, steps = open_place_of(row), list(row.steps.select_related("recorded_by"))
    context = {
        "inquiry": row,
        "triages": triages,
        "calls": list(row.calls.select_related("user")),
        "danger": [answer for triage in triages for answer in triage.dangers],
        "steps": steps,
        "visits": list(row.visits.select_related("recorded_by")),
        "place": place,
        "owed": what_is_owed(place, waiting_facts(place, steps, timezone.now())) if place else "",
        "soon": how_soon(row),
        "name": name_of(row),
        "forms": forms or _forms(row),
        "opens": {opened: True},
        "admits": bool(row.patient_id) and request.user.may(Can.ADMIT_PATIENT, program_id=row.program_id),
    }
    return render(request, "patients/inquiries/inquiry.html", context, status=422 if opened else 200)
