"""Show and take diagnoses on both axes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.history import history_of
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.actions import record_diagnosis, revise_diagnosis
from patients.diagnoses.forms import CodeSearchForm, DiagnosisForm, RevisionForm, chosen_code, revision_of
from patients.diagnoses.models import Axis, Certainty, CourseOfDiagnosis, Diagnosis
from patients.diagnoses.queries import diagnoses_for
from patients.record.models import Patient


@page(Can.SEE_CHART)
def diagnoses(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what a person has, axis by axis; what is over or was refuted is folded away."""
    row = _patient(request, Can.SEE_CHART, patient)
    note_read(by=request.user, at=timezone.now(), what="diagnoses", patient_id=row.pk)
    rows = list(diagnoses_for(row).select_related("recorded_by"))
    current = [d for d in rows if d.course == CourseOfDiagnosis.ACTIVE and d.certainty != Certainty.REFUTED]
    axes = [(axis.label, [d for d in current if d.axis == axis]) for axis in Axis]
    context = {
        "patient": row,
        "axes": [(label, found) for label, found in axes if found],
        "former": [d for d in rows if d not in current],
        "records": request.user.may(Can.RECORD_DIAGNOSIS),
    }
    return render(request, "patients/diagnoses/diagnoses.html", context)


@page(Can.RECORD_DIAGNOSIS)
def codes(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Find a code by its beginning or by words of its title."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    search = CodeSearchForm(request.GET)
    template = "patients/diagnoses/_codes.html" if request.htmx else "patients/diagnoses/codes.html"
    return render(request, template, {"patient": row, "search": search, "found": search.found, "asked": request.GET.get("find", "")})


@page(Can.RECORD_DIAGNOSIS)
def add_diagnosis(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record a diagnosis under the code that was chosen."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    code = chosen_code(request.GET.get("code", ""))
    if code is None:
        return redirect("patients:codes", row.public_id)
    form = DiagnosisForm(request.POST or None, code=code)
    if (
        form.is_valid()
        and attempt(form, lambda: record_diagnosis(patient=row, **form.diagnosis, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The diagnosis was recorded."))
        return redirect("patients:diagnoses", row.public_id)
    return _form_page(request, "patients/diagnoses/add.html", row, form, code=code)


@page(Can.RECORD_DIAGNOSIS)
def revise(request: StaffRequest, patient: UUID, diagnosis: int) -> HttpResponse:
    """Confirm, refute or end a diagnosis, with all that was thought before beside it."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    found: Diagnosis = get_object_or_404(diagnoses_for(row), pk=diagnosis)
    form = RevisionForm(request.POST or None, initial=revision_of(found))
    if (
        form.is_valid()
        and attempt(form, lambda: revise_diagnosis(diagnosis=found, **form.revision, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The diagnosis was revised."))
        return redirect("patients:diagnoses", row.public_id)
    changes, _more = history_of(found)
    return _form_page(request, "patients/diagnoses/revise.html", row, form, diagnosis=found, changes=changes)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a patient's diagnosis; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="diagnoses", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
