"""Put the figures of the dashboard together: the number, its whole, its course, the list behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from casemgr.measures import queries
from casemgr.measures.charts import Point, Sparkline
from casemgr.measures.definitions import FIGURES, Figure
from casemgr.measures.dose_days import dose_days_by_day
from casemgr.measures.queries import Scope
from casemgr.measures.rules import SMALL_CELL, may_share, share, shared
from treatment_plans.appointments.models import AppointmentState


@dataclass(frozen=True)
class Card:
    """Hold one figure with everything that is shown of it."""

    figure: Figure
    number: int
    whole: int | None = None
    whole_figure: Figure | None = None
    course: Sparkline | None = None
    kind: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        """Return the address of the list behind the number."""
        return f"{reverse('measures:list', args=[self.figure.code])}?{self.query}"

    @property
    def whole_url(self) -> str:
        """Return the address of the list behind the whole."""
        return f"{reverse('measures:list', args=[self.whole_figure.code])}?{self.query}" if self.whole_figure else ""

    @property
    def percent(self) -> int | None:
        """Return the number in per cent of its whole."""
        return share(self.number, self.whole) if self.whole is not None else None

    @property
    def shared_number(self) -> str | None:
        """Return the number as it may be shared; nothing when it is hidden because of what is left of its whole."""
        if self.whole is not None and not may_share(self.number, self.whole):
            return f"<{SMALL_CELL}" if 0 < self.number < SMALL_CELL else None
        return shared(self.number)

    @property
    def shared_whole(self) -> str | None:
        """Return the whole as it may be shared."""
        return None if self.whole is None else shared(self.whole)

    @property
    def shared_percent(self) -> int | None:
        """Return the share when it may be shared."""
        return self.percent if self.whole is not None and may_share(self.number, self.whole) else None


def cards(scope: Scope, query: str) -> list[Card]:
    """Return every figure of the dashboard; seven statements whatever there is to count."""
    return [
        _census(scope, query),
        _course_of("admissions", scope, query),
        _course_of("discharges", scope, query),
        _dosing(scope, query),
        _appointments(scope, query),
        _sessions(scope, query),
        *_tasks(scope, query),
    ]


def _census(scope: Scope, query: str) -> Card:
    last_days = [min(until, scope.period.until) for _since, until in scope.period.buckets()]
    ends = [date.fromordinal(day.toordinal() - 1) for day in last_days]
    found = queries.census_by_day(scope, ends)
    course = Sparkline(tuple(Point(day, found[day]) for day in ends))
    return Card(FIGURES["census"], found[ends[-1]], course=course, query=query)


def _course_of(code: str, scope: Scope, query: str) -> Card:
    field = {"admissions": "admitted_on", "discharges": "discharged_on"}[code]
    days = [(row["day"], row["n"]) for row in queries.by_day(queries.ROWS[code](scope), field)]
    return Card(FIGURES[code], sum(n for _day, n in days), course=_sparkline(scope, days), query=query)


def _dosing(scope: Scope, query: str) -> Card:
    days = dose_days_by_day(scope)
    given = [(day, got) for day, _scheduled, got in days]
    scheduled = [(day, planned) for day, planned, _got in days]
    return Card(
        FIGURES["doses-given"],
        sum(got for _day, got in given),
        whole=sum(planned for _day, planned in scheduled),
        whole_figure=FIGURES["doses-scheduled"],
        course=_sparkline(scope, given, whole=scheduled, until=scope.today),
        query=query,
    )


def _appointments(scope: Scope, query: str) -> Card:
    rows = queries.by_day(
        queries.settled_appointments(scope),
        "starts_at",
        scope.zone,
        missed=Count("pk", filter=Q(state=AppointmentState.NO_SHOW)),
        settled=Count("pk"),
    )
    missed, settled = [(row["day"], row["missed"]) for row in rows], [(row["day"], row["settled"]) for row in rows]
    return Card(
        FIGURES["no-shows"],
        sum(n for _day, n in missed),
        whole=sum(n for _day, n in settled),
        whole_figure=FIGURES["settled-appointments"],
        course=_sparkline(scope, missed, whole=settled),
        query=query,
    )


def _sessions(scope: Scope, query: str) -> Card:
    days = [(row["day"], row["n"]) for row in queries.by_day(queries.sessions(scope), "starts_at", scope.zone)]
    return Card(FIGURES["sessions"], sum(n for _day, n in days), course=_sparkline(scope, days), query=query)


def _tasks(scope: Scope, query: str) -> list[Card]:
    found = queries.tasks_in_numbers(scope)
    return [
        Card(FIGURES["open-tasks"], found["open"], query=query),
        Card(
            FIGURES["overdue-tasks"],
            found["overdue"],
            whole=found["open"],
            whole_figure=FIGURES["open-tasks"],
            kind="warn" if found["overdue"] else "",
            query=query,
        ),
    ]


def _sparkline(
    scope: Scope, days: Iterable[tuple[date, int]], whole: Iterable[tuple[date, int]] | None = None, until: date | None = None
) -> Sparkline:
    """Return the course of a figure: one point for each stretch of the period, also where nothing happened.

    What counts only days that are over ends with the last of them: a day that still runs would look like a fall.
    """
    numbers, wholes = dict(days), None if whole is None else dict(whole)
    points = []
    for since, end in scope.period.buckets():
        if until is not None and since >= until:
            break
        stretch = [date.fromordinal(n) for n in range(since.toordinal(), end.toordinal())]
        number = sum(numbers.get(day, 0) for day in stretch)
        points.append(Point(since, number, None if wholes is None else sum(wholes.get(day, 0) for day in stretch)))
    return Sparkline(tuple(points))
