"""Say which kinds of entries a person's record has, who may read them, and how one line tells of each.

A panel of the chart shows the last few; here is all of it, so that nothing on record is out of sight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from patients.screenings.queries import answers_for
from referrals.casework.queries import tasks_of
from referrals.referral.queries import referrals_of
from treatment_plans.appointments.queries import appointments_for
from treatment_plans.medication.queries import doses_of, statements_of
from treatment_plans.plan.models import Plan
from treatment_plans.sessions.models import Session
from treatment_plans.signing.models import NoteInError

Programs = frozenset[int]


@dataclass(frozen=True)
class Line:
    """Hold what one line of the list says."""

    at: Any
    title: str | Promise
    words: str | Promise = ""
    state: str | Promise = ""
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """Describe one kind of entries: its name, the rights it asks for, how it is found, sorted and told."""

    title: str | Promise
    rights: frozenset[Can]
    seen: str
    """What the record of access calls it."""
    rows: Callable[[Patient, Programs], QuerySet[Any]]
    by: str
    line: Callable[[Any], Line]


def _sessions(patient: Patient, programs: Programs) -> QuerySet[Any]:
    wrong = NoteInError.objects.filter(attendance__session=OuterRef("pk"), attendance__patient=patient)
    rows = Session.objects.filter(attendances__patient=patient, site__program__in=programs).select_related("clinician")
    return rows.annotate(is_in_error=Exists(wrong))


def _appointments(patient: Patient, programs: Programs) -> QuerySet[Any]:
    return appointments_for(patient).filter(site__program__in=programs).select_related("clinician")


def _session(row: Any) -> Line:
    homework = _("Homework: %(words)s") % {"words": row.homework} if row.homework else ""
    words = " · ".join(filter(None, (str(row.clinician or ""), homework)))
    state = _("Entered in error") if row.is_in_error else row.get_modality_display()
    return Line(row.starts_at, row.title or row.get_kind_display(), words, state, _to("session", row))


def _appointment(row: Any) -> Line:
    return Line(row.starts_at, row.get_kind_display(), str(row.clinician or ""), row.get_state_display(), _to("appointment", row))


def _dose(row: Any) -> Line:
    state = _("Taken home") if row.is_take_home else row.get_day_part_display()
    return Line(row.for_day, f"{row.get_substance_display()} {row.mg.normalize():f} mg", str(row.given_by), state)


def _statement(row: Any) -> Line:
    return Line(row.at, row.title, row.dosage, f"{row.get_kind_display()}, {row.status}")


def _plan(row: Any) -> Line:
    return Line(row.starts_on, _("Treatment plan"), "", row.get_state_display(), _to("plan_version", row))


def _answers(row: Any) -> Line:
    return Line(row.answered_at, row.title or row.questionnaire, "" if row.total is None else f"{row.total.normalize():f}", row.status)


def _task(row: Any) -> Line:
    return Line(row.due_on, row.title, row.get_domain_display(), row.get_state_display(), reverse("referrals:task", args=[row.pk]))


def _referral(row: Any) -> Line:
    return Line(row.recorded_at, row.organization.name, row.service, row.get_state_display(), reverse("referrals:referral", args=[row.pk]))


def _to(page: str, row: Any) -> str:
    return reverse(f"treatment_plans:{page}", args=[row.pk])


CHART = frozenset({Can.SEE_CHART})
MEDICATION = frozenset({Can.SEE_CHART, Can.SEE_MEDICATION})
CASEWORK = frozenset({Can.SEE_CASEWORK})

KINDS: dict[str, Kind] = {
    "sessions": Kind(_("Sessions"), CHART, "note", _sessions, "-starts_at", _session),
    "appointments": Kind(_("Appointments"), frozenset({Can.SEE_CALENDAR}), "appointment", _appointments, "-starts_at", _appointment),
    "doses": Kind(
        _("Doses"),
        MEDICATION,
        "medication",
        lambda patient, programs: doses_of(patient).filter(order__program__in=programs).select_related("given_by"),
        "-for_day",
        _dose,
    ),
    "medication": Kind(
        _("Medication told by others"), MEDICATION, "medication", lambda patient, _programs: statements_of(patient), "-at", _statement
    ),
    "plans": Kind(
        _("Treatment plans"),
        CHART,
        "plan",
        lambda patient, programs: Plan.objects.filter(patient=patient, program__in=programs),
        "-starts_on",
        _plan,
    ),
    "answers": Kind(
        _("Questionnaires taken over"), CHART, "observations", lambda patient, _programs: answers_for(patient), "-answered_at", _answers
    ),
    "tasks": Kind(_("Tasks"), CASEWORK, "task", lambda patient, programs: tasks_of(patient).filter(program__in=programs), "-due_on", _task),
    "referrals": Kind(
        _("Referrals"),
        CASEWORK,
        "referral",
        lambda patient, programs: referrals_of(patient).filter(program__in=programs).select_related("organization"),
        "-recorded_at",
        _referral,
    ),
}
"""Every kind of entries, by the word that stands in the address."""
