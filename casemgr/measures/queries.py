"""Compute each figure, its course over time, and the list behind it; all three look at the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.measures.rules import Period
from patients.episodes.models import Episode
from referrals.casework.models import Task
from referrals.casework.queries import open_tasks as tasks_still_open
from referrals.casework.queries import tasks_seen_by
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.sessions.models import Session, SessionKind
from treatment_plans.signing.queries import all_in_error


@dataclass(frozen=True)
class Scope:
    """Hold what a director looks at: whose eyes, which sites, which days, by which clock."""

    user: User
    sites: tuple[int, ...]
    period: Period
    today: date
    zone: ZoneInfo

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Return the period as moments in the program's time zone."""
        since, until = (datetime.combine(day, time.min, tzinfo=self.zone) for day in (self.period.since, self.period.until))
        return since, until


def sites_seen_by(user: User, program_id: int | None) -> QuerySet[Site]:
    """Return the sites of a program whose figures this user may see."""
    here = Q(pk__in=())
    for membership in user.reach(Can.SEE_MEASURES):
        here |= Q(pk=membership.site_id) if membership.site_id else Q(program=membership.program_id)
    return Site.objects.filter(here, program=program_id).order_by("name")


def open_on(day: date) -> Q:
    """Return the condition that an episode was open at the end of a day."""
    return Q(admitted_on__lte=day) & (Q(discharged_on__isnull=True) | Q(discharged_on__gt=day))


def census(scope: Scope) -> QuerySet[Episode]:
    """Return the episodes that were open at the end of the period."""
    return Episode.objects.filter(open_on(scope.period.last_day), site__in=scope.sites)


def admissions(scope: Scope) -> QuerySet[Episode]:
    """Return the episodes that began in the period, transfers between our sites left out."""
    return Episode.objects.filter(
        site__in=scope.sites, admitted_on__gte=scope.period.since, admitted_on__lt=scope.period.until, transferred_from__isnull=True
    )


def discharges(scope: Scope) -> QuerySet[Episode]:
    """Return the episodes that ended in the period, transfers between our sites left out."""
    went_on = Episode.objects.filter(transferred_from=OuterRef("pk"))
    ended = Episode.objects.filter(site__in=scope.sites, discharged_on__gte=scope.period.since, discharged_on__lt=scope.period.until)
    return ended.filter(~Exists(went_on))


def settled_appointments(scope: Scope) -> QuerySet[Appointment]:
    """Return the appointments of the period that were kept or not kept."""
    since, until = scope.moments
    return Appointment.objects.filter(
        site__in=scope.sites, starts_at__gte=since, starts_at__lt=until, state__in=[AppointmentState.KEPT, AppointmentState.NO_SHOW]
    )


def no_shows(scope: Scope) -> QuerySet[Appointment]:
    """Return the appointments of the period to which the person did not come."""
    return settled_appointments(scope).filter(state=AppointmentState.NO_SHOW)


def sessions(scope: Scope) -> QuerySet[Session]:
    """Return the sessions that began in the period, a meeting of a group once, however many people wrote parts of it.

    One of which every note was entered in error did not take place.
    """
    since, until = scope.moments
    held = Session.objects.filter(site__in=scope.sites, starts_at__gte=since, starts_at__lt=until)
    return held.exclude(kind=SessionKind.ENCOUNTER).exclude(all_in_error()).exclude(_written_later())


def _written_later() -> Q:
    """Match sessions with further parts of a group's meeting of which an earlier session stands."""
    same = {name: OuterRef(name) for name in ("site", "kind", "title", "starts_at", "ends_at")}
    first = Session.objects.filter(meeting__isnull=False, **same)
    earlier = Session.objects.filter(pk__lt=OuterRef("pk"), **same).exclude(all_in_error())
    return Q(Exists(first)) & Q(Exists(earlier)) & Q(meeting__isnull=True)


def open_tasks(scope: Scope) -> QuerySet[Task]:
    """Return the open tasks of people who are or were in care at the sites."""
    here = Episode.objects.filter(patient=OuterRef("patient"), site__in=scope.sites)
    return tasks_still_open(tasks_seen_by(scope.user)).filter(Exists(here))


def overdue_tasks(scope: Scope) -> QuerySet[Task]:
    """Return the open tasks whose due date has passed."""
    return open_tasks(scope).filter(due_on__lt=scope.today)


ROWS: dict[str, Callable[[Scope], QuerySet[Any]]] = {
    "census": census,
    "admissions": admissions,
    "discharges": discharges,
    "no-shows": no_shows,
    "settled-appointments": settled_appointments,
    "sessions": sessions,
    "open-tasks": open_tasks,
    "overdue-tasks": overdue_tasks,
}
"""The rows behind each figure; the dose days are computed in `dose_days`."""


def by_day(rows: QuerySet[Any], field: str, zone: ZoneInfo | None = None, **counts: Count) -> list[dict[str, Any]]:
    """Return how many rows fall on each day."""
    day: Any = TruncDate(field, tzinfo=zone) if zone else F(field)
    return list(rows.order_by().values(day=day).annotate(**(counts or {"n": Count("pk")})).order_by("day"))


def census_by_day(scope: Scope, days: list[date]) -> dict[date, int]:
    """Return how many episodes were open at the end of each of these days, in one statement."""
    counts = {f"d{n}": Count("pk", filter=open_on(day)) for n, day in enumerate(days)}
    row = Episode.objects.filter(site__in=scope.sites, admitted_on__lt=scope.period.until).aggregate(**counts)
    return {day: row[f"d{n}"] for n, day in enumerate(days)}


def tasks_in_numbers(scope: Scope) -> dict[str, int]:
    """Return how many tasks are open, and how many of them overdue."""
    return open_tasks(scope).aggregate(open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=scope.today)))


def latest_day_recorded(scope: Scope) -> date | None:
    """Return the last day on which anybody was admitted: an empty page then says how far back the record goes."""
    found: date | None = Episode.objects.filter(site__in=scope.sites).aggregate(day=Max("admitted_on"))["day"]
    return found
