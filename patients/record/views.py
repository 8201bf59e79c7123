"""Show and take what is known of a person: register, correct, how to reach them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import hidden_among, patients_seen_by, sites_open_to
from patients.record.actions import (
    add_contact_point,
    add_identifier,
    change_contact_point,
    change_patient,
    end_contact_point,
    register_patient,
)
from patients.record.forms import (
    ContactForm,
    EditForm,
    IdentifierForm,
    LookupForm,
    RegisterForm,
    SafeContactForm,
    facts_of,
    safety_of,
)
from patients.record.models import Patient
from patients.record.queries import Candidate, contact_points_for, duplicate_candidates, identifiers_for

CHANGEABLE = Can.CHANGE_PATIENT


@page(Can.REGISTER_PATIENT)
def register(request: StaffRequest) -> HttpResponse:
    """Look for the person first; make a record only for somebody who has none."""
    lookup = LookupForm(request.POST or None)
    if not lookup.is_valid():
        return render(request, "patients/record/lookup.html", {"form": lookup}, status=422 if request.method == "POST" else 200)
    candidates, hidden = _candidates(request, lookup.cleaned_data)
    sites = sites_open_to(request.user, can=Can.REGISTER_PATIENT).filter(program=request.program)
    only_looks = "look" in request.POST
    form = RegisterForm(None if only_looks else request.POST, initial=lookup.cleaned_data, sites=sites, candidates=candidates)
    if form.is_valid():
        data = form.cleaned_data
        not_same_as = [*(data.get("not_same_as") or ()), *hidden]
        now = timezone.now()
        patient = attempt(form, lambda: register_patient(site=data["site"], **form.facts, not_same_as=not_same_as, by=request.user, at=now))
        if patient is not None:
            return _registered(request, patient)
    seen = set(patients_seen_by(request.user).filter(pk__in=[c.patient.pk for c in candidates]).values_list("pk", flat=True))
    context = {"lookup": lookup, "form": form, "candidates": candidates, "seen": seen}
    return render(request, "patients/record/register.html", context, status=422 if form.errors else 200)


@page(CHANGEABLE)
def edit(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Correct or complete what is known of a person."""
    row = _patient(request, patient)
    form = EditForm(request.POST or None, initial=facts_of(row))
    if form.is_valid() and attempt(form, lambda: change_patient(patient=row, **form.facts, by=request.user, at=timezone.now())) is not None:
        messages.success(request, _("The record was changed."))
        return redirect("desk:chart", row.public_id)
    merges = request.user.may(Can.MERGE_PATIENTS)
    return _form_page(request, "patients/record/edit.html", row, form, can_merge=merges)


@page(CHANGEABLE)
def contacts(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show how a person may be reached, and under which numbers they are known."""
    row = _patient(request, patient)
    note_read(by=request.user, at=timezone.now(), what="contacts", patient_id=row.pk)
    context = {"patient": row, "contacts": contact_points_for(row), "identifiers": identifiers_for(row)}
    return render(request, "patients/record/contacts.html", context)


@page(CHANGEABLE)
def add_contact(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Add a way to reach a person."""
    row = _patient(request, patient)
    form = ContactForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: add_contact_point(patient=row, **form.contact, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The contact was added."))
        return redirect("patients:contacts", row.public_id)
    return _form_page(request, "patients/record/contact.html", row, form)


@page(CHANGEABLE)
def change_contact(request: StaffRequest, patient: UUID, contact: int) -> HttpResponse:
    """Change what a person allows on a contact point."""
    row = _patient(request, patient)
    point = get_object_or_404(contact_points_for(row), pk=contact)
    form = SafeContactForm(request.POST or None, initial=safety_of(point))
    if (
        form.is_valid()
        and attempt(form, lambda: change_contact_point(contact_point=point, **form.safe, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The contact was changed."))
        return redirect("patients:contacts", row.public_id)
    return _form_page(request, "patients/record/contact.html", row, form, contact=point)


@page(CHANGEABLE)
def end_contact(request: StaffRequest, patient: UUID, contact: int) -> HttpResponse:
    """Take a contact point out of use, after a second look."""
    row = _patient(request, patient)
    point = get_object_or_404(contact_points_for(row), pk=contact)
    if request.method == "POST":
        try:
            end_contact_point(contact_point=point, by=request.user, at=timezone.now())
            messages.success(request, _("The contact is no longer used."))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("patients:contacts", row.public_id)
    return render(request, "patients/record/end_contact.html", {"patient": row, "contact": point})


@page(CHANGEABLE)
def add_number(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Add a number under which a person is known."""
    row = _patient(request, patient)
    form = IdentifierForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: add_identifier(patient=row, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The number was added."))
        return redirect("patients:contacts", row.public_id)
    return _form_page(request, "patients/record/identifier.html", row, form)


def _patient(request: StaffRequest, public_id: UUID) -> Patient:
    """Return a patient whose record this user may change; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=CHANGEABLE).select_related("registered_site"), public_id=public_id)


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any, **context: Any) -> HttpResponse:
    """Answer with a form about a patient; when it was refused, with what was typed and status 422."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="record", patient_id=patient.pk)
    return render(request, template, {"patient": patient, "form": form, **context}, status=422 if form.errors else 200)


def _candidates(request: StaffRequest, asked: dict[str, Any]) -> tuple[list[Candidate], list[Patient]]:
    """Return who may be this person, and put on the record whose names were shown; beside them those who do not exist for the asker."""
    found = duplicate_candidates(
        program=request.program,
        given_name=asked["given_name"],
        family_name=asked["family_name"],
        birth_date=asked["birth_date"],
        identifiers=[asked["number"]],
        phones=[asked["phone"]],
    )
    hidden = hidden_among(request.user, [candidate.patient for candidate in found])
    candidates = [candidate for candidate in found if candidate.patient not in hidden]
    _note_shown(request, request.user, candidates)
    return candidates, hidden


def _note_shown(request: HttpRequest, by: User, candidates: Sequence[Candidate]) -> None:
    now = timezone.now()
    note_many(
        audit_event(by=by, at=now, verb="perhaps_the_same_person", outcome=Outcome.SEEN, patient_id=candidate.patient.pk)
        for candidate in candidates
    )


def _registered(request: StaffRequest, patient: Patient) -> HttpResponse:
    """Lead on: who may admit goes to the admission, everybody else to how the person is reached."""
    messages.success(request, _("%(name)s was registered.") % {"name": patient.display_name})
    admits = request.user.may(Can.ADMIT_PATIENT, program_id=patient.registered_site.program_id)
    return redirect("patients:admit" if admits else "patients:contacts", patient.public_id)
