"""Show a person's own world on one page; write its facts down, revise them, mark errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.history import history_of
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.world.actions import mark_world_fact_as_error, record_barrier, record_world_fact, resolve_barrier, revise_world_fact
from patients.world.forms import ErrorForm, ResolveForm, form_for, initial_of
from patients.world.models import WORLD, Barrier, WorldFact
from patients.world.queries import facts_of, program_for


@dataclass(frozen=True)
class Section:
    """Join a kind of fact with its heading, the heading of its form, and what is said where there is none."""

    key: str
    title: Promise
    add: Promise
    empty: Promise
    icon: str

    @property
    def of(self) -> type[WorldFact]:
        """Return the table of this kind."""
        return WORLD[self.key]


SECTIONS: tuple[Section, ...] = (
    Section("wishes", gettext_lazy("How to meet and speak"), gettext_lazy("Write down wishes"), gettext_lazy("No wishes yet"), "heart"),
    Section(
        "start",
        gettext_lazy("Trauma-informed start"),
        gettext_lazy("Go through the six principles"),
        gettext_lazy("Not gone through yet"),
        "shield",
    ),
    Section("goals", gettext_lazy("Own goals"), gettext_lazy("Add a goal"), gettext_lazy("No goal in own words yet"), "star"),
    Section("strengths", gettext_lazy("Strengths"), gettext_lazy("Add a strength"), gettext_lazy("No strength yet"), "sunrise"),
    Section("barriers", gettext_lazy("Barriers"), gettext_lazy("Add a barrier"), gettext_lazy("No barrier named"), "ban"),
    Section("use", gettext_lazy("What use is for"), gettext_lazy("Add what it is for"), gettext_lazy("Not asked yet"), "search"),
    Section("stressors", gettext_lazy("What weighs"), gettext_lazy("Add a stressor"), gettext_lazy("No stressor yet"), "activity"),
    Section("people", gettext_lazy("People around"), gettext_lazy("Add somebody"), gettext_lazy("Nobody named yet"), "users"),
    Section("family", gettext_lazy("Family history"), gettext_lazy("Add to the family"), gettext_lazy("Not asked yet"), "users"),
    Section("events", gettext_lazy("Life events"), gettext_lazy("Add an event"), gettext_lazy("No event yet"), "calendar"),
    Section("veteran", gettext_lazy("Armed forces"), gettext_lazy("Write it down"), gettext_lazy("Not asked yet"), "flag"),
)
"""Every kind of fact of the page, in its order; the key stands in the address."""

COMPARTMENTS = (Can.SEE_TRAUMA, Can.SEE_LEGAL, Can.SEE_PARTNER_VIOLENCE)
"""Rights of which one opens restricted notes."""

KINDS: Mapping[str, Section] = {section.key: section for section in SECTIONS}


@page(Can.SEE_CHART)
def world(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what is known of the person's own world, section by section; one statement for each."""
    row = _patient(request, Can.SEE_CHART, patient)
    note_read(by=request.user, at=timezone.now(), what="world", patient_id=row.pk)
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    found = [(section, list(facts_of(section.of, row, programs))) for section in SECTIONS]
    records = request.user.may(Can.RECORD_WORLD)
    shown = [(section, rows, records and not (section.of.once and rows)) for section, rows in found]
    context = {"patient": row, "sections": shown, "records": records, "consents": request.user.may(Can.SEE_DISCLOSURES)}
    return render(request, "patients/world/world.html", {**context, "restricted": any(request.user.may(right) for right in COMPARTMENTS)})


@page(Can.RECORD_WORLD)
def add_world_fact(request: StaffRequest, patient: UUID, section: str) -> HttpResponse:
    """Write down a fact of somebody's own world."""
    row, asked = _patient(request, Can.RECORD_WORLD, patient), _section(section)
    form = form_for(asked.of)(request.POST or None)
    program = program_for(request.user, row, request.program)
    key = key_of(record_world_fact, row.public_id, asked.key)

    def act() -> WorldFact:
        kept: dict[str, Any] = {"patient": row, "program": program, **told_of(key, request.POST), "by": request.user, "at": timezone.now()}
        if asked.of is Barrier:
            return record_barrier(**kept, **form.cleaned_data)
        return record_world_fact(of=asked.key, **kept, **form.cleaned_data)

    if form.is_valid() and attempt(form, act) is not None:
        return _done(request, row, _("It is written down."))
    return _form_page(request, row, form, asked, heading=asked.add, submit=_("Write down"), draft=key)


@page(Can.RECORD_WORLD)
def revise_world(request: StaffRequest, patient: UUID, section: str, world_fact: int) -> HttpResponse:
    """Write what is known now over what was known before, with its history beside."""
    row, asked = _patient(request, Can.RECORD_WORLD, patient), _section(section)
    fact = _fact(request, row, asked, world_fact)
    form = form_for(asked.of)(request.POST or None, initial=initial_of(fact))
    key = key_of(revise_world_fact, row.public_id, fact.pk, asked.key)
    facts: dict[str, Any] = {"fact": fact, **told_of(key, request.POST), "by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: revise_world_fact(changes=form.cleaned_data, **facts)) is not None:
        return _done(request, row, _("It was revised."))
    changes, _more = history_of(fact)
    shown = {"fact": fact, "changes": changes, "draft": key}
    return _form_page(request, row, form, asked, heading=asked.title, submit=_("Save revision"), **shown)


@page(Can.RECORD_WORLD)
def world_fact_error(request: StaffRequest, patient: UUID, section: str, world_fact: int) -> HttpResponse:
    """Mark a fact as an error, and say why."""
    row, asked = _patient(request, Can.RECORD_WORLD, patient), _section(section)
    fact = _fact(request, row, asked, world_fact)
    form = ErrorForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: mark_world_fact_as_error(fact=fact, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        return _done(request, row, _("It was marked as an error."))
    return _form_page(request, row, form, asked, heading=_("Mark as an error"), submit=_("Mark as an error"), about=str(fact))


@page(Can.RECORD_WORLD)
def barrier_resolved(request: StaffRequest, patient: UUID, barrier: int) -> HttpResponse:
    """Say since when a barrier is out of the way."""
    row, asked = _patient(request, Can.RECORD_WORLD, patient), KINDS["barriers"]
    found: Any = _fact(request, row, asked, barrier)
    form = ResolveForm(request.POST or None, initial={"resolved_on": timezone.localdate()})
    if (
        form.is_valid()
        and attempt(form, lambda: resolve_barrier(barrier=found, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        return _done(request, row, _("It is out of the way."))
    return _form_page(request, row, form, asked, heading=_("Out of the way"), submit=_("Save"), about=str(found))


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _section(kind: str) -> Section:
    """Return the section of this address."""
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _fact(request: StaffRequest, patient: Patient, section: Section, key: int) -> WorldFact:
    """Return a fact of this person that the user may read and that was not marked as an error."""
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    found: WorldFact = get_object_or_404(facts_of(section.of, patient, programs), pk=key)
    return found


def _done(request: StaffRequest, patient: Patient, words: str) -> HttpResponse:
    """Say that it is done, and lead back to the page."""
    messages.success(request, words)
    return redirect("patients:world", patient.public_id)


def _form_page(request: StaffRequest, patient: Patient, form: forms.Form, section: Section, **context: Any) -> HttpResponse:
    """Answer with a form of one section; reading it is put on the record."""
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="world", patient_id=patient.pk)
    shown = {"patient": patient, "form": form, "section": section, **context}
    return render(request, "patients/world/fact.html", shown, status=422 if form.errors else 200)
