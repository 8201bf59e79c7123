"""Read the clocks that somebody may see, by how near their day is."""

from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.deadlines.models import Clock, ClockKind
from casemgr.core.deadlines.queries import clocks_seen_by
from casemgr.core.deadlines.recording import subject_of
from casemgr.core.policies.models import PolicyStatement
from casemgr.core.policies.queries import area_name
from patients.caseload.queries import is_seen_by, patients_seen_by
from patients.complaints.queries import complaints_seen_by
from patients.incidents.queries import incidents_seen_by
from patients.record.models import Patient

WEEK = timedelta(days=7)
INCIDENT_KINDS = (ClockKind.INCIDENT_ASSESSMENT, ClockKind.BREACH_INDIVIDUALS, ClockKind.BREACH_HHS, ClockKind.BREACH_MEDIA)


def clocks_of_privacy(user: User) -> QuerySet[Clock]:
    """Return the clocks that run, of people whom somebody may see, without those of complaints and incidents that they may not."""
    seen = Q(patient_id__isnull=True) | is_seen_by(user, can=Can.OVERSEE_PRIVACY, patient="patient_id")
    hidden: Any = Q(kind=ClockKind.COMPLAINT) & ~_is_about(complaints_seen_by(user))
    hidden |= Q(kind__in=INCIDENT_KINDS) & ~_is_about(incidents_seen_by(user))
    return clocks_seen_by(user).running().filter(seen).exclude(hidden)


def within(clocks: QuerySet[Clock], shown: str, today: date) -> QuerySet[Clock]:
    """Return the clocks that are overdue, due within a week, or later."""
    parts = {
        "overdue": Q(ends_on__lt=today),
        "week": Q(ends_on__gte=today, ends_on__lte=today + WEEK),
        "later": Q(ends_on__gt=today + WEEK),
    }
    return clocks.filter(parts.get(shown, Q()))


def people_behind(clocks: list[Clock], user: User) -> dict[int, Patient]:
    """Return the patients whom these clocks are about, as far as somebody may see them."""
    keys = {clock.patient_id for clock in clocks if clock.patient_id}
    return patients_seen_by(user, can=Can.OVERSEE_PRIVACY).in_bulk(keys) if keys else {}


def matters_behind(clocks: list[Clock]) -> dict[str, str]:
    """Return by subject in words what these clocks are about when it is nobody: the areas whose policies are to be looked at."""
    keys = [clock.subject.rpartition(":")[2] for clock in clocks if clock.kind == ClockKind.POLICY_REVIEW]
    rows = PolicyStatement.objects.filter(pk__in=keys).only("area") if keys else []
    return {subject_of(row): area_name(row.area) for row in rows}


def _is_about(rows: QuerySet[Any]) -> Exists:
    """Match clocks whose subject is one of these rows."""
    model: type[Model] = rows.model
    name = Concat(Value(f"{model._meta.label_lower}:"), Cast(F("pk"), CharField()), output_field=CharField())
    return Exists(rows.annotate(clock_subject=name).filter(clock_subject=OuterRef("subject")))
