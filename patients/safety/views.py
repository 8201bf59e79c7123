"""Show who may be in danger, take what was seen, and write down what was done."""

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
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.safety.actions import close_concern, raise_concern, record_follow_up, take_concern, take_unnamed_concern
from patients.safety.forms import ConcernForm, DispositionForm, FollowUpForm
from patients.safety.models import RiskLevel, SafetyConcern, SafetyFollowUp
from patients.safety.planning.queries import is_stale, plans_in_force, safety_plans_for, steps_of
from patients.safety.queries import (
    concerns_for,
    concerns_seen_by,
    follow_ups_for,
    level_answered,
    open_concerns_seen_by,
    program_of,
    unnamed_concerns,
)

TONES = {RiskLevel.HIGH: "stop", RiskLevel.MODERATE: "stop", RiskLevel.UNASSESSED: "stop", RiskLevel.LOW: "warn", RiskLevel.NONE: "quiet"}
MOST = 200
"""Open concerns that a list shows; more than that at once is no list's business."""


def level_state(level: int) -> SafeString:
    """Draw how grave a concern is."""
    return state(TONES[RiskLevel(level)], str(RiskLevel(level).label))


class ConcernTable(tables.Table):
    """List open concerns: whom, how grave, since when, who sees to it."""

    patient = tables.Column(verbose_name=gettext_lazy("Person"))
    level = tables.Column(verbose_name=gettext_lazy("Level so far"))
    opened_at = tables.Column(verbose_name=gettext_lazy("Since"))
    taken_by = tables.Column(verbose_name=gettext_lazy("Seen to by"), empty_values=())

    empty_help = gettext_lazy("A concern appears here the moment an answer, an observation or a call for help raises it.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No open safety concern")

    def render_patient(self, record: SafetyConcern) -> SafeString:
        """Name the person and lead to the safety page."""
        patient = record.patient
        return person(
            patient.display_name,
            legal=patient.legal_name,
            pronouns=patient.pronouns,
            url=reverse("patients:safety", args=[patient.public_id]),
        )

    def render_level(self, record: SafetyConcern) -> SafeString:
        """Draw the level."""
        return level_state(record.level)

    def render_opened_at(self, record: SafetyConcern) -> SafeString:
        """Say since when."""
        return moment(record.opened_at)

    def render_taken_by(self, record: SafetyConcern) -> SafeString:
        """Say who sees to it."""
        return format_html("{}", record.taken_by) if record.taken_by else state("stop", _("Nobody yet"))


@page(Can.SEE_CHART)
def safety_concerns(request: StaffRequest) -> HttpResponse:
    """List the open concerns about everybody one may see; those for whom nobody could be named stand above them, without a name."""
    rows = list(open_concerns_seen_by(request.user)[:MOST])
    note_read(by=request.user, at=timezone.now(), what="safety_concerns", people=[row.patient_id for row in rows])
    unnamed = list(unnamed_concerns(request.user)[:MOST]) if request.user.may(Can.ASSESS_SAFETY) else []
    context = {"table": ConcernTable(rows), "unnamed": unnamed}
    return render(request, "patients/safety/concerns.html", context)


