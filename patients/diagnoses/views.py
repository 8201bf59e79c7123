"""Show and take diagnoses on both axes."""

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
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.actions import add_evidence, look_at_diagnosis_again, record_diagnosis, record_use, revise_diagnosis
from patients.diagnoses.forms import (
    CodeSearchForm,
    DiagnosisForm,
    EvidenceForm,
    LookAgainForm,
    UseForm,
    chosen_code,
    chosen_disorder,
    form_about,
)
from patients.diagnoses.models import Diagnosis, Disorder, Severity, Substance
from patients.diagnoses.picture.queries import card_of, picture_of, reasons_in_words
from patients.diagnoses.queries import diagnoses_for, entries_of, last_use_on, use_disorders_for, use_of
from patients.record.models import Patient

OF_USE = [disorder for disorder in Disorder if disorder.value in Substance.values]
OF_MIND = [disorder for disorder in Disorder if disorder not in OF_USE]
MOST_REPORTS = 100


@page(Can.SEE_CHART)
def diagnoses(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what a person has as one picture: substance use and mental health side by side, what came first, and its story."""
    row = _patient(request, Can.SEE_CHART, patient)
    note_read(by=request.user, at=timezone.now(), what="diagnoses", patient_id=row.pk)
    context = {
        "patient": row,
        "picture": picture_of(row, timezone.localdate()),
        "records": request.user.may(Can.RECORD_DIAGNOSIS),
        "adds": request.user.may(Can.RECORD_SCREENING),
    }
    return render(request, "patients/diagnoses/diagnoses.html", context)


@page(Can.RECORD_DIAGNOSIS)
def codes(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Choose a disorder with questions of its own, or find a code by its beginning or by words of its title."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    search = CodeSearchForm(request.GET)
    template = "patients/diagnoses/_codes.html" if request.htmx else "patients/diagnoses/codes.html"
    disorders = [(_("Substance use"), OF_USE), (_("Mental health"), OF_MIND)]
    context = {"patient": row, "search": search, "found": search.found, "asked": request.GET.get("find", ""), "disorders": disorders}
    return render(request, template, context)


@page(Can.RECORD_DIAGNOSIS)
def add_diagnosis(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record a diagnosis: the questions of its disorder, and the code that was chosen or that follows."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    code, disorder = chosen_code(request.GET.get("code", "")), chosen_disorder(request.GET.get("disorder", ""))
    if code is None and not disorder:
        return redirect("patients:codes", row.public_id)
    form = DiagnosisForm(request.POST or None, disorder=disorder, code=code, use=_use(row))
    if (
        form.is_valid()
        and attempt(form, lambda: record_diagnosis(patient=row, **form.diagnosis, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The diagnosis was recorded."))
        return redirect("patients:diagnoses", row.public_id)
    title = Disorder(form.disorder).label if form.disorder else ""
    return _form_page(request, "patients/diagnoses/add.html", row, form, code=code, disorder=title)


@page(Can.RECORD_DIAGNOSIS)
@require_POST
def suggest_code(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Say which code follows from what is filled in so far, and why."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    code, disorder = chosen_code(request.GET.get("code", "")), chosen_disorder(request.GET.get("disorder", ""))
    form = DiagnosisForm(request.POST, disorder=disorder, code=code, use=_use(row))
    form.is_valid()
    found, said = form.suggestion, form.specifiers
    severity = Severity(said.how_severe).label if said.how_severe else ""
    context = {"found": chosen_code(found.code), "reasons": reasons_in_words(found, said.count, str(severity)), "count": said.count}
    return render(request, "patients/diagnoses/_suggestion.html", context)


@page(Can.RECORD_DIAGNOSIS)
def revise(request: StaffRequest, patient: UUID, diagnosis: int) -> HttpResponse:
    """Confirm, refute, end a diagnosis or say it more exactly, with its story beside it."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    found: Diagnosis = get_object_or_404(diagnoses_for(row), pk=diagnosis)
    form = form_about(found, request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: revise_diagnosis(diagnosis=found, **form.revision, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The diagnosis was revised."))
        return redirect("patients:diagnoses", row.public_id)
    return _form_page(request, "patients/diagnoses/revise.html", row, form, diagnosis=found, card=_card(row, found))


@page(Can.RECORD_DIAGNOSIS)
def look_again(request: StaffRequest, patient: UUID, diagnosis: int) -> HttpResponse:
    """Say that a provisional diagnosis was looked at again and stays open."""
    row = _patient(request, Can.RECORD_DIAGNOSIS, patient)
    found: Diagnosis = get_object_or_404(diagnoses_for(row), pk=diagnosis)
    form = LookAgainForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: look_at_diagnosis_again(diagnosis=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        is not None
    ):
        messages.success(request, _("It stays provisional; the next day to look at it is set."))
        return redirect("patients:diagnoses", row.public_id)
    return _form_page(request, "patients/diagnoses/look_again.html", row, form, diagnosis=found, card=_card(row, found))


@page(Can.RECORD_SCREENING)
def evidence(request: StaffRequest, patient: UUID, diagnosis: int) -> HttpResponse:
    """Add one piece of evidence to a diagnosis, for or against it."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    found: Diagnosis = get_object_or_404(diagnoses_for(row), pk=diagnosis)
    form = EvidenceForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: add_evidence(diagnosis=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The evidence was added."))
        return redirect("patients:diagnoses", row.public_id)
    return _form_page(request, "patients/diagnoses/evidence.html", row, form, diagnosis=found, card=_card(row, found))


@page(Can.RECORD_SCREENING)
def use(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what was used when, and take another report; nothing follows from it but a later day to look again."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    form = UseForm(request.POST or None, initial={"used_on": timezone.localdate()})
    if (
        form.is_valid()
        and attempt(form, lambda: record_use(patient=row, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("It is written down."))
        return redirect("patients:use", row.public_id)
    return _form_page(request, "patients/diagnoses/use.html", row, form, reports=use_of(row)[:MOST_REPORTS])


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _use(patient: Patient) -> Any:
    """Return the gravest use disorder of a person, which may bring another illness about."""
    found = use_disorders_for(patient).first()
    return found.specifiers if found else None


def _card(patient: Patient, diagnosis: Diagnosis) -> Any:
    """Return a diagnosis as it is shown, with its story."""
    entries = list(entries_of([diagnosis]))
    return card_of(diagnosis, patient=patient, today=timezone.localdate(), last_use_on=last_use_on(patient), entries=entries)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a patient's diagnosis; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="diagnoses", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
