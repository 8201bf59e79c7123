"""Show a person's stays in care; move and discharge them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import care_team_of, patients_seen_by, sites_open_to
from patients.episodes.actions import discharge_patient, record_admission_facts, transfer_patient
from patients.episodes.forms import AdmissionFactsForm, DischargeForm, TransferForm, facts_told
from patients.episodes.models import Episode
from patients.episodes.queries import episodes_for, facts_of_stay, open_episodes_for, standing_of
from patients.record.models import Patient


@page(Can.SEE_PATIENTS)
def care(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show when a person was in care, and where."""
    row = get_object_or_404(patients_seen_by(request.user), public_id=patient)
    note_read(by=request.user, at=timezone.now(), what="episodes", patient_id=row.pk)
    episodes = list(episodes_for(row).select_related("recorded_by", "admission_facts", "leaving_plan"))
    return render(request, "patients/episodes/care.html", {"patient": row, "episodes": episodes, "may": _offers(request, episodes)})


@page(Can.ADMIT_PATIENT)
def transfer(request: StaffRequest, patient: UUID, episode: int) -> HttpResponse:
    """Move a person to another site."""
    row, stay = _open_stay(request, Can.ADMIT_PATIENT, patient, episode)
    here = Site.objects.filter(program=stay.program_id, is_active=True)
    sites = (here | sites_open_to(request.user, can=Can.ADMIT_PATIENT)).exclude(pk=stay.site_id).select_related("program").distinct()
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
    team = care_team_of(row).filter(program=stay.program_id)
    callers = User.objects.filter(pk__in=team.values("user"), is_active=True).order_by("full_name")
    lead = team.filter(is_lead=True).values_list("user", flat=True).first() if request.method == "GET" else None
    today = timezone.now().astimezone(stay.site.zone).date()
    form = DischargeForm(request.POST or None, today=today, callers=callers, initial={"caller": lead})
    if form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: discharge_patient(episode=stay, **data, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("%(name)s was discharged. The care team ends with it.") % {"name": row.display_name})
            return redirect("patients:caseload")
    reads = all(request.user.may(can, program_id=stay.program_id) for can in (Can.SEE_CHART, Can.SEE_MEDICATION))
    standing = standing_of(stay, on=today, at=timezone.now()) if reads else None
    return _form_page(request, "patients/episodes/discharge.html", row, stay, form, standing=standing)


@page(Can.ADMIT_PATIENT)
def admission_facts(request: StaffRequest, patient: UUID, episode: int) -> HttpResponse:
    """Ask what TEDS asks of an admission; what is left empty is asked another time."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.ADMIT_PATIENT), public_id=patient)
    stay = get_object_or_404(episodes_for(row).filter(program__in=programs_reached(request.user, Can.ADMIT_PATIENT)), pk=episode)
    known = facts_of_stay(stay)
    form = AdmissionFactsForm(request.POST or None, initial=facts_told(known))
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="admission_facts", patient_id=row.pk)
    if form.is_valid():
        saved = attempt(form, lambda: record_admission_facts(episode=stay, **form.facts, by=request.user, at=timezone.now()))
        if saved is not None:
            still = ngettext("%(count)s question is open.", "%(count)s questions are open.", len(saved.missing)) % {
                "count": len(saved.missing)
            }
            messages.success(request, _("Saved.") if not saved.missing else _("Saved. %(still)s") % {"still": still})
            return redirect("patients:care", row.public_id)
    context = {"patient": row, "episode": stay, "form": form, "facts": known}
    return render(request, "patients/episodes/admission_facts.html", context, status=422 if form.errors else 200)


def _open_stay(request: StaffRequest, can: Can, public_id: UUID, episode: int) -> tuple[Patient, Episode]:
    """Return a patient within reach of a right and one of their stays, also one that ended while the form was open."""
    patient = get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)
    stays = open_episodes_for(patient) if request.method == "GET" else episodes_for(patient)
    return patient, get_object_or_404(stays, pk=episode)


def _form_page(request: StaffRequest, template: str, patient: Patient, episode: Episode, form: Any, **more: Any) -> HttpResponse:
    context = {"patient": patient, "episode": episode, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)


def _offers(request: StaffRequest, episodes: list[Episode]) -> dict[str, bool]:
    """Return what this user may do about a person's stays."""
    return {
        "admit": request.user.may(Can.ADMIT_PATIENT) and not any(e.is_open and e.program_id == request.program.pk for e in episodes),
        "transfer": request.user.may(Can.ADMIT_PATIENT),
        "discharge": request.user.may(Can.DISCHARGE_PATIENT),
        "read": request.user.may(Can.SEE_CHART),
    }
