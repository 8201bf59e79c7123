"""Show, record, print and revoke consents."""

import base64
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.consent.actions import confirm_consent, end_consent, mark_consent_false, record_consent, revoke_consent
from patients.consent.checking.queries import doubts_about
from patients.consent.forms import ConfirmForm, ConsentForm, DeclineForm, EndForm, FalseForm, RevocationForm, ScanForm
from patients.consent.models import Consent, ConsentKind, ConsentScan, HandedIn, Settlement
from patients.consent.papers.actions import LARGEST_SCAN, attach_scan, settle_handed_in
from patients.consent.queries import consents_seen_by, drafts_waiting_for, scans_of, standing_of
from patients.consent.wording import language_for
from patients.record.models import Patient

MOST_WAITING = 50
"""How many consents that wait are shown at once, newest first."""

KIND_WORDS = (
    (
        "tpo",
        ConsentKind.TREATMENT_PAYMENT_OPERATIONS.label,
        gettext_lazy("All future treatment, payment and health care operations, with one signature."),
    ),
    (
        "specific",
        ConsentKind.SPECIFIC.label,
        gettext_lazy("Exactly whom, what for and which information: a landlord, an employer, a doctor."),
    ),
    ("counseling_notes", ConsentKind.COUNSELING_NOTES.label, gettext_lazy("The counselor's own notes, alone and with nothing else.")),
    (
        "proceedings",
        ConsentKind.PROCEEDINGS.label,
        gettext_lazy("Use in a civil, criminal, administrative or legislative proceeding, alone."),
    ),
    (
        "cj_referral",
        ConsentKind.CJ_REFERRAL.label,
        gettext_lazy("For court, probation or parole that made treatment a condition of release."),
    ),
    ("registry", ConsentKind.REGISTRY.label, gettext_lazy("To keep somebody from being enrolled in two programs.")),
    ("pdmp", ConsentKind.PDMP.label, gettext_lazy("To report dispensed medication where state law asks for it.")),
    ("research", ConsentKind.RESEARCH.label, gettext_lazy("For a research study.")),
)
"""The kinds with a sentence for whoever chooses."""

CONFIRM = {
    "title": gettext_lazy("Confirm a consent"),
    "lede": gettext_lazy("Look at the signed paper. From then on the record opens as it says."),
    "submit": gettext_lazy("It agrees: let it hold"),
}
DECLINE = {
    "title": gettext_lazy("Decline a consent"),
    "lede": gettext_lazy("It stays on file as a draft; nothing is told on it."),
    "submit": gettext_lazy("Decline"),
    "tone": "stop",
}
FALSE = {
    "title": gettext_lazy("This consent is false"),
    "lede": gettext_lazy("A forged or mistaken consent opens nothing (42 CFR 2.31(c)). This cannot be undone."),
    "submit": gettext_lazy("It is false: tell nothing on it"),
    "tone": "stop",
}
SCAN = {
    "title": gettext_lazy("Add a scan"),
    "lede": gettext_lazy("The file is checked, sealed and never changed."),
    "submit": gettext_lazy("Keep the scan"),
}
"""What the pages say on which one thing is done to a consent."""


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
    context = {
        "patient": row,
        "standing": standing,
        "consent": standing.consent,
        "scans": list(scans_of(found)),
        "doubts": doubts_about(found),
        "waits": HandedIn.objects.filter(consent=found, outcome=Settlement.WAITING).select_related("organization").first(),
        "records": request.user.may(Can.RECORD_CONSENT),
    }
    return render(request, "patients/consent/consent.html", context)


