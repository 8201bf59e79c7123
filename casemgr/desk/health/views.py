"""Show somebody's health on one page, and take decisions about warnings."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.desk.chart.queries import patient_seen_by, programs_open_to
from casemgr.desk.health.drawing import sections_of
from casemgr.desk.health.forms import DecisionForm
from casemgr.desk.health.queries import HealthRecord, health_of
from patients.health.medications.actions import decide_about_interaction
from patients.health.queries import program_for


@page(Can.SEE_CHART)
def health(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show everything known of somebody's health; opening it is put on the record."""
    record, rights = _record(request, patient, Can.SEE_CHART)
    note_read(by=request.user, at=timezone.now(), what="health", patient_id=record.patient.pk)
    context = {"patient": record.patient, "sections": sections_of(record), "records": Can.RECORD_HEALTH in rights}
    return render(request, "desk/health/health.html", context)


@page(Can.RECORD_HEALTH)
def decide(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Write down what was decided about a warning; nothing is stopped by it."""
    record, _rights = _record(request, patient, Can.RECORD_HEALTH)
    row, warnings = record.patient, record.undecided
    if not warnings:
        return redirect("desk:health", row.public_id)
    form = DecisionForm(request.POST or None, warnings=warnings)
    program = program_for(request.user, row, request.program)

    def act() -> object:
        return decide_about_interaction(patient=row, program=program, **form.facts, by=request.user, at=timezone.now())

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("The decision is written down."))
        return HttpResponseRedirect(f"{reverse('desk:health', args=[row.public_id])}#medications")
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="health", patient_id=row.pk)
    context = {"patient": row, "form": form, "heading": _("Decide about a warning"), "submit": _("Write the decision")}
    return render(request, "patients/health/fact.html", context, status=422 if form.errors else 200)


def _record(request: StaffRequest, public_id: uuid.UUID, right: Can) -> tuple[HealthRecord, frozenset[Can]]:
    """Return the health of a person within reach of this right; every other one is not found."""
    found = patient_seen_by(request.user, public_id)
    if found is None or right not in found[1]:
        raise Http404
    person, rights = found
    programs = programs_open_to(request.user, Can.SEE_CHART, Can.SEE_MEDICATION)
    return health_of(person, programs, rights, timezone.localdate()), rights
