"""Decide on which days something comes again, and at which moments: ten o'clock stays ten o'clock when the clocks change."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

MOST_TIMES = 104
"""How often something may come again before it is planned anew: two years of weeks. The figure is ours."""

MOST_APART = 12
"""The longest step: every twelfth week or month. The figure is ours."""

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
UNITS = frozenset({DAILY, WEEKLY, MONTHLY})
WEEK = 7
LAST_OF_MONTH = 5
"""Who begins on a fifth Tuesday means the last one: most months have four."""


@dataclass(frozen=True)
class Rhythm:
    """Say how often something comes again: every so many days, weeks (on some weekdays) or months (on the same weekday of the month)."""

    unit: str = WEEKLY
    every: int = 1
    weekdays: frozenset[int] = frozenset()
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True)
class Slot:
    """Say at which time of which wall clock something begins, and how many minutes it lasts."""

    at: time
    minutes: int
    zone: ZoneInfo


@dataclass(frozen=True)
class Occurrence:
    """Hold one time of many: the day on the wall calendar and the moments of begin and end."""

    day: date
    starts_at: datetime
    ends_at: datetime


def why_not(rhythm: Rhythm, first_on: date) -> dict[str, str]:
    """Return what is wrong with a rhythm: the field, and a code for the sentence."""
    wrong = {
        "unit": "unknown" if rhythm.unit not in UNITS else "",
        "every": "" if 1 <= rhythm.every <= MOST_APART else "every",
        "weekdays": "" if all(0 <= day < WEEK for day in rhythm.weekdays) else "weekday",
        "until": _why_no_end(rhythm, first_on),
        "times": "" if rhythm.times is None or 1 <= rhythm.times <= MOST_TIMES else "times",
    }
    return {field: code for field, code in wrong.items() if code}


def _why_no_end(rhythm: Rhythm, first_on: date) -> str:
    """Return what is wrong with the end: there must be one, not before the beginning."""
    if rhythm.until is None:
        return "" if rhythm.times is not None else "endless"
    return "before" if rhythm.until < first_on else ""


def days_of(rhythm: Rhythm, first_on: date) -> list[date]:
    """Return the days, the first of them not before `first_on`; never more than `MOST_TIMES`."""
    most = min(rhythm.times or MOST_TIMES, MOST_TIMES)
    days = (day for day in _steps(rhythm, first_on) if day >= first_on)
    return [day for day in islice(days, most) if rhythm.until is None or day <= rhythm.until]


def _steps(rhythm: Rhythm, first_on: date) -> Iterator[date]:
    """Yield the days of a rhythm without end, beginning in the week or month of its first day."""
    if rhythm.unit == DAILY:
        for number in range(MOST_TIMES):
            yield first_on + timedelta(days=number * rhythm.every)
    elif rhythm.unit == WEEKLY:
        monday = first_on - timedelta(days=first_on.weekday())
        for number in range(MOST_TIMES + 1):
            for weekday in sorted(rhythm.weekdays or {first_on.weekday()}):
                yield monday + timedelta(weeks=number * rhythm.every, days=weekday)
    else:
        nth = (first_on.day - 1) // WEEK + 1
        for number in range(MOST_TIMES):
            yield _weekday_of_month(first_on, number * rhythm.every, nth)


def _weekday_of_month(first_on: date, months: int, nth: int) -> date:
    """Return the same weekday so many months later: the second Tuesday stays the second, a fifth becomes the last."""
    year, month = divmod(first_on.year * 12 + first_on.month - 1 + months, 12)
    begins = date(year, month + 1, 1)
    day = 1 + (first_on.weekday() - begins.weekday()) % WEEK + (nth - 1) * WEEK
    return begins.replace(day=day if nth < LAST_OF_MONTH else _last(begins, first_on.weekday()))


def _last(begins: date, weekday: int) -> int:
    """Return the day of the month on which a weekday comes last."""
    last = monthrange(begins.year, begins.month)[1]
    return last - (begins.replace(day=last).weekday() - weekday) % WEEK


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment at which a wall clock shows a time on a day.

    An hour that the clocks skip is taken by the clock before the change, one that comes twice is the first (RFC 5545, 3.3.5).
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def occurrence(day: date, slot: Slot) -> Occurrence:
    """Return when something begins and ends on a day; an hour is sixty minutes also in the night of the change."""
    starts_at = moment(day, slot.at, slot.zone)
    return Occurrence(day, starts_at, starts_at + timedelta(minutes=slot.minutes))


def occurrences(rhythm: Rhythm, first_on: date, slot: Slot) -> list[Occurrence]:
    """Return every time, in order."""
    return [occurrence(day, slot) for day in days_of(rhythm, first_on)]


def ended_before(rhythm: Rhythm, day: date) -> Rhythm:
    """Return the rhythm that ends on the day before: what is left when this and the following ones become something else."""
    return replace(rhythm, until=day - timedelta(days=1), times=None)


def rule_of(rhythm: Rhythm) -> str:
    """Return the rhythm as a calendar file says it (RFC 5545, 3.3.10), without its end."""
    parts = [f"FREQ={rhythm.unit.upper()}", f"INTERVAL={rhythm.every}"]
    if rhythm.unit == WEEKLY and rhythm.weekdays:
        parts.append("BYDAY=" + ",".join(NAMES[day] for day in sorted(rhythm.weekdays)))
    return ";".join(parts)


NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
