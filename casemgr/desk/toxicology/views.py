"""Show specimens with how they read, take them, and write down what the conversation came to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.desk.chart.queries import programs_open_to
from casemgr.desk.toxicology.queries import older_results_of, prescribed_for
from patients.caseload.queries import patients_seen_by
from patients.health.queries import program_for
from patients.record.models import Patient
from patients.toxicology.actions import add_toxicology_results, record_toxicology, review_toxicology
from patients.toxicology.forms import LaterResultsForm, PanelForm, TalkForm
from patients.toxicology.models import Analyte, ToxicologyPanel
from patients.toxicology.queries import confirmations_for, panels_seen_by, random_tests_of, random_tests_words, toxicology_for

PANELS = 20


@page(Can.SEE_CHART)
def toxicology(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show the specimens of a person, the latest first, and older single results beside them."""
    row = _patient(request, Can.SEE_CHART, patient)
    note_read(by=request.user, at=timezone.now(), what="toxicology", patient_id=row.pk)
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    part = slice_of(toxicology_for(row).filter(program__in=programs), by="-collected_at", after=request.GET.get("after", ""), size=PANELS)
    today, medication = timezone.localdate(), programs_open_to(request.user, Can.SEE_CHART, Can.SEE_MEDICATION)
    context = {
        "patient": row,
        "panels": part.rows,
        "next_url": f"?after={part.next_key}" if part.next_key else "",
        "older": older_results_of(row),
        "tests": random_tests_of(row, today),
        "policy": random_tests_words(),
        "records": request.user.may(Can.RECORD_SCREENING),
        "expected": _expected(row, medication) if medication else None,
    }
    return render(request, "desk/toxicology/toxicology.html", context)


@page(Can.RECORD_SCREENING)
def add_toxicology(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Take a specimen; what is prescribed on its day is read here and kept with it."""
    row = _patient(request, Can.RECORD_SCREENING, patient)
    form = PanelForm(request.POST or None, initial={"collected_at": timezone.localtime()})
    if form.is_valid():
        facts = form.panel
        prescribed = prescribed_for(row, timezone.localdate(facts["collected_at"]))
        program = program_for(request.user, row, request.program)
        verb: dict[str, Any] = {"patient": row, "program": program, "prescribed": prescribed, "by": request.user, "at": timezone.now()}
        panel = attempt(form, lambda: record_toxicology(**facts, **verb))
        if panel is not None:
            messages.success(request, _("The specimen is on record."))
            return redirect("desk:toxicology_panel", row.public_id, panel.pk)
    return _form_page(request, "desk/toxicology/add.html", row, form)


@page(Can.SEE_CHART)
def toxicology_panel(request: StaffRequest, patient: UUID, panel: int) -> HttpResponse:
    """Show one specimen: its results, how each reads, what can be asked, what was said."""
    row, found = _panel(request, Can.SEE_CHART, patient, panel)
    note_read(by=request.user, at=timezone.now(), what="toxicology", patient_id=row.pk, subject=f"patients.toxicologypanel:{found.pk}")
    context = {
        "patient": row,
        "panel": found,
        "confirmations": confirmations_for(found),
        "asked": [Analyte(name).label for name in found.confirmation_asked],
        "records": request.user.may(Can.RECORD_SCREENING),
        "talks": request.user.may(Can.ASSESS_SAFETY) and found.resulted_at is not None and found.reviewed_at is None,
        "sees_medication": found.program_id in programs_open_to(request.user, Can.SEE_CHART, Can.SEE_MEDICATION),
    }
    return render(request, "desk/toxicology/panel.html", context)


@page(Can.RECORD_SCREENING)
def toxicology_results(request: StaffRequest, patient: UUID, panel: int) -> HttpResponse:
    """Add what the laboratory found."""
    row, found = _panel(request, Can.RECORD_SCREENING, patient, panel)
    form = LaterResultsForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: add_toxicology_results(panel=found, **form.later, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The results are on record."))
        return redirect("desk:toxicology_panel", row.public_id, found.pk)
    return _form_page(request, "desk/toxicology/results.html", row, form, panel=found)


@page(Can.ASSESS_SAFETY)
def talk_about_toxicology(request: StaffRequest, patient: UUID, panel: int) -> HttpResponse:
    """Write down what the conversation about a specimen came to."""
    row, found = _panel(request, Can.ASSESS_SAFETY, patient, panel)
    form = TalkForm(request.POST or None, confirmations=confirmations_for(found), initial={"used_on": None})
    if (
        form.is_valid()
        and attempt(form, lambda: review_toxicology(panel=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("What was said is on record."))
        return redirect("desk:toxicology_panel", row.public_id, found.pk)
    return _form_page(request, "desk/toxicology/talk.html", row, form, panel=found)


def _expected(patient: Patient, programs: frozenset[int]) -> dict[str, Any]:
    """Return in words what a specimen of today is expected to show, by what these programs ordered and gave."""
    found = prescribed_for(patient, timezone.localdate(), programs)
    return {
        "expected": [Analyte(name).label for name in sorted(found.expected)],
        "explained": [Analyte(name).label for name in sorted(found.explained)],
        "names": found.names,
    }


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _panel(request: StaffRequest, can: Can, public_id: UUID, key: int) -> tuple[Patient, ToxicologyPanel]:
    """Return a person and one specimen of theirs, both within reach of this right."""
    row = _patient(request, can, public_id)
    rows = panels_seen_by(request.user, can=can).filter(patient=row)
    rows = rows.select_related("collected_by", "reviewed_by", "recorded_by", "program").prefetch_related("results")
    return row, get_object_or_404(rows, pk=key)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a specimen; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="toxicology", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
