"""Show who was sent where, and take in what the partner answered."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import NOTHING, person, state
from patients.caseload.queries import patients_seen_by
from referrals.referral.actions import answer_referral, complete_referral, draft_referral, send_referral, withdraw_referral
from referrals.referral.forms import AnswerForm, ReferralForm
from referrals.referral.models import Referral, ReferralState
from referrals.referral.queries import (
    account_of,
    days_waiting,
    program_to_refer_from,
    referral_list,
    referrals_of,
    referrals_seen_by,
    told_beside,
    told_with,
    waits_long,
)

SHOWN = {
    "waiting": gettext_lazy("Waiting for an answer"),
    "draft": gettext_lazy("Drafts"),
    "accepted": gettext_lazy("Accepted"),
    "all": gettext_lazy("All"),
}
KINDS = {
    ReferralState.SENT: "note",
    ReferralState.ACCEPTED: "good",
    ReferralState.COMPLETED: "good",
    ReferralState.DECLINED: "stop",
    ReferralState.DRAFT: "quiet",
    ReferralState.WITHDRAWN: "quiet",
}
PAPER_WHILE = {ReferralState.SENT, ReferralState.ACCEPTED}
"""States in which what a referral tells may still be put on paper."""

PRESSES: dict[str, tuple[Callable[..., Referral], Any]] = {
    "send": (send_referral, gettext_lazy("The referral is sent, and what was told is on the account of disclosures.")),
    "complete": (complete_referral, gettext_lazy("The referral is completed.")),
    "withdraw": (withdraw_referral, gettext_lazy("The referral is withdrawn.")),
}
"""What one key does with a referral, and what is said afterwards."""


class ReferralTable(tables.Table):
    """List referrals: what for, who, where, where it stands, since when."""

    service = tables.Column(verbose_name=gettext_lazy("Asked for"))
    patient = tables.Column(verbose_name=gettext_lazy("For"))
    organization = tables.Column(verbose_name=gettext_lazy("To"))
    state = tables.Column(verbose_name=gettext_lazy("State"))
    waits = tables.Column(verbose_name=gettext_lazy("Waiting"), empty_values=())

    next_url = ""
    empty_help = gettext_lazy("Referrals appear here when one is written from a person's chart.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No referrals here")

    def render_service(self, record: Referral) -> SafeString:
        """Lead to the referral."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("referrals:referral", args=[record.pk]), record.service)

    def render_patient(self, record: Referral) -> SafeString:
        """Name the person and lead to the chart."""
        patient = record.patient
        chart = reverse("desk:chart", args=[patient.public_id])
        return person(patient.display_name, legal=patient.legal_name, pronouns=patient.pronouns, url=chart)

    def render_state(self, record: Referral) -> SafeString:
        """Draw where it stands."""
        return referral_state(record)

    def render_waits(self, record: Referral) -> SafeString:
        """Say for how long the answer is waited for."""
        return waiting(record)


def referral_state(referral: Referral) -> SafeString:
    """Draw where a referral stands."""
    return state(KINDS[ReferralState(referral.state)], referral.get_state_display())


def waiting(referral: Referral) -> SafeString:
    """Say for how long an answer is waited for, and mark what is too long."""
    today = timezone.localdate()
    days = days_waiting(referral, today)
    if days is None:
        return NOTHING
    words = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    return state("warn", words) if waits_long(referral, today) else format_html("{}", words)


@page(Can.SEE_CASEWORK)
def referrals(request: StaffRequest) -> HttpResponse:
    """List the referrals of everybody one may see."""
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else "waiting"
    order = "sent_at" if shown == "waiting" else "-pk"
    found = slice_of(referral_list(request.user, show=str(shown)), by=order, after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="referral_list", people=[row.patient_id for row in found.rows])
    table = ReferralTable(found.rows)
    table.next_url = f"?show={shown}&after={found.next_key}" if found.next_key else ""
    context = {"table": table, "shown": shown, "views": SHOWN, "refers": request.user.may(Can.MAKE_REFERRAL)}
    return render(request, "referrals/referral/referrals.html", context)


