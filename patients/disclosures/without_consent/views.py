"""Tell something without a consent, and oversee what was told so."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.disclosures.without_consent.actions import (
    disclose_in_emergency,
    end_authority,
    record_audit,
    record_court_order,
    record_research_approval,
    report_to_authority,
    review_emergency,
    tell_on_order,
)
from patients.disclosures.without_consent.forms import (
    AuditForm,
    CourtOrderForm,
    EmergencyForm,
    EndAuthorityForm,
    ReportForm,
    ResearchForm,
    ReviewForm,
    TellOnOrderForm,
)
from patients.disclosures.without_consent.queries import (
    audits_seen_by,
    court_orders_seen_by,
    emergencies_seen_by,
    not_over,
    paper_of,
    research_seen_by,
)
from patients.episodes.queries import programs_of
from patients.record.models import Patient
from patients.restrictions.queries import request_to_keep, restrictions_to_decide

MOST_ROWS = 50
"""Rows of each kind on the overview: what waits comes first, and it is short."""


@page(Can.OVERSEE_PRIVACY)
def without_consent(request: StaffRequest) -> HttpResponse:
    """Show what waits for a review or a decision, and what opens the record without a consent."""
    user, now = request.user, timezone.now()
    today = timezone.localdate(now)
    orders = list(court_orders_seen_by(user).order_by("-pk")[:MOST_ROWS])
    context: dict[str, Any] = {
        "waiting": list(emergencies_seen_by(user).filter(reviewed_at__isnull=True).order_by("pk")[:MOST_ROWS]),
        "requests": list(restrictions_to_decide(user)[:MOST_ROWS]),
        "orders": [paper_of(order, now) for order in orders],
        "audits": list(audits_seen_by(user).filter(not_over(today)).order_by("ends_on", "pk")[:MOST_ROWS]),
        "research": list(research_seen_by(user).filter(not_over(today)).order_by("pk")[:MOST_ROWS]),
        "reviewed": list(emergencies_seen_by(user).filter(reviewed_at__isnull=False).order_by("-pk")[:MOST_ROWS]),
    }
    about = [*context["waiting"], *context["requests"], *context["reviewed"], *orders]
    note_read(by=user, at=now, what="disclosures_without_consent", people=[row.patient_id for row in about])
    return render(request, "patients/bases/without_consent.html", context)


@page(Can.DISCLOSE_IN_EMERGENCY)
def tell_in_emergency(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Tell medical personnel what an emergency needs, on one screen."""
    row = _patient(request, Can.DISCLOSE_IN_EMERGENCY, patient)
    now = timezone.now()
    form = EmergencyForm(
        request.POST or None, user=request.user, now=timezone.localtime(now), initial={"program": _program_of(request, row)}
    )
    if (
        form.is_valid()
        and attempt(form, lambda: disclose_in_emergency(patient=row, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("Tell them now: it is on the account, and the privacy officer will look over it."))
        if words := request_to_keep(row.pk):
            messages.warning(request, _("Say to them: %(words)s") % {"words": words})
        return redirect("desk:chart", row.public_id)
    return _form_page(request, "patients/bases/emergency.html", row, form)


@page(Can.OVERSEE_PRIVACY)
def review(request: StaffRequest, patient: UUID, emergency: int) -> HttpResponse:
    """Look over what was told in an emergency."""
    row = _patient(request, Can.OVERSEE_PRIVACY, patient)
    found = get_object_or_404(emergencies_seen_by(request.user), patient=row, pk=emergency)
    form, now = ReviewForm(request.POST or None), timezone.now()
    if (
        form.is_valid()
        and attempt(form, lambda: review_emergency(emergency=found, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("The review was recorded."))
        return redirect("patients:without_consent")
    return _form_page(request, "patients/bases/review.html", row, form, emergency=found)


@page(Can.DISCLOSE_ON_ORDER)
def add_court_order(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down what came from a court."""
    row = _patient(request, Can.DISCLOSE_ON_ORDER, patient)
    form, now = CourtOrderForm(request.POST or None, user=request.user), timezone.now()
    if form.is_valid():
        order = attempt(form, lambda: record_court_order(patient=row, **form.cleaned_data, by=request.user, at=now))
        if order is not None:
            return redirect("patients:court_order", row.public_id, order.pk)
    return _form_page(request, "patients/bases/add_court_order.html", row, form)


@page(Can.DISCLOSE_ON_ORDER)
def court_order(request: StaffRequest, patient: UUID, court_order: int) -> HttpResponse:
    """Show a court order with all that it lacks; hand over what it opens."""
    row = _patient(request, Can.DISCLOSE_ON_ORDER, patient)
    found = get_object_or_404(court_orders_seen_by(request.user), patient=row, pk=court_order)
    now = timezone.now()
    scope = [*found.categories, *(["counseling_notes"] if found.covers_counseling_notes else [])]
    form = TellOnOrderForm(request.POST or None, scope=scope)
    if (
        form.is_valid()
        and attempt(form, lambda: tell_on_order(court_order=found, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("It is on the account. Hand it over with the notice."))
        return redirect("patients:court_order", row.public_id, found.pk)
    return _form_page(request, "patients/bases/court_order.html", row, form, paper=paper_of(found, now))


@page(Can.DISCLOSE_ON_ORDER)
def end_court_order(request: StaffRequest, patient: UUID, court_order: int) -> HttpResponse:
    """End a court order: nothing more is told on it."""
    row = _patient(request, Can.DISCLOSE_ON_ORDER, patient)
    found = get_object_or_404(court_orders_seen_by(request.user), patient=row, pk=court_order)
    return _end(request, found, patient=row)


@page(Can.DISCLOSE_ON_ORDER)
def add_audit(request: StaffRequest) -> HttpResponse:
    """Let an auditor in."""
    form, now = AuditForm(request.POST or None, user=request.user), timezone.now()
    if form.is_valid() and attempt(form, lambda: record_audit(**form.cleaned_data, by=request.user, at=now)) is not None:
        messages.success(request, _("The audit was recorded."))
        return redirect("patients:without_consent")
    return _form_page(request, "patients/bases/add_audit.html", None, form)


@page(Can.DISCLOSE_ON_ORDER)
def end_audit(request: StaffRequest, audit: int) -> HttpResponse:
    """End an audit: nothing more is told for it."""
    return _end(request, get_object_or_404(audits_seen_by(request.user), pk=audit))


@page(Can.DISCLOSE_ON_ORDER)
def add_research(request: StaffRequest) -> HttpResponse:
    """Keep the approval of a research."""
    form, now = ResearchForm(request.POST or None, user=request.user), timezone.now()
    if form.is_valid() and attempt(form, lambda: record_research_approval(**form.cleaned_data, by=request.user, at=now)) is not None:
        messages.success(request, _("The approval was recorded."))
        return redirect("patients:without_consent")
    return _form_page(request, "patients/bases/add_research.html", None, form)


@page(Can.DISCLOSE_ON_ORDER)
def end_research(request: StaffRequest, research: int) -> HttpResponse:
    """End a research: nothing more is told for it."""
    return _end(request, get_object_or_404(research_seen_by(request.user), pk=research))


@page(Can.DISCLOSE_RECORD)
def report(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Report a crime here or suspected child abuse, with the few facts that the law lets through."""
    row = _patient(request, Can.DISCLOSE_RECORD, patient)
    form, now = ReportForm(request.POST or None, user=request.user), timezone.now()
    if form.is_valid():
        facts = dict(form.cleaned_data)
        named = facts.pop("fields_named")
        if attempt(form, lambda: report_to_authority(patient=row, fields=named, **facts, by=request.user, at=now)):
            messages.success(request, _("The report is on the account. Give no part of the record with it."))
            return redirect("desk:chart", row.public_id)
    return _form_page(request, "patients/bases/report.html", row, form)


def _end(request: StaffRequest, authority: Any, patient: Patient | None = None) -> HttpResponse:
    """End what opened the record without a consent."""
    form, now = EndAuthorityForm(request.POST or None), timezone.now()
    if (
        form.is_valid()
        and attempt(form, lambda: end_authority(authority=authority, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("It has ended. Nothing more is told on it."))
        return redirect("patients:without_consent")
    return _form_page(request, "patients/bases/end.html", patient, form, authority=authority)


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _program_of(request: StaffRequest, patient: Patient) -> Program | None:
    """Return the program to begin with: one that knows the person, so that nobody in a hurry tells in the name of another."""
    return programs_of(patient).filter(pk__in=programs_reached(request.user, Can.DISCLOSE_IN_EMERGENCY).values("pk")).first()


def _form_page(request: StaffRequest, template: str, patient: Patient | None, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form, and put the look on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="disclosure_without_consent", patient_id=patient.pk if patient else None)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
