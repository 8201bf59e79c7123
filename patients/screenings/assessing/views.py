"""Go through an instrument with a person on one page; show what came of it, what changed, and what is due."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.episodes.queries import open_episodes_for
from patients.record.models import Patient
from patients.safety.queries import program_of
from patients.screenings.assessing.actions import (
    cancel_assessment,
    complete_assessment,
    mark_assessment_in_error,
    record_total,
    save_answers,
    start_assessment,
    take_need_over,
)
from patients.screenings.assessing.forms import AnswersForm, ReasonForm, StartForm, TotalForm
from patients.screenings.assessing.queries import (
    answers_in_words,
    asked_at_once,
    asked_by_total,
    assessments_seen_by,
    due_for,
    is_from_before,
    lacks_nine,
    needs_found,
    offered_to,
    open_items,
    scores_before,
    shown,
)
from patients.screenings.models import Assessment, AssessmentState
from patients.screenings.queries import drafts_for, open_to

ON_A_PAGE = 30


@page(Can.SEE_CHART)
def assessments(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what was answered, the latest first; what was begun; what is due."""
    row = _patient(request, Can.SEE_CHART, patient)
    now = timezone.now()
    note_read(by=request.user, at=now, what="assessments", patient_id=row.pk)
    rows = assessments_seen_by(request.user, row)
    part = slice_of(rows, by="-completed_at", after=request.GET.get("after", ""), size=ON_A_PAGE)
    stay = open_episodes_for(row).first()
    context = {
        "patient": row,
        "found": [shown(one) for one in part.rows],
        "next_url": f"?after={part.next_key}" if part.next_key else "",
        "drafts": list(open_to(request.user, drafts_for(row))),
        "due": due_for(row, admitted_on=stay.admitted_on, today=timezone.localdate()) if stay else [],
        "records": request.user.may(Can.RECORD_SCREENING),
    }
    return render(request, "patients/screenings/assessments.html", context)


