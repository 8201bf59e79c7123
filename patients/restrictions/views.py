"""Show what a person asked not to be told; take, decide and end such requests."""

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
from patients.record.models import Patient
from patients.restrictions.actions import ask_restriction, decide_restriction, end_restriction
from patients.restrictions.forms import AskForm, DecisionForm, EndForm
from patients.restrictions.models import Restriction, RestrictionState
from patients.restrictions.queries import restrictions_seen_by

MOST_ROWS = 200
"""Requests of one person on a page; whoever has more asks the privacy officer."""


@page(Can.SEE_DISCLOSURES)
def restrictions(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what a person asked not to be told, and what was decided."""
    row = _patient(request, Can.SEE_DISCLOSURES, patient)
    note_read(by=request.user, at=timezone.now(), what="restrictions", patient_id=row.pk)
    rows = restrictions_seen_by(request.user).filter(patient=row).select_related("organization", "decided_by")
    found = list(rows.order_by("-pk")[:MOST_ROWS])
    open_states = {RestrictionState.ASKED, RestrictionState.AGREED}
    context = {
        "patient": row,
        "current": [restriction for restriction in found if restriction.state in open_states],
        "former": [restriction for restriction in found if restriction.state not in open_states],
        "asks": request.user.may(Can.ASK_RESTRICTION),
        "decides": request.user.may(Can.OVERSEE_PRIVACY),
    }
    return render(request, "patients/restrictions/restrictions.html", context)


@page(Can.ASK_RESTRICTION)
def ask(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write down what a person asks not to be told."""
    row = _patient(request, Can.ASK_RESTRICTION, patient)
    now = timezone.now()
    form = AskForm(request.POST or None, user=request.user, patient=row, today=timezone.localdate(now))
    if form.is_valid():
        asked = attempt(form, lambda: ask_restriction(patient=row, **form.cleaned_data, by=request.user, at=now))
        if asked is not None:
            messages.success(request, _what_holds(asked, form.cleaned_data))
            return redirect("patients:restrictions", row.public_id)
    return _form_page(request, "patients/restrictions/ask.html", row, form)


@page(Can.OVERSEE_PRIVACY)
def decide(request: StaffRequest, patient: UUID, restriction: int) -> HttpResponse:
    """Decide about a request."""
    row, found = _restriction(request, patient, restriction)
    form, now = DecisionForm(request.POST or None, restriction=found), timezone.now()
    if (
        form.is_valid()
        and attempt(form, lambda: decide_restriction(restriction=found, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("The decision was recorded. Tell the person."))
        return redirect("patients:restrictions", row.public_id)
    return _form_page(request, "patients/restrictions/decide.html", row, form, restriction=found)


@page(Can.OVERSEE_PRIVACY)
def end(request: StaffRequest, patient: UUID, restriction: int) -> HttpResponse:
    """End a restriction."""
    row, found = _restriction(request, patient, restriction)
    form, now = EndForm(request.POST or None, restriction=found), timezone.now()
    if (
        form.is_valid()
        and attempt(form, lambda: end_restriction(restriction=found, **form.cleaned_data, by=request.user, at=now)) is not None
    ):
        messages.success(request, _("The restriction has ended."))
        return redirect("patients:restrictions", row.public_id)
    return _form_page(request, "patients/restrictions/end.html", row, form, restriction=found)


def _what_holds(asked: Restriction, typed: dict[str, Any]) -> str:
    """Say what of a request holds at once, and what waits for a decision."""
    if not asked.is_owed:
        return _("The request was recorded. The privacy officer decides.")
    if (asked.to_whom, set(asked.purposes)) == (typed["to_whom"], set(typed["purposes"])):
        return _("The request was recorded and holds at once: the law binds the program to agree.")
    return _("For health plans it holds at once, as a request of its own. The privacy officer decides about the rest.")


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _restriction(request: StaffRequest, public_id: UUID, key: int) -> tuple[Patient, Restriction]:
    """Return a patient and one of their restrictions, as far as the right to decide reaches."""
    row = _patient(request, Can.OVERSEE_PRIVACY, public_id)
    rows = restrictions_seen_by(request.user, can=Can.OVERSEE_PRIVACY).select_related("organization")
    return row, get_object_or_404(rows, patient=row, pk=key)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a person's restrictions, and put the look on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="restrictions", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)
