"""Show, record, print and revoke consents."""

from typing import Any
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
from patients.consent.actions import end_consent, record_consent, revoke_consent
from patients.consent.forms import ConsentForm, EndForm, RevocationForm
from patients.consent.queries import consents_seen_by, standing_of
from patients.record.models import Patient


@page(Can.SEE_DISCLOSURES)
def consents(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what a person allows to be told, and what they once allowed."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    note_read(by=request.user, at=timezone.now(), what="consents", patient_id=row.pk)
    standings = standing_of(consents_seen_by(request.user), row, timezone.now())
    context = {
        "patient": row,
        "current": [standing for standing in standings if standing.in_force],
        "former": [standing for standing in standings if not standing.in_force],
        "records": request.user.may(Can.RECORD_CONSENT),
    }
    return render(request, "patients/consent/consents.html", context)


@page(Can.SEE_DISCLOSURES)
def consent(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Show one consent with every element, to read and to print."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    found = get_object_or_404(consents_seen_by(request.user), patient=row, pk=consent)
    note_read(by=request.user, at=timezone.now(), what="consent", patient_id=row.pk, subject=f"patients.consent:{found.pk}")
    standing = standing_of(consents_seen_by(request.user).filter(pk=found.pk), row, timezone.now())[0]
    context = {"patient": row, "standing": standing, "consent": standing.consent, "records": request.user.may(Can.RECORD_CONSENT)}
    return render(request, "patients/consent/consent.html", context)


@page(Can.RECORD_CONSENT)
def add_consent(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Record a signed consent; every element that it lacks is named at its field."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    now = timezone.now()
    form = ConsentForm(request.POST or None, user=request.user, patient=row, today=timezone.localdate(now))
    if form.is_valid() and attempt(form, lambda: record_consent(patient=row, **form.consent, by=request.user, at=now)) is not None:
        messages.success(request, _("The consent was recorded and holds from now on."))
        return redirect("patients:consents", row.public_id)
    if request.method == "GET":
        note_read(by=request.user, at=now, what="consents", patient_id=row.pk)
    return _form_page(request, "patients/consent/add.html", row, form)


@page(Can.RECORD_CONSENT)
def revoke(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Take a consent back, at once."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    found = get_object_or_404(consents_seen_by(request.user, can=Can.RECORD_CONSENT), patient=row, pk=consent)
    form = RevocationForm(request.POST or None, initial={"revoked_by": row.legal_name})
    if (
        form.is_valid()
        and attempt(form, lambda: revoke_consent(consent=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The consent was revoked. From now on nothing is told on it."))
        return redirect("patients:consents", row.public_id)
    others = [
        standing.consent
        for standing in standing_of(consents_seen_by(request.user, can=Can.RECORD_CONSENT).exclude(pk=found.pk), row, timezone.now())
        if standing.in_force and set(standing.consent.recipients.all()) & set(found.recipients.all())
    ]
    return _form_page(request, "patients/consent/revoke.html", row, form, consent=found, others=others)


@page(Can.RECORD_CONSENT)
def end(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Say that the event has come with which a consent ends."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    found = get_object_or_404(consents_seen_by(request.user, can=Can.RECORD_CONSENT), patient=row, pk=consent)
    form = EndForm(request.POST) if request.method == "POST" else EndForm()
    if form.is_valid() and attempt(form, lambda: end_consent(consent=found, by=request.user, at=timezone.now())) is not None:
        messages.success(request, _("The consent has ended. From now on nothing is told on it."))
        return redirect("patients:consents", row.public_id)
    return _form_page(request, "patients/consent/end.html", row, form, consent=found)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a person's consent."""
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
