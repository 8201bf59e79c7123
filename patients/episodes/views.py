"""Show a person's stays in care; move and discharge them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.episodes.actions import discharge_patient, transfer_patient
from patients.episodes.forms import DischargeForm, TransferForm
from patients.episodes.models import Episode
from patients.episodes.queries import episodes_for, open_episodes_for
from patients.record.models import Patient


@page(Can.SEE_PATIENTS)
def care(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show when a person was in care, and where."""
    row = get_object_or_404(patients_seen_by(request.user), public_id=patient)
    note_read(by=request.user, at=timezone.now(), what="episodes", patient_id=row.pk)
    episodes = list(episodes_for(row).select_related("recorded_by"))
    return render(request, "patients/episodes/care.html", {"patient": row, "episodes": episodes, "may": _offers(request, episodes)})


@page(Can.ADMIT_PATIENT)
def transfer(request: StaffRequest, patient: UUID, episode: int) -> HttpResponse:
    """Move a person to another site."""
    row, stay = _open_stay(request, Can.ADMIT_PATIENT, patient, episode)
    sites = Site.objects.filter(program=stay.program_id, is_active=True).exclude(pk=stay.site_id)
    form = TransferForm(request.POST or None, sites=sites, today=timezone.now().astimezone(stay.site.zone).date())
    if form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: transfer_patient(episode=stay, **data, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("Transferred to %(site)s. Look over the care team.") % {"site": data["to_site"]})
            return redirect("patients:care", row.public_id)
    return _form_page(request, "patients/episodes/transfer.html", row, stay, form)


@page(Can.DISCHARGE_PATIENT)
def discharge(request: StaffRequest, patient: UUID, episode: int) -> HttpResponse:
    """End a stay in care."""
    row, stay = _open_stay(request, Can.DISCHARGE_PATIENT, patient, episode)
    form = DischargeForm(request.POST or None, today=timezone.now().astimezone(stay.site.zone).date())
    if form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: discharge_patient(episode=stay, **data, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("%(name)s was discharged. The care team ends with it.") % {"name": row.display_name})
            return redirect("patients:caseload")
    return _form_page(request, "patients/episodes/discharge.html", row, stay, form)


def _open_stay(request: StaffRequest, can: Can, public_id: UUID, episode: int) -> tuple[Patient, Episode]:
    """Return a patient within reach of a right and one of their stays, also one that ended while the form was open."""
    patient = get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)
    stays = open_episodes_for(patient) if request.method == "GET" else episodes_for(patient)
    return patient, get_object_or_404(stays, pk=episode)


def _form_page(request: StaffRequest, template: str, patient: Patient, episode: Episode, form: Any) -> HttpResponse:
    context = {"patient": patient, "episode": episode, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


def _offers(request: StaffRequest, episodes: list[Episode]) -> dict[str, bool]:
    """Return what this user may do about a person's stays."""
    return {
        "admit": request.user.may(Can.ADMIT_PATIENT) and not any(e.is_open and e.program_id == request.program.pk for e in episodes),
        "transfer": request.user.may(Can.ADMIT_PATIENT),
        "discharge": request.user.may(Can.DISCHARGE_PATIENT),
    }