@page(Can.MAKE_REFERRAL)
def refer(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write a referral; nothing leaves yet."""
    found = get_object_or_404(patients_seen_by(request.user, can=Can.MAKE_REFERRAL), public_id=patient)
    program = program_to_refer_from(found, request.user, request.program)
    form, key = ReferralForm(request.POST or None), key_of(draft_referral, found.public_id, program.pk)
    if form.is_valid():
        facts = {"patient": found, "program": program, **told_of(key, request.POST), **form.cleaned_data}
        written = attempt(form, lambda: draft_referral(**facts, by=request.user, at=timezone.now()))
        if written is not None:
            messages.success(request, _("The referral is a draft. Look it over, then send it."))
            return redirect("referrals:referral", written.pk)
    context = {"patient": found, "form": form, "draft": key}
    return render(request, "referrals/referral/refer.html", context, status=422 if form.is_bound else 200)


@page(Can.SEE_CASEWORK)
def referral(request: StaffRequest, referral_id: int) -> HttpResponse:
    """Show one referral: what is told, what was answered, what comes next."""
    return _show(request, _seen(request, referral_id))


@require_POST
@page(Can.MAKE_REFERRAL)
def press(request: StaffRequest, referral_id: int, verb: str) -> HttpResponse:
    """Send, complete or withdraw a referral."""
    found = _seen(request, referral_id, can=Can.MAKE_REFERRAL)
    done, said = PRESSES[verb]
    try:
        done(referral=found, by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, found, refused=refused)
    messages.success(request, said)
    return redirect("referrals:referral", found.pk)


@require_POST
@page(Can.ANSWER_REFERRAL)
def answer(request: StaffRequest, referral_id: int) -> HttpResponse:
    """Write down what the partner answered."""
    found = _seen(request, referral_id, can=Can.ANSWER_REFERRAL)
    form = AnswerForm(request.POST)
    told = told_of(key_of(answer_referral, found.patient.public_id, found.pk), request.POST)
    if form.is_valid():
        facts = {"referral": found, **told, **form.cleaned_data}
        answered = attempt(form, lambda: answer_referral(**facts, by=request.user, at=timezone.now()))
        if answered is not None:
            messages.success(request, _("The answer is written down."))
            return redirect("referrals:referral", found.pk)
    return _show(request, found, form=form)


def _seen(request: StaffRequest, referral_id: int, *, can: Can = Can.SEE_CASEWORK) -> Referral:
    """Return a referral within reach of this right, or nothing at all."""
    seen = referrals_seen_by(request.user, can=can).select_related("patient", "organization", "program", "recorded_by")
    return get_object_or_404(seen, pk=referral_id)


def _show(request: StaffRequest, referral: Referral, *, form: Any = None, refused: Refused | None = None) -> HttpResponse:
    """Show a referral, with what was typed when it was refused."""
    subject = f"referrals.referral:{referral.pk}"
    note_read(by=request.user, at=timezone.now(), what="referral", patient_id=referral.patient_id, subject=subject)
    may = {
        "refers": request.user.may(Can.MAKE_REFERRAL, program_id=referral.program_id),
        "answers": request.user.may(Can.ANSWER_REFERRAL, program_id=referral.program_id),
        "packet": referral.state in PAPER_WHILE and request.user.may(Can.MAKE_REFERRAL, program_id=referral.program_id),
    }
    context = {
        "referral": referral,
        "patient": referral.patient,
        "stands": referral_state(referral),
        "waits": waiting(referral),
        "told": told_with(referral),
        "beside": told_beside(referral),
        "account": account_of(referral),
        "others": list(referrals_of(referral.patient).filter(program=referral.program_id).exclude(pk=referral.pk)[:5]),
        "form": form or AnswerForm(),
        "refused": refused,
        "draft": key_of(answer_referral, referral.patient.public_id, referral.pk),
        **may,
    }
    return render(request, "referrals/referral/referral.html", context, status=422 if form or refused else 200)
