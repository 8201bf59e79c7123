"""Show what was measured; take totals of screenings and laboratory results."""

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.screenings.actions import record_observation
from patients.screenings.forms import LaboratoryForm, ScoreForm
from patients.screenings.models import Observation, ObservationKind
from patients.screenings.queries import observations_for

KINDS = {"": gettext_lazy("All"), **dict(ObservationKind.choices)}


class ObservationTable(tables.Table):
    """List measured facts: what, the value, when."""

    title = tables.Column(verbose_name=gettext_lazy("What"), attrs={"td": {"data-verbatim": ""}})
    value = tables.Column(verbose_name=gettext_lazy("Result"), empty_values=(), accessor="pk")
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    observed_at = tables.Column(verbose_name=gettext_lazy("When"))

    empty_help = gettext_lazy("Totals of screenings and results of tests appear here, also those that were imported.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nothing measured yet")

    def render_value(self, record: Observation) -> str:
        """Say the value: a number with its unit, or words."""
        if record.value_number is None:
            return record.value_text or record.value_code
        unit = "" if record.value_unit.startswith("{") else f" {record.value_unit}"
        return f"{number_format(record.value_number.normalize(), use_l10n=True)}{unit}"

    def render_observed_at(self, record: Observation) -> str:
        """Say when."""
        return moment(record.observed_at, "exact")


@page(Can.SEE_CHART)
def observations(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what was measured, the latest first."""
    row = _patient(request, Can.SEE_CHART, patient)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    note_read(by=request.user, at=timezone.now(), what="observations", patient_id=row.pk, detail={"kind": kind})
    part = slice_of(observations_for(row, kind=kind), by="-observed_at", after=request.GET.get("after", ""))
    table = ObservationTable(part.rows)
    if part.next_key:
        table.next_url = f"?kind={kind}&after={part.next_key}"
    context = {"patient": row, "table": table, "kinds": KINDS, "kind": kind, "records": request.user.may(Can.RECORD_SCREENING)}
    return render(request, "patients/screenings/observations.html", context)


@page(Can.RECORD_SCREENING)
def add_score(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record the total of a screening."""
    return _record(request, patient, ScoreForm(request.POST or None, initial={"observed_at": timezone.now()}), _("Record a total"))


@page(Can.RECORD_SCREENING)
def add_laboratory(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record a laboratory result."""
    return _record(
        request, patient, LaboratoryForm(request.POST or None, initial={"observed_at": timezone.now()}), _("Record a test result")
    )


def _record(request: StaffRequest, public_id: UUID, form: ScoreForm | LaboratoryForm, heading: str) -> HttpResponse:
    """Take one measured fact through a form."""
    row = _patient(request, Can.RECORD_SCREENING, public_id)
    if (
        form.is_valid()
        and attempt(form, lambda: record_observation(patient=row, **form.observation, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The result was recorded."))
        if isinstance(form, ScoreForm) and form.lacks_nine:
            messages.warning(request, _("Question 9 is not known. Ask the person about thoughts of death or of hurting themselves."))
        return redirect("patients:observations", row.public_id)
    context: dict[str, Any] = {"patient": row, "form": form, "heading": heading}
    return render(request, "patients/screenings/record.html", context, status=422 if form.errors else 200)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)
