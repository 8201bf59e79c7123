"""Show who may be in the room and who was; write sessions with others, and what others told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.finishing import finished
from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.world.queries import program_for
from treatment_plans.appointments.queries import appointments_seen_by, sites_open_to
from treatment_plans.drafts.queries import draft_key
from treatment_plans.family.actions import (
    add_participants,
    mark_participant_as_error,
    record_family_session,
    write_collateral_note,
)
from treatment_plans.family.forms import CollateralForm, FamilyForm, OthersForm, WhyForm
from treatment_plans.family.queries import (
    NOTICE,
    collateral_notes_seen_by,
    participants_seen_by,
    seats_for,
    sessions_with_others,
    told_words,
)
from treatment_plans.plan.catalog.queries import intervention_types
from treatment_plans.sessions.actions import Part
from treatment_plans.sessions.models import Session
from treatment_plans.sessions.queries import attendances_seen_by, goals_by_patient, may_lead_to_a_note, with_session

FEW = 10
NOTES = 20


@page(Can.SEE_CHART)
def family(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show who is around somebody, who may take part today and in what, and in which sessions others took part."""
    person = get_object_or_404(patients_seen_by(request.user), public_id=patient)
    now, program = timezone.now(), _program(request, person)
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    context = {
        "patient": person,
        "seats": seats_for(person, program_id=program.pk, at=now),
        "held": list(sessions_with_others(person, programs)[:FEW]),
        "may_hold": request.user.may(Can.WRITE_SESSION),
        "may_consent": request.user.may(Can.RECORD_CONSENT),
        "may_add": request.user.may(Can.RECORD_WORLD),
        "reads_collateral": request.user.may(Can.ASSESS_SAFETY),
    }
    note_read(by=request.user, at=now, what="family", patient_id=person.pk)
    return render(request, "treatment_plans/family/family.html", context)


