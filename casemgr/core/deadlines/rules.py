"""Decide when something is owed: which clock runs how long, and on which rule it rests. Dates only; no clock is read here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

RULES_VERSION = "2026-11"
"""Which edition of the table below a clock was started under; a clock that runs keeps the day that it was given."""

WARN_AT = time(8)
"""The hour, in the program's own time, at which a warning is due: before the day begins. The hour is ours."""

DAYS_AFTER_THE_YEAR = 60
"""Days after the end of the calendar year for telling HHS of small breaches: 45 CFR 164.408(c)."""

BREACH_DAYS = 60
"""Days after discovery within which people are told of a breach: 45 CFR 164.404(b)."""

LARGE_BREACH = 500
"""People affected from which HHS is told together with them: 45 CFR 164.408(b)."""

REVIEW_DAYS = 365
"""Days until a written policy is looked at again. 45 CFR 164.316(b)(2)(iii) and 164.530(i) say periodically and when something changes;
the figure is ours."""

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


class Mark(StrEnum):
    """Say how surely a rule was read: only a verified one may be shown as what the law says."""

    VERIFIED = "V"
    SECONDARY = "S"
    UNCHECKED = "M"


class Counting(StrEnum):
    """Say how days are counted."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    AFTER_THE_YEAR = "after_the_year"
    GIVEN = "given"


@dataclass(frozen=True)
class Rule:
    """Describe one kind of clock: how long it runs, how often it warns, and what it rests on."""

    days: int
    warn_days: tuple[int, ...]
    source: str
    mark: Mark
    extension_days: int = 0
    counting: Counting = Counting.CALENDAR_DAYS

    @property
    def is_policy(self) -> bool:
        """Say whether this is shown as the program's policy instead of as law."""
        return self.mark is not Mark.VERIFIED


KINDS: dict[str, Rule] = {
    "accounting": Rule(60, (30, 7, 1), "42 CFR 2.25, 45 CFR 164.528(c)", Mark.VERIFIED, extension_days=30),
    "intermediary_list": Rule(30, (7, 1), "42 CFR 2.24", Mark.VERIFIED),
    "access": Rule(30, (7, 1), "45 CFR 164.524(b)", Mark.UNCHECKED, extension_days=30),
    "breach_individuals": Rule(BREACH_DAYS, (30, 7, 1), "42 CFR 2.16(b), 45 CFR 164.404(b)", Mark.SECONDARY),
    "breach_hhs": Rule(DAYS_AFTER_THE_YEAR, (30, 7, 1), "42 CFR 2.16(b), 45 CFR 164.408", Mark.SECONDARY, counting=Counting.AFTER_THE_YEAR),
    "breach_media": Rule(BREACH_DAYS, (30, 7, 1), "42 CFR 2.16(b), 45 CFR 164.406", Mark.SECONDARY),
    "agreement_expiry": Rule(0, (60, 30, 7, 1), "42 CFR 2.11, 45 CFR 164.504(e)", Mark.UNCHECKED, counting=Counting.GIVEN),
    "consent_expiry": Rule(0, (30, 7, 1), "42 CFR 2.31(a)(7)", Mark.VERIFIED, counting=Counting.GIVEN),
    "notice_owed": Rule(0, (), "42 CFR 2.22(a)", Mark.UNCHECKED),
    "notice_renewal": Rule(60, (30, 7), "42 CFR 2.22", Mark.UNCHECKED),
    "break_glass_review": Rule(3, (1,), "42 CFR 2.51(c), 45 CFR 164.312(b)", Mark.UNCHECKED, counting=Counting.BUSINESS_DAYS),
    "complaint": Rule(30, (7, 1), "42 CFR 2.4, 45 CFR 164.530(d)", Mark.UNCHECKED, extension_days=30),
    "restriction_request": Rule(30, (7, 1), "42 CFR 2.26, 45 CFR 164.522(a)", Mark.UNCHECKED),
    "incident_assessment": Rule(10, (3, 1), "45 CFR 164.402(2)", Mark.UNCHECKED, counting=Counting.BUSINESS_DAYS),
    "policy_review": Rule(REVIEW_DAYS, (30, 7, 1), "42 CFR 2.16(a), 45 CFR 164.316(b)(2)(iii), 164.530(i)", Mark.UNCHECKED),
}
"""Every kind of clock. Days that are no law's (mark M or S) are the program's policy and are shown as such."""


def due_day(kind: str, started_on: date, *, closed_days: Collection[date] = ()) -> date:
    """Return the last day on which what began on this day is done in time; `closed_days` are a state's own holidays."""
    rule = KINDS[kind]
    if rule.counting is Counting.GIVEN:
        raise ValueError(f"A clock of kind {kind} has no length of its own: say due_on.")
    if rule.counting is Counting.AFTER_THE_YEAR:
        return date(started_on.year, 12, 31) + timedelta(days=rule.days)
    if rule.counting is Counting.BUSINESS_DAYS:
        return add_business_days(started_on, rule.days, closed_days=closed_days)
    return started_on + timedelta(days=rule.days)


def extended_day(kind: str, due_on: date) -> date | None:
    """Return until when a clock may be extended, or nothing for a kind that knows no extension."""
    days = KINDS[kind].extension_days
    return due_on + timedelta(days=days) if days else None


def hhs_due_day(discovered_on: date, people: int) -> date:
    """Return the day by which HHS is told of a breach: with the people when there are many, else after the year (45 CFR 164.408)."""
    if people >= LARGE_BREACH:
        return due_day("breach_individuals", discovered_on)
    return due_day("breach_hhs", discovered_on)


def add_business_days(day: date, days: int, *, closed_days: Collection[date] = ()) -> date:
    """Return the day that comes this many business days later."""
    while days:
        day += timedelta(days=1)
        days -= is_business_day(day, closed_days=closed_days)
    return day


def is_business_day(day: date, *, closed_days: Collection[date] = ()) -> bool:
    """Say whether it is Monday to Friday, no federal holiday as observed, and no holiday of the state."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year) and day not in closed_days


def federal_holidays(year: int) -> frozenset[date]:
    """Return the days on which federal holidays are observed in a year (5 U.S.C. 6103); a Saturday's on Friday, a Sunday's on Monday."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    moving = [
        _weekday_of_month(year, 1, MONDAY, 3),
        _weekday_of_month(year, 2, MONDAY, 3),
        _weekday_of_month(year, 6, MONDAY, 1) - timedelta(days=7),
        _weekday_of_month(year, 9, MONDAY, 1),
        _weekday_of_month(year, 10, MONDAY, 2),
        _weekday_of_month(year, 11, 3, 4),
    ]
    return frozenset(day for day in [*map(_observed, fixed), *moving] if day.year == year)


def _observed(day: date) -> date:
    """Return the weekday on which a holiday is kept."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _weekday_of_month(year: int, month: int, weekday: int, number: int) -> date:
    """Return the first, second, … such weekday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def warnings(kind: str, due_on: date, zone: ZoneInfo, *, after: datetime) -> list[tuple[int, datetime]]:
    """Return (days left, moment) of every warning still to come, and of the one that says that it is overdue (-1), past or not."""
    to_come = []
    for days in (*KINDS[kind].warn_days, -1):
        moment = datetime.combine(due_on - timedelta(days=days), WARN_AT, tzinfo=zone)
        if days < 0 or moment > after:
            to_come.append((days, moment))
    return to_come


def longest_warning(kind: str) -> timedelta:
    """Return how long before its day a clock begins to warn."""
    return timedelta(days=max(KINDS[kind].warn_days, default=0))
