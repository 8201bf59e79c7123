"""Show where people help each other, and what somebody chose to tell of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.world.queries import program_for
from treatment_plans.mutual_help.actions import change_meeting, list_meeting, mark_meeting_told_as_error, tell_of_meeting
from treatment_plans.mutual_help.forms import FACTS, MeetingForm, TellForm, WhyForm
from treatment_plans.mutual_help.models import Fellowship, MutualHelpMeeting
from treatment_plans.mutual_help.queries import (
    WEEKS_COUNTED,
    meetings_offered,
    meetings_seen_by,
    peers_of,
    told_a_week,
    told_seen_by,
    with_age,
)

MOST = 200
FEW = 20


@page(Can.SEE_PATIENTS)
def meetings(request: StaffRequest) -> HttpResponse:
    """List the meetings by day and hour; of one kind, or only those that welcome people on medication."""
    of, welcoming = request.GET.get("of", ""), request.GET.get("medication") == "yes"
    rows = meetings_seen_by(request.user)
    rows = rows.filter(fellowship=of) if of in Fellowship.values else rows
    rows = rows.filter(medication="yes") if welcoming else rows
    manages, today = request.user.may(Can.MANAGE_ORGANIZATIONS), timezone.localdate()
    listed = (rows if manages else rows.filter(is_active=True))[:MOST]
    context = {
        "meetings": with_age(listed, today),
        "kinds": Fellowship.choices,
        "of": of if of in Fellowship.values else "",
        "welcoming": welcoming,
        "manages": manages,
    }
    return render(request, "treatment_plans/mutual_help/meetings.html", context)


@page(Can.MANAGE_ORGANIZATIONS)
def meeting_new(request: StaffRequest) -> HttpResponse:
    """Put a meeting into the directory."""
    form = MeetingForm(request.POST or None)
    if form.is_valid():
        facts = {"program": request.program, "by": request.user, "at": timezone.now(), **form.cleaned_data}
        if attempt(form, lambda: list_meeting(**facts)) is not None:
            messages.success(request, _("The meeting stands in the directory."))
            return redirect("treatment_plans:mutual_help")
    context = {"form": form, "heading": _("Add a meeting"), "submit": _("Add")}
    return render(request, "treatment_plans/mutual_help/form.html", context, status=422 if form.errors else 200)


@page(Can.MANAGE_ORGANIZATIONS)
def meeting_change(request: StaffRequest, mutual_meeting: int) -> HttpResponse:
    """Write what is known of a meeting now; saving says that it was checked today."""
    row = get_object_or_404(meetings_seen_by(request.user, can=Can.MANAGE_ORGANIZATIONS), pk=mutual_meeting)
    form = MeetingForm(request.POST or None, initial={name: getattr(row, name) for name in FACTS})
    if form.is_valid():
        changes = form.cleaned_data
        if attempt(form, lambda: change_meeting(meeting=row, changes=changes, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("Saved, and checked today."))
            return redirect("treatment_plans:mutual_help")
    context = {"form": form, "heading": row.name, "submit": _("Save: I checked it today")}
    return render(request, "treatment_plans/mutual_help/form.html", context, status=422 if form.errors else 200)


@page(Can.SEE_CHART)
def mutual_help(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what is offered to somebody, who of the peer workers is theirs, and what they chose to tell."""
    person, now = _patient(request, Can.SEE_CHART, patient), timezone.now()
    program = _program(request, person)
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    today = now.astimezone(program.zone).date()
    context = {
        "patient": person,
        "meetings": meetings_offered(_open_meetings(request), person.language),
        "told": list(told_seen_by(request.user).filter(patient=person)[:FEW]),
        "peers": list(peers_of(person, programs)),
        "per_week": told_a_week(person, programs, today),
        "weeks": WEEKS_COUNTED,
        "may_tell": request.user.may(Can.RECORD_WORLD),
        "may_assign": request.user.may(Can.ASSIGN_CARE_TEAM),
    }
    note_read(by=request.user, at=now, what="mutual_help", patient_id=person.pk)
    return render(request, "treatment_plans/mutual_help/person.html", context)


@page(Can.RECORD_WORLD)
def tell(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down a meeting that the person chose to tell of."""
    person, now = _patient(request, Can.RECORD_WORLD, patient), timezone.now()
    program = _program(request, person)
    offered = _open_meetings(request)
    chosen = request.GET.get("meeting", "")
    initial = {"went_on": now.astimezone(program.zone).date(), "meeting": chosen}
    form = TellForm(request.POST or None, meetings=offered, initial=initial)
    if form.is_valid():
        facts: dict[str, Any] = {"patient": person, "program": program, **form.told}
        if attempt(form, lambda: tell_of_meeting(**facts, by=request.user, at=now)) is not None:
            messages.success(request, _("It is written down."))
            return redirect("treatment_plans:mutual_help_of", person.public_id)
    note_read(by=request.user, at=now, what="mutual_help", patient_id=person.pk)
    context = {"form": form, "patient": person, "heading": _("Tell of a meeting"), "submit": _("Write down")}
    return render(request, "treatment_plans/mutual_help/tell.html", context, status=422 if form.errors else 200)


@page(Can.RECORD_WORLD)
def told_error(request: StaffRequest, told: int) -> HttpResponse:
    """Mark a meeting told of as an error, and say why."""
    row = get_object_or_404(told_seen_by(request.user, can=Can.RECORD_WORLD), pk=told)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["why"]
        if attempt(form, lambda: mark_meeting_told_as_error(told=row, why=why, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("It was marked as an error."))
            return redirect("treatment_plans:mutual_help_of", row.patient.public_id)
    note_read(by=request.user, at=timezone.now(), what="mutual_help", patient_id=row.patient_id)
    context = {"form": form, "patient": row.patient, "heading": _("Mark as an error"), "submit": _("Mark as an error"), "about": str(row)}
    return render(request, "treatment_plans/mutual_help/tell.html", context, status=422 if form.errors else 200)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _program(request: StaffRequest, person: Patient) -> Program:
    """Return the program in whose record one works about this person."""
    found = program_for(request.user, person, request.program)
    return found if found is not None else person.registered_site.program


def _open_meetings(request: StaffRequest) -> list[MutualHelpMeeting]:
    """Return the meetings that take place."""
    return list(meetings_seen_by(request.user).filter(is_active=True)[:MOST])