@page(Can.RECORD_SCREENING)
def start(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Begin an instrument, or go on with its draft."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    program = program_of(row, request.user, Can.RECORD_SCREENING, request.program)
    offered = offered_to(request.user, program_id=program.pk)
    form = StartForm(request.POST or None, offered=offered, initial={"instrument": request.GET.get("instrument", "")})
    if form.is_valid():
        begin: dict[str, Any] = {"patient": row, "program": program, "language": row.language, **form.cleaned_data}
        draft = attempt(form, lambda: start_assessment(**begin, by=request.user, at=timezone.now()))
        if draft is not None:
            return redirect("patients:assessment", row.public_id, draft.pk)
    note_read(by=request.user, at=timezone.now(), what="record", patient_id=row.pk)
    context = {"patient": row, "form": form, "heading": _("Begin an assessment"), "submit": _("Begin")}
    return render(request, "patients/screenings/assess_form.html", context, status=422 if form.errors else 200)


@page(Can.RECORD_SCREENING)
def add_total(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Take down a total that was added up on paper."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    program = program_of(row, request.user, Can.RECORD_SCREENING, request.program)
    offered = offered_to(request.user, program_id=program.pk)
    form = TotalForm(request.POST or None, offered=offered, initial={"answered_at": timezone.now()})
    if form.is_valid():
        facts: dict[str, Any] = {"patient": row, "program": program, **form.cleaned_data}
        if (done := attempt(form, lambda: record_total(**facts, by=request.user, at=timezone.now()))) is not None:
            return _after_total(request, row, done)
    note_read(by=request.user, at=timezone.now(), what="record", patient_id=row.pk)
    context = {"patient": row, "form": form, "heading": _("Record a total"), "submit": _("Save result")}
    return render(request, "patients/screenings/assess_form.html", context, status=422 if form.errors else 200)


@page(Can.SEE_CHART)
def assessment(request: StaffRequest, patient: UUID, assessment: int) -> HttpResponse:
    """Ask the questions of a draft; show the result of what is complete."""
    row = _patient(request, Can.SEE_CHART, patient)
    found = _assessment(request, row, assessment)
    note_read(by=request.user, at=timezone.now(), what="assessment", patient_id=row.pk)
    if found.is_draft and request.user.may(Can.RECORD_SCREENING, program_id=found.program_id):
        return _ask(request, row, found)
    if found.state == AssessmentState.COMPLETE:
        found.total_before, found.parts_before = scores_before(found)  # type: ignore[attr-defined]
    return _result(request, row, found)


@require_POST
@page(Can.RECORD_WORLD)
def take_need(request: StaffRequest, patient: UUID, assessment: int) -> HttpResponse:
    """Write a need that the questionnaire found among the person's barriers."""
    row = _patient(request, Can.RECORD_WORLD, patient)
    found = _assessment(request, row, assessment)
    try:
        barrier = take_need_over(assessment=found, need=request.POST.get("need", ""), by=request.user, at=timezone.now())
    except Refused as refused:
        return _result(request, row, found, refused=refused, status=422)
    messages.success(request, _("On the list of barriers: %(barrier)s.") % {"barrier": barrier})
    return redirect("patients:assessment", row.public_id, found.pk)


def _result(request: StaffRequest, row: Patient, found: Assessment, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """Show what came of an assessment."""
    context = {"patient": row, "assessment": found, "result": shown(found), "answers": answers_in_words(found), "refused": refused}
    context |= {"records": request.user.may(Can.RECORD_SCREENING), "needs": needs_found(found)}
    context["records_world"] = request.user.may(Can.RECORD_WORLD, program_id=found.program_id)
    return render(request, "patients/screenings/assessment.html", context, status=status)


@page(Can.RECORD_SCREENING)
def end_assessment(request: StaffRequest, patient: UUID, assessment: int) -> HttpResponse:
    """Cancel a draft, or mark what is complete as entered in error; both ask why."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    found = _assessment(request, row, assessment)
    verb = cancel_assessment if found.is_draft else mark_assessment_in_error
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        done = attempt(form, lambda: verb(assessment=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if done is not None:
            messages.success(request, _("It is marked, with its reason."))
            return redirect("patients:assessments", row.public_id)
    note_read(by=request.user, at=timezone.now(), what="record", patient_id=row.pk)
    heading = _("Cancel the draft") if found.is_draft else _("Mark as entered in error")
    context = {"patient": row, "form": form, "heading": heading, "submit": heading}
    return render(request, "patients/screenings/assess_form.html", context, status=422 if form.errors else 200)


def _ask(request: StaffRequest, row: Patient, found: Assessment) -> HttpResponse:
    """Ask all questions on one page, keep each answer as it is given, and go on where an answer asks for it."""
    told = found.told
    if told is None:
        return redirect("patients:assessments", row.public_id)
    before = dict(found.answers)
    form = AnswersForm(request.POST or None, told=told, answers=before, language=found.language)
    now = timezone.now()
    if form.is_valid():
        kept = attempt(form, lambda: save_answers(assessment=found, answers=form.answers, by=request.user, at=now))
        if kept is not None:
            form.is_kept = True
            return _after_saving(request, row, kept, before, form)
    return _questions(request, row, found, form)


def _after_saving(request: StaffRequest, row: Patient, kept: Assessment, before: dict[str, Any], form: AnswersForm) -> HttpResponse:
    """Go where an answer leads: to the instrument that it asks for at once, to the result, or back to the questions."""
    now = timezone.now()
    if following := asked_at_once(kept, before):
        nothing_waits: dict[str, Any] = {"patient": row, "program": kept.program, "instrument": following, "language": kept.language}
        draft = start_assessment(**nothing_waits, by=request.user, at=now)
        messages.warning(request, _("This answer asks for these questions at once. Ask them now; the first form is kept as a draft."))
        return _go(request, reverse("patients:assessment", args=[row.public_id, draft.pk]))
    if "complete" in request.POST and not request.htmx:
        done = attempt(form, lambda: complete_assessment(assessment=kept, by=request.user, at=now))
        if done is not None:
            messages.success(request, _("The assessment is complete."))
            return redirect("patients:assessment", row.public_id, done.pk)
        return _questions(request, row, kept, form)
    if request.htmx:
        return render(request, "patients/screenings/_saved.html", {"saved_at": now, "missing": open_items(kept), "seen": form.seen_after})
    messages.success(request, _("The answers are kept as a draft."))
    return redirect("patients:assessment", row.public_id, kept.pk)


def _after_total(request: StaffRequest, row: Patient, done: Assessment) -> HttpResponse:
    """Go to the questions that a total asks for at once, or to the result; say what is left to ask where question 9 is not known."""
    now = timezone.now()
    messages.success(request, _("The result was recorded."))
    if following := asked_by_total(done, now):
        draft = start_assessment(patient=row, program=done.program, instrument=following, language=row.language, by=request.user, at=now)
        messages.warning(request, _("This total asks for these questions at once: question 9 was not answered with no. Ask them now."))
        return redirect("patients:assessment", row.public_id, draft.pk)
    if lacks_nine(done):
        messages.warning(request, _("Question 9 is not known. Ask the person about thoughts of death or of hurting themselves."))
    return redirect("patients:assessment", row.public_id, done.pk)


def _questions(request: StaffRequest, row: Patient, found: Assessment, form: AnswersForm) -> HttpResponse:
    """Show the questions of a draft."""
    context = {"patient": row, "assessment": found, "told": form.told, "wording": form.wording, "questions": form.questions, "form": form}
    context |= {"missing": open_items(found), "seen": form.seen_after, "is_from_before": is_from_before(found, timezone.now())}
    return render(request, "patients/screenings/ask.html", context, status=422 if form.errors else 200)


def _go(request: StaffRequest, address: str) -> HttpResponse:
    """Lead to another page, also when only a part of this one was asked for."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return redirect(address)


def _assessment(request: StaffRequest, row: Patient, key: int) -> Assessment:
    """Return an assessment of this person that the user may open; every other one is not found."""
    rows = open_to(request.user, Assessment.objects.filter(patient=row)).select_related("program", "recorded_by", "ended_by")
    found: Assessment = get_object_or_404(rows, pk=key)
    found.patient = row
    return found


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)