@require_POST
@page(Can.ASSESS_SAFETY)
def take_unnamed(request: StaffRequest, concern: int) -> HttpResponse:
    """See to somebody for whom nobody could be named, and join their care team with it."""
    seen = concerns_seen_by(request.user, can=Can.ASSESS_SAFETY).filter(pk=concern).first()
    found = seen or get_object_or_404(unnamed_concerns(request.user), pk=concern)
    see_to = take_concern if seen else take_unnamed_concern
    try:
        taken = see_to(concern=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("patients:safety_concerns")
    messages.success(request, _("You see to it, and you are on the care team."))
    return redirect("patients:safety", taken.patient.public_id)


@page(Can.SEE_CHART)
def safety(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show one person's safety: what is open, the plan, who follows up, and what was before."""
    row = _patient(request, Can.SEE_CHART, patient)
    now = timezone.now()
    note_read(by=request.user, at=now, what="safety", patient_id=row.pk)
    concerns = list(concerns_for(row))
    plans = list(plans_in_force(row))
    context = {
        "patient": row,
        "open": [concern for concern in concerns if concern.is_open],
        "closed": [concern for concern in concerns if not concern.is_open],
        "plans": [{"plan": plan, "steps": steps_of(plan), "stale": is_stale(plan, now)} for plan in plans],
        "older": [plan for plan in safety_plans_for(row) if plan.superseded_at is not None],
        "follow_ups": list(follow_ups_for(row)),
        "assesses": request.user.may(Can.ASSESS_SAFETY),
        "follows": request.user.may(Can.WRITE_TASK),
        "raises": request.user.may(Can.RECORD_SCREENING),
        "tones": {str(level.value): tone for level, tone in TONES.items()},
    }
    return render(request, "patients/safety/safety.html", context)


@page(Can.RECORD_SCREENING)
def add_concern(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Raise a concern about what somebody saw or heard."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    form = ConcernForm(request.POST or None)
    if form.is_valid():
        program = program_of(row, request.user, Can.RECORD_SCREENING, request.program)
        raised = attempt(form, lambda: raise_concern(patient=row, program=program, **form.cleaned_data, by=request.user, at=timezone.now()))
        if raised is not None:
            messages.success(request, _("Somebody was called at once. Stay with the person until they are there."))
            return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/raise.html", row, form)


@require_POST
@page(Can.ASSESS_SAFETY)
def take(request: StaffRequest, patient: UUID, concern: int) -> HttpResponse:
    """See to a concern."""
    row = _patient(request, Can.ASSESS_SAFETY, patient)
    found = get_object_or_404(concerns_seen_by(request.user, can=Can.ASSESS_SAFETY), patient=row, pk=concern)
    try:
        take_concern(concern=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("You see to it. Ask the C-SSRS with the person, then write what you found and did."))
    return redirect("patients:safety", row.public_id)


@page(Can.ASSESS_SAFETY)
def close(request: StaffRequest, patient: UUID, concern: int) -> HttpResponse:
    """Write what was found and done; nothing else closes a concern."""
    row = _patient(request, Can.ASSESS_SAFETY, patient)
    found = get_object_or_404(concerns_seen_by(request.user, can=Can.ASSESS_SAFETY), patient=row, pk=concern)
    now = timezone.now()
    form = DispositionForm(request.POST or None, concern=found, answered=level_answered(found), today=timezone.localdate(now))
    key = key_of(close_concern, row.public_id, found.pk)
    facts: dict[str, Any] = {"concern": found, **told_of(key, request.POST), "by": request.user, "at": now}
    if form.is_valid() and attempt(form, lambda: close_concern(**facts, **form.finding)) is not None:
        messages.success(request, _("Written down. Each follow-up is a task now."))
        return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/close.html", row, form, concern=found, signals=list(found.signals.all()), draft=key)


@page(Can.WRITE_TASK)
def follow_up(request: StaffRequest, patient: UUID, follow_up: int) -> HttpResponse:
    """Write down what came of following up."""
    row = _patient(request, Can.WRITE_TASK, patient)
    seen = SafetyFollowUp.objects.filter(concern__in=concerns_seen_by(request.user, can=Can.WRITE_TASK)).select_related("concern__patient")
    found: SafetyFollowUp = get_object_or_404(seen, patient=row, pk=follow_up)
    form, key = FollowUpForm(request.POST or None), key_of(record_follow_up, row.public_id, found.pk)
    if form.is_valid():
        facts = {"follow_up": found, **told_of(key, request.POST), **form.cleaned_data}
        done = attempt(form, lambda: record_follow_up(**facts, by=request.user, at=timezone.now()))
        if done is not None:
            messages.success(request, _("Written down."))
            return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/follow_up.html", row, form, follow_up=found, draft=key)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a patient's safety; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="safety", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
