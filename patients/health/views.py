"""Write down facts of health, revise them with their history beside, and mark errors.

One page for each verb, whatever the kind of fact: the address names the kind, the form belongs to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.history import history_of
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.health.actions import mark_health_fact_as_error, revise_health_fact
from patients.health.allergies.actions import note_allergies_asked, record_allergy
from patients.health.allergies.forms import AllergyForm, AllergyQuestionForm
from patients.health.education.actions import record_education
from patients.health.education.forms import EducationForm
from patients.health.forms import ErrorForm, FactForm, Starting
from patients.health.heart.actions import record_electrocardiogram
from patients.health.heart.forms import ElectrocardiogramForm
from patients.health.infections.actions import record_infection_test, record_vaccination
from patients.health.infections.forms import InfectionTestForm, VaccinationForm
from patients.health.medications.actions import end_other_medication, list_other_medication, reconcile_medications
from patients.health.medications.forms import EndOfMedicationForm, OtherMedicationForm, ReconciliationForm
from patients.health.models import HealthFact
from patients.health.naloxone.actions import end_naloxone_kit, give_naloxone
from patients.health.naloxone.forms import KitEndForm, KitForm, KitRevisionForm
from patients.health.overdoses.actions import note_contact_after_overdose, record_overdose
from patients.health.overdoses.forms import ContactForm, OverdoseForm
from patients.health.pain.actions import plan_pain_step, record_pain, score_pain
from patients.health.pain.forms import PainForm, PainScoreForm, PainStepForm
from patients.health.pregnancy.actions import record_pregnancy
from patients.health.pregnancy.forms import PregnancyForm
from patients.health.queries import program_for
from patients.record.models import Patient


@dataclass(frozen=True)
class Kind:
    """Join a kind of fact with the form that asks for it, the verb that keeps it, and its heading."""

    heading: Promise
    form: type[FactForm]
    record: Callable[..., HealthFact]
    section: str
    revision: type[FactForm] | None = None
    """The form for revising it, where that asks for less."""

    @property
    def revises(self) -> type[FactForm]:
        """Return the form for revising it."""
        return self.revision or self.form


@dataclass(frozen=True)
class Step:
    """Join what may follow a fact with its form, its verb, and under which name the verb takes the fact."""

    heading: Promise
    form: type[forms.Form]
    act: Callable[..., HealthFact]
    takes: str
    day: str


KINDS: Mapping[str, Kind] = {
    "allergies": Kind(gettext_lazy("Allergy or intolerance"), AllergyForm, record_allergy, "allergies"),
    "asked-allergies": Kind(gettext_lazy("Asked about allergies"), AllergyQuestionForm, note_allergies_asked, "allergies"),
    "medications": Kind(gettext_lazy("Other medication"), OtherMedicationForm, list_other_medication, "medications"),
    "reconciliations": Kind(gettext_lazy("Compare the list of medications"), ReconciliationForm, reconcile_medications, "medications"),
    "naloxone": Kind(gettext_lazy("Naloxone kit"), KitForm, give_naloxone, "naloxone", KitRevisionForm),
    "overdoses": Kind(gettext_lazy("Overdose or reversal"), OverdoseForm, record_overdose, "overdoses"),
    "pregnancy": Kind(gettext_lazy("Pregnancy"), PregnancyForm, record_pregnancy, "pregnancy"),
    "infections": Kind(gettext_lazy("Test for an infection"), InfectionTestForm, record_infection_test, "infections"),
    "vaccinations": Kind(gettext_lazy("Vaccination"), VaccinationForm, record_vaccination, "infections"),
    "ecg": Kind(gettext_lazy("Electrocardiogram"), ElectrocardiogramForm, record_electrocardiogram, "ecg"),
    "pain": Kind(gettext_lazy("Pain"), PainForm, record_pain, "pain"),
    "pain-scores": Kind(gettext_lazy("Pain score"), PainScoreForm, score_pain, "pain"),
    "pain-plan": Kind(gettext_lazy("Step against pain without opioids"), PainStepForm, plan_pain_step, "pain"),
    "education": Kind(gettext_lazy("What was explained"), EducationForm, record_education, "education"),
}
"""Every kind of fact that is written on a page of its own, by the word in its address."""

STEPS: Mapping[tuple[str, str], Step] = {
    ("naloxone", "end"): Step(gettext_lazy("What became of the kit"), KitEndForm, end_naloxone_kit, "kit", "ended_on"),
    ("medications", "end"): Step(gettext_lazy("End of a medication"), EndOfMedicationForm, end_other_medication, "medication", "until"),
    ("overdoses", "contact"): Step(
        gettext_lazy("Spoke with the person since"), ContactForm, note_contact_after_overdose, "overdose", "contacted_on"
    ),
}
"""What may follow a fact of a kind."""


@page(Can.RECORD_HEALTH)
def add_fact(request: StaffRequest, patient: UUID, kind: str) -> HttpResponse:
    """Write down a fact of health."""
    row, asked = _patient(request, patient), _kind(kind)
    starting = asked.form.starting(Starting(row, request.user, timezone.localdate()))
    form = asked.form(request.POST or None, initial=starting)
    program = program_for(request.user, row, request.program)

    def act() -> HealthFact:
        return asked.record(patient=row, program=program, **form.facts, by=request.user, at=timezone.now())

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("It is written down."))
        return _back(row, asked)
    return _page(request, row, asked, form, {"heading": asked.heading, "submit": _("Write down")})


@page(Can.RECORD_HEALTH)
def fact(request: StaffRequest, patient: UUID, kind: str, fact: int) -> HttpResponse:
    """Revise a fact of health, with all that was written before beside it."""
    row, asked = _patient(request, patient), _kind(kind)
    found = _fact(row, asked, fact)
    form = asked.revises(request.POST or None, initial=asked.revises.of(found))

    def act() -> HealthFact:
        return revise_health_fact(fact=found, changes=form.facts, by=request.user, at=timezone.now())

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("It is revised; what was written before is kept."))
        return _back(row, asked)
    changes, _more = history_of(found)
    steps = [(name, step.heading) for (of, name), step in STEPS.items() if of == kind]
    shown = {"heading": asked.heading, "submit": _("Save revision"), "fact": found, "changes": changes, "kind": kind, "steps": steps}
    return _page(request, row, asked, form, shown)


@page(Can.RECORD_HEALTH)
def fact_error(request: StaffRequest, patient: UUID, kind: str, fact: int) -> HttpResponse:
    """Mark a fact of health as an error."""
    row, asked = _patient(request, patient), _kind(kind)
    found = _fact(row, asked, fact)
    form = ErrorForm(request.POST or None)

    def act() -> HealthFact:
        return mark_health_fact_as_error(fact=found, why=form.cleaned_data["why"], by=request.user, at=timezone.now())

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("It is marked as an error and stays to be read."))
        return _back(row, asked)
    return _page(request, row, asked, form, {"heading": _("Mark as an error"), "submit": _("Mark as an error"), "about": found})


@page(Can.RECORD_HEALTH)
def fact_step(request: StaffRequest, patient: UUID, kind: str, fact: int, step: str) -> HttpResponse:
    """Write down what followed a fact: a kit was used, a medication ended, somebody spoke with the person."""
    row, asked = _patient(request, patient), _kind(kind)
    following = STEPS.get((kind, step))
    if following is None:
        raise Http404
    found = _fact(row, asked, fact)
    form = following.form(request.POST or None, initial={following.day: timezone.localdate()})

    def act() -> HealthFact:
        return following.act(**{following.takes: found}, **form.cleaned_data, by=request.user, at=timezone.now())

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("It is written down."))
        return _back(row, asked)
    return _page(request, row, asked, form, {"heading": following.heading, "submit": _("Write down"), "about": found})


def _patient(request: StaffRequest, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=Can.RECORD_HEALTH), public_id=public_id)


def _kind(kind: str) -> Kind:
    """Return the kind of fact that the address names."""
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _fact(patient: Patient, asked: Kind, key: int) -> HealthFact:
    """Return a fact of this kind of this person."""
    found: HealthFact = get_object_or_404(asked.form.model._default_manager.filter(patient=patient), pk=key)
    return found


def _back(patient: Patient, asked: Kind) -> HttpResponse:
    """Lead back to the section of the health page."""
    return HttpResponseRedirect(f"{reverse('desk:health', args=[patient.public_id])}#{asked.section}")


def _page(request: StaffRequest, patient: Patient, asked: Kind, form: Any, shown: Mapping[str, Any]) -> HttpResponse:
    """Answer with a form about somebody's health; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="health", patient_id=patient.pk)
    context = {"patient": patient, "form": form, "section": asked.section, **shown}
    return render(request, "patients/health/fact.html", context, status=422 if form.errors else 200)