@page(Can.WRITE_SESSION)
def write_family(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down a session with others; who has no consent takes no part."""
    at = timezone.now()
    person = get_object_or_404(patients_seen_by(request.user, can=Can.WRITE_SESSION), public_id=patient)
    found, sites = _appointment(request, person), sites_open_to(request.user, Can.WRITE_SESSION)
    draft = draft_key("family", found.pk if found else "free", person.public_id)
    booked = found if found and may_lead_to_a_note(found) else None
    site = booked.site if booked else sites.first()
    starts = (booked.starts_at if booked else at).astimezone(site.zone) if site else at
    program = site.program if site else _program(request, person)
    form = FamilyForm(
        request.POST or None,
        initial={"day": starts.date(), "starts_at": starts.time().replace(second=0, microsecond=0), "site": site},
        sites=sites,
        goals=goals_by_patient([person])[person.pk],
        seats=seats_for(person, program_id=program.pk, at=min(starts, at)),
    )
    offer_choices(form, "techniques", [(one.code, one.name) for one in intervention_types(program)])
    if form.is_valid():
        part = Part(patient=person, appointment=booked, **form.said)
        written = attempt(
            form,
            lambda: record_family_session(
                part=part,
                homework=form.cleaned_data["homework"],
                must_be_new=not form.cleaned_data["is_another"],
                draft=finished(draft, request.POST),
                by=request.user,
                at=at,
                **form.others,
                **form.frame(),
            ),
        )
        if written:
            messages.success(request, _("Saved. It is not signed yet."))
            return redirect("treatment_plans:session", written.pk)
    note_read(by=request.user, at=at, what="family", patient_id=person.pk)
    context = {"form": form, "patient": person, "appointment": booked, "notice": NOTICE, "draft": draft, **_doors(request)}
    context["written_in"] = found.written_in if found else None
    return render(request, "treatment_plans/family/write.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION)
def others(request: StaffRequest, attendance: int) -> HttpResponse:
    """Write down who else was there in a session of another kind: at home, on the street, in a crisis."""
    found = get_object_or_404(attendances_seen_by(request.user, can=Can.WRITE_SESSION), pk=attendance)
    session: Session = found.session
    seats = seats_for(found.patient, program_id=found.program_id, at=session.starts_at)
    form = OthersForm(request.POST or None, seats=seats)
    if form.is_valid():
        done = attempt(form, lambda: add_participants(attendance=found, **form.others, by=request.user, at=timezone.now()))
        if done:
            messages.success(request, _("It is written down who else was there."))
            return redirect("treatment_plans:session", session.pk)
    note_read(by=request.user, at=timezone.now(), what="family", patient_id=found.patient_id)
    context = {"form": form, "patient": found.patient, "session": session, "notice": NOTICE, **_doors(request)}
    return render(request, "treatment_plans/family/others.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION)
def participant_error(request: StaffRequest, participant: int) -> HttpResponse:
    """Say that somebody did not take part after all, and why it was written."""
    found = get_object_or_404(participants_seen_by(request.user), pk=participant)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["why"]
        if attempt(form, lambda: mark_participant_as_error(participant=found, why=why, by=request.user, at=timezone.now())):
            messages.success(request, _("It was marked as an error."))
            return redirect("treatment_plans:session", found.attendance.session_id)
    note_read(by=request.user, at=timezone.now(), what="family", patient_id=found.attendance.patient_id)
    context = {"form": form, "patient": found.patient, "participant": found}
    return render(request, "treatment_plans/family/error.html", context, status=422 if form.errors else 200)


@never_cache
@page(Can.ASSESS_SAFETY)
def collateral(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what others told about somebody; each note that is shown is on the record by itself."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.ASSESS_SAFETY), public_id=patient)
    part = slice_of(collateral_notes_seen_by(request.user, person), by="-pk", after=request.GET.get("after", ""), size=NOTES)
    now = timezone.now()
    if part.rows:
        note_many(_read(request, note.pk, person, now) for row in part.rows for note in (row, *row.addenda.all()))
    else:
        note_read(by=request.user, at=now, what="collateral_notes", patient_id=person.pk)
    context = {
        "patient": person,
        "notes": [{"note": row, "told": told_words(row)} for row in part.rows],
        "next_url": f"?after={part.next_key}" if part.next_key else "",
    }
    return render(request, "treatment_plans/family/collateral.html", context)


@never_cache
@page(Can.ASSESS_SAFETY)
def write_collateral(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down what somebody else told, or add to it."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.ASSESS_SAFETY), public_id=patient)
    key, now = request.GET.get("to", ""), timezone.now()
    seen = collateral_notes_seen_by(request.user, person)
    adds_to = get_object_or_404(seen, pk=int(key)) if key.isdecimal() and len(key) < 18 else None
    program = adds_to.program if adds_to else _program(request, person)
    initial = {"heard_at": now.astimezone(program.zone).replace(second=0, microsecond=0, tzinfo=None)}
    form = CollateralForm(request.POST or None, patient=person, is_addendum=adds_to is not None, initial=initial)
    draft = draft_key("collateral", adds_to.pk if adds_to else "new", person.public_id)
    if form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "heard_at"}
        facts |= {"informant": adds_to.informant, "close_one": adds_to.close_one} if adds_to else {}
        about: dict[str, Any] = {"patient": person, "program": program, "adds_to": adds_to, "heard_at": form.moment(program.zone)}
        about["draft"] = finished(draft, request.POST)
        if attempt(form, lambda: write_collateral_note(**about, **facts, by=request.user, at=now)) is not None:
            messages.success(request, _("It is written down, apart from the chart."))
            return redirect("treatment_plans:collateral", person.public_id)
    if adds_to is not None:
        note_many([_read(request, adds_to.pk, person, now)])
    else:
        note_read(by=request.user, at=now, what="collateral_notes", patient_id=person.pk)
    context = {"patient": person, "form": form, "adds_to": adds_to, "draft": draft}
    return render(request, "treatment_plans/family/write_collateral.html", context, status=422 if form.errors else 200)


def _program(request: StaffRequest, person: Patient) -> Program:
    """Return the program in whose record one works about this person."""
    found = program_for(request.user, person, request.program)
    return found if found is not None else person.registered_site.program


def _appointment(request: StaffRequest, person: Patient) -> Any:
    """Return the appointment that leads to this session, if the address names one of this person."""
    key = request.GET.get("appointment", "")
    number = int(key) if key.isdecimal() and len(key) < 18 else 0
    return with_session(appointments_seen_by(request.user)).filter(patient=person, pk=number).first()


def _doors(request: StaffRequest) -> dict[str, bool]:
    """Return which pages beside the form the reader may open."""
    return {"may_consent": request.user.may(Can.RECORD_CONSENT), "may_add": request.user.may(Can.RECORD_WORLD)}


def _read(request: StaffRequest, key: int, person: Patient, now: datetime) -> Any:
    """Return the audit row of one note that is shown."""
    subject = f"treatment_plans.collateralnote:{key}"
    return audit_event(by=request.user, at=now, verb="collateral_note", outcome=Outcome.SEEN, patient_id=person.pk, subject=subject)