@page(Can.RECORD_CONSENT)
def add_consent(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Choose a kind, then record what was signed; every element that it lacks is named at its field."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    now = timezone.now()
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    if kind not in ConsentKind.values:
        return render(request, "patients/consent/choose.html", {"patient": row, "kinds": KIND_WORDS})
    language = language_for(request.POST.get("language") or request.GET.get("language") or row.language)
    form = ConsentForm(request.POST or None, user=request.user, patient=row, kind=kind, today=timezone.localdate(now), language=language)
    if form.is_valid():
        made = attempt(form, lambda: record_consent(patient=row, **form.consent, by=request.user, at=now))
        if made is not None:
            messages.success(request, _("The consent was recorded and holds from now on."))
            for doubt in doubts_about(made):
                messages.warning(request, doubt)
            return redirect("patients:consents", row.public_id)
    if request.method == "GET":
        note_read(by=request.user, at=now, what="consents", patient_id=row.pk)
    return _form_page(request, "patients/consent/add.html", row, form, kind=ConsentKind(kind).label, code=kind, language=language)


@page(Can.RECORD_CONSENT)
def revoke(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Take a consent back, at once."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    found = get_object_or_404(consents_seen_by(request.user, can=Can.RECORD_CONSENT), patient=row, pk=consent)
    form = RevocationForm(request.POST or None, consent=found, initial={"revoked_by": row.legal_name})
    if (
        form.is_valid()
        and attempt(form, lambda: revoke_consent(consent=found, **form.revocation, by=request.user, at=timezone.now())) is not None
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


@page(Can.RECORD_CONSENT)
def confirm(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Make a draft hold after comparing it with the signed paper."""
    row, found = _own(request, patient, consent)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    handed_in = HandedIn.objects.filter(consent=found).exists()
    verb = partial(settle_handed_in, holds=True) if handed_in else confirm_consent
    if form.is_valid() and attempt(form, lambda: verb(consent=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None:
        messages.success(request, _("The consent holds from now on."))
        return redirect("patients:consent", row.public_id, found.pk)
    return _form_page(request, "patients/consent/act.html", row, form, consent=found, **CONFIRM)


@page(Can.RECORD_CONSENT)
def decline(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Say that a consent which a partner handed in does not hold."""
    row, found = _own(request, patient, consent)
    form = DeclineForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: settle_handed_in(consent=found, holds=False, **form.cleaned_data, by=request.user, at=timezone.now()))
        is not None
    ):
        messages.success(request, _("It was declined. It stays a draft on which nothing is told."))
        return redirect("patients:consent", row.public_id, found.pk)
    return _form_page(request, "patients/consent/act.html", row, form, consent=found, **DECLINE)


@page(Can.RECORD_CONSENT)
def mark_false(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Say that a consent is known to be false."""
    row, found = _own(request, patient, consent)
    form = FalseForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: mark_consent_false(consent=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("From now on nothing is told on this consent."))
        return redirect("patients:consent", row.public_id, found.pk)
    return _form_page(request, "patients/consent/act.html", row, form, consent=found, **FALSE)


@page(Can.RECORD_CONSENT)
def add_scan(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Keep the scan of a signed paper."""
    row, found = _own(request, patient, consent)
    form = ScanForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        kept = attempt(
            form,
            lambda: attach_scan(
                consent=found,
                of=form.cleaned_data["of"],
                content=form.cleaned_data["scan"].read(LARGEST_SCAN + 1),
                by=request.user,
                at=timezone.now(),
            ),
        )
        if kept is not None:
            messages.success(request, _("The scan was kept, encrypted."))
            return redirect("patients:consent", row.public_id, found.pk)
    return _form_page(request, "patients/consent/act.html", row, form, consent=found, **SCAN)


@page(Can.SEE_DISCLOSURES)
def scan(request: StaffRequest, patient: UUID, consent: int, scan: int) -> HttpResponse:
    """Serve a scan to look at; that somebody did is on the record."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    found = get_object_or_404(ConsentScan, consent__in=consents_seen_by(request.user).filter(patient=row, pk=consent), pk=scan)
    note_read(by=request.user, at=timezone.now(), what="consent_scan", patient_id=row.pk, subject=f"patients.consentscan:{found.pk}")
    ending = found.media_type.rsplit("/", 1)[-1]
    headers = {
        "Content-Disposition": f'attachment; filename="consent-{consent}-{found.pk}.{ending}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(base64.b64decode(found.content), content_type=found.media_type, headers=headers)


@page(Can.RECORD_CONSENT)
def waiting(request: StaffRequest) -> HttpResponse:
    """Show the consents that partners handed in or that were taken over, and that wait to be compared with the signed paper."""
    rows = list(drafts_waiting_for(request.user).select_related("handed_in__organization", "patient")[:MOST_WAITING])
    note_read(by=request.user, at=timezone.now(), what="consents_waiting", people=[draft.patient_id for draft in rows])
    return render(request, "patients/consent/waiting.html", {"rows": rows})


def _own(request: StaffRequest, patient: UUID, consent: int) -> tuple[Patient, Consent]:
    """Return a person and a consent of theirs that this user may change."""
    row = _patient(request, Can.RECORD_CONSENT, patient)
    return row, get_object_or_404(consents_seen_by(request.user, can=Can.RECORD_CONSENT), patient=row, pk=consent)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a person's consent."""
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
