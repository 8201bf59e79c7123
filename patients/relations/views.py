"""Show and keep which organizations stand in which relation to a person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.relations.actions import end_relationship, record_relationship
from patients.relations.forms import EndRelationshipForm, RelationshipForm
from patients.relations.queries import relationships_seen_by


@page(Can.SEE_DISCLOSURES)
def relationships(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show who treats a person, pays for the care, or helps with it."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    now = timezone.now()
    note_read(by=request.user, at=now, what="relationships", patient_id=row.pk)
    rows = list(relationships_seen_by(request.user).filter(patient=row).select_related("organization"))
    today = timezone.localdate(now)
    context = {
        "patient": row,
        "current": [relation for relation in rows if relation.holds_on(today)],
        "former": [relation for relation in rows if not relation.holds_on(today)],
        "records": request.user.may(Can.RECORD_CONSENT),
    }
    return render(request, "patients/relations/relationships.html", context)


@page(Can.RECORD_CONSENT)
def add_relationship(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record that an organization stands in a relation to a person."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    now = timezone.now()
    form = RelationshipForm(request.POST or None, today=timezone.localdate(now))
    if (
        form.is_valid()
        and attempt(form, lambda: record_relationship(patient=row, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("It was recorded. Consents to this group reach the organization from now on."))
        return redirect("patients:relationships", row.public_id)
    context = {"patient": row, "form": form}
    return render(request, "patients/relations/add.html", context, status=422 if form.errors else 200)


@page(Can.RECORD_CONSENT)
def end(request: StaffRequest, patient: UUID, relationship: int) -> HttpResponse:
    """Say that a relation has ended."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    found = get_object_or_404(
        relationships_seen_by(request.user, can=Can.RECORD_CONSENT).select_related("organization"), patient=row, pk=relationship
    )
    now = timezone.now()
    form = EndRelationshipForm(request.POST or None, initial={"until": timezone.localdate(now)})
    if (
        form.is_valid()
        and attempt(form, lambda: end_relationship(relationship=found, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("It has ended."))
        return redirect("patients:relationships", row.public_id)
    context = {"patient": row, "form": form, "relationship": found}
    return render(request, "patients/relations/end.html", context, status=422 if form.errors else 200)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)
