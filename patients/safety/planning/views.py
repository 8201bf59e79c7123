"""Write safety plans, go through them again, and print the person's own copy."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.paper.answers import as_pdf
from casemgr.core.paper.typesetting import typeset
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.safety.models import SafetyPlan
from patients.safety.planning.actions import end_safety_plan, review_safety_plan, sign_safety_plan, write_safety_plan
from patients.safety.planning.forms import ReviewForm, SafetyPlanForm, SignatureForm
from patients.safety.planning.queries import plan_in_force, plan_on_paper, safety_plans_for, steps_of
from patients.safety.queries import program_of


@page(Can.ASSESS_SAFETY)
def write_plan(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write a safety plan with the person, beginning with the one that holds."""
    row = _patient(request, Can.ASSESS_SAFETY, patient)
    program = program_of(row, request.user, Can.ASSESS_SAFETY, request.program)
    before = plan_in_force(row, program)
    form = SafetyPlanForm(request.POST or None, plan=before)
    key = key_of(write_safety_plan, row.public_id, program.pk, form["begins_with"].value())
    if form.is_valid():
        facts: dict[str, Any] = {"patient": row, "program": program, "by": request.user, "at": timezone.now()}
        if attempt(form, lambda: write_safety_plan(**facts, **told_of(key, request.POST), **form.plan)) is not None:
            messages.success(request, _("The plan holds from now on. Print the person's copy."))
            return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/write_plan.html", row, form, {"before": before, "draft": key})


@page(Can.SEE_CHART)
def plan(request: StaffRequest, patient: UUID, safety_plan: int) -> HttpResponse:
    """Show one version of a plan."""
    row, found = _seen(request, Can.SEE_CHART, patient, safety_plan)
    note_read(by=request.user, at=timezone.now(), what="safety_plan", patient_id=row.pk, subject=f"patients.safetyplan:{found.pk}")
    return render(request, "patients/safety/plan.html", _context(request, row, found))


@page(Can.SEE_CHART)
def print_plan(request: StaffRequest, patient: UUID, safety_plan: int) -> HttpResponse:
    """Print the person's own copy, in English or Spanish; what is on it, the person said."""
    row, found = _seen(request, Can.SEE_CHART, patient, safety_plan)
    now, language = timezone.now(), request.GET.get("language") or row.language
    note_read(by=request.user, at=now, what="safety_plan_on_paper", patient_id=row.pk, subject=f"patients.safetyplan:{found.pk}")
    body = typeset("document", plan_on_paper(found, at=now, language=language), language=language)
    return as_pdf(body, what="plan", on=timezone.localdate(now))


@page(Can.ASSESS_SAFETY)
def sign_plan(request: StaffRequest, patient: UUID, safety_plan: int) -> HttpResponse:
    """Write down that the person signed."""
    row, found = _seen(request, Can.ASSESS_SAFETY, patient, safety_plan)
    form = SignatureForm(request.POST or None, initial={"signed_by": row.legal_name})
    facts: dict[str, Any] = {"plan": found, "by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: sign_safety_plan(**facts, **form.cleaned_data)) is not None:
        messages.success(request, _("Written down."))
        return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/plan.html", row, form, _context(request, row, found, sign=form))


@page(Can.ASSESS_SAFETY)
def review_plan(request: StaffRequest, patient: UUID, safety_plan: int) -> HttpResponse:
    """Write down that the plan was gone through again and still holds."""
    row, found = _seen(request, Can.ASSESS_SAFETY, patient, safety_plan)
    form = ReviewForm(request.POST or None)
    told = told_of(key_of(review_safety_plan, row.public_id, found.pk), request.POST)
    facts: dict[str, Any] = {"plan": found, **told, "by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: review_safety_plan(**facts, **form.cleaned_data)) is not None:
        messages.success(request, _("Written down."))
        return redirect("patients:safety", row.public_id)
    return _form_page(request, "patients/safety/plan.html", row, form, _context(request, row, found, review=form))


@require_POST
@page(Can.ASSESS_SAFETY)
def end_plan(request: StaffRequest, patient: UUID, safety_plan: int) -> HttpResponse:
    """Take a plan out of force."""
    row, found = _seen(request, Can.ASSESS_SAFETY, patient, safety_plan)
    try:
        end_safety_plan(plan=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The plan is out of force; it stays to be read."))
    return redirect("patients:safety", row.public_id)


def _context(request: StaffRequest, patient: Patient, plan: SafetyPlan, **opened: Any) -> dict[str, Any]:
    """Return what the page of one version shows, with the form that was filled in."""
    begun = {"sign": SignatureForm(initial={"signed_by": patient.legal_name}), "review": ReviewForm()}
    return {
        "patient": patient,
        "plan": plan,
        "steps": steps_of(plan),
        "reviews": list(plan.reviews.select_related("recorded_by")),
        "assesses": request.user.may(Can.ASSESS_SAFETY) and plan.superseded_at is None,
        "forms": {**begun, **opened},
        "opens": dict.fromkeys(opened, True),
        "draft": key_of(review_safety_plan, patient.public_id, plan.pk),
    }


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _seen(request: StaffRequest, can: Can, public_id: UUID, key: int) -> tuple[Patient, SafetyPlan]:
    """Return the person and the version of their plan that was asked for."""
    row = _patient(request, can, public_id)
    return row, get_object_or_404(safety_plans_for(row), pk=key)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, context: dict[str, Any]) -> HttpResponse:
    """Answer with a form about a plan; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="safety_plan", patient_id=patient.pk)
    return render(request, template, {**context, "form": form, "patient": patient}, status=422 if form.errors else 200)
