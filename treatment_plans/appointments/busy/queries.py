"""Read at which hours people cannot come."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.busy.rules import when_busy


def busy_times_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[BusyTime]:
    """Return the hours of those patients whose calendar this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    return BusyTime.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can)).select_related("patient")


def in_force(rows: QuerySet[BusyTime], on: date) -> QuerySet[BusyTime]:
    """Return the hours that hold on a day."""
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), since__lte=on)


def busy_of(patient: Patient, on: date) -> QuerySet[BusyTime]:
    """Return the hours of the week at which a person cannot come, as they hold on a day."""
    return in_force(BusyTime.objects.filter(patient=patient), on)


def busy_times_of(
    people: Collection[int], starts_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return when these people cannot come within a span of time. One statement."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = in_force(BusyTime.objects.filter(patient__in=people), starts_at.astimezone(zone).date())
    for row in rows:
        found[row.patient_id] += when_busy(frozenset(row.weekdays), row.starts, row.ends, (starts_at, ends_at), zone)
    return found
