"""Decide how far back a person is told what was told about them, and whether they may be asked to pay for it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

PART2_YEARS = 3
"""Years before the request that an accounting of what was told on consent covers (42 CFR 2.25(a))."""

HIPAA_YEARS = 6
"""Years for what was told for something else than treatment, payment and operations (45 CFR 164.528(a)(1))."""

INTERMEDIARY_YEARS = 3
"""Years before the request that an intermediary's list covers (42 CFR 2.24(b))."""

TPO_PURPOSES = frozenset({"treatment", "payment", "operations"})
"""Purposes that 45 CFR 164.528(a)(1)(i) leaves out of the six years; 42 CFR 2.25(b) counts them for three."""

MONTHS_WITH_ONE_FREE = 12
"""Months in which the first accounting is free (45 CFR 164.528(c)(2)(i))."""

FEE_SOURCE = "45 CFR 164.528(c)(2)"


class Period(NamedTuple):
    """Hold the days that an answer covers, both included, and how far back what was not for treatment or payment is told."""

    first_day: date
    last_day: date
    first_day_of_other: date
    """The same as `first_day`, unless six years were asked for."""

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime, datetime]:
        """Return the beginning, the end (not included) and the beginning for other purposes, as moments where the program is."""
        return (
            datetime.combine(self.first_day, time.min, tzinfo=zone),
            datetime.combine(self.last_day + timedelta(days=1), time.min, tzinfo=zone),
            datetime.combine(self.first_day_of_other, time.min, tzinfo=zone),
        )


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; the day before March 1 where there is no February 29, so that no day is lost."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def period_of(asked_on: date, *, regime: str, since: date | None = None, until: date | None = None) -> Period:
    """Return the period of an answer to what was asked on this day: as long as the law gives, or the shorter one asked for."""
    first, other = years_before(asked_on, PART2_YEARS), years_before(asked_on, HIPAA_YEARS if regime == "hipaa" else PART2_YEARS)
    last = min(until, asked_on) if until else asked_on
    return Period(max(since, first) if since else first, last, max(since, other) if since else other)


def may_charge(received_on: date, earlier: Iterable[date]) -> bool:
    """Say whether another accounting was asked for in the twelve months before, so that this one may cost something."""
    since = months_before(received_on, MONTHS_WITH_ONE_FREE)
    return any(since < day <= received_on for day in earlier)
