"""Decide when the hours of a week at which somebody cannot come fall on given days; a night shift goes past midnight."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from treatment_plans.rooms.recurrence.rules import moment


def when_busy(
    weekdays: frozenset[int], starts: time, ends: time, around: tuple[datetime, datetime], zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times that reach into this span; hours that end before they begin end on the next day."""
    day, last = around[0].astimezone(zone).date() - timedelta(days=1), around[1].astimezone(zone).date()
    while day <= last:
        if day.weekday() in weekdays:
            begins, finishes = moment(day, starts, zone), moment(_end_of(day, starts, ends), ends, zone)
            if begins < around[1] and around[0] < finishes:
                yield begins, finishes
        day += timedelta(days=1)


def _end_of(day: date, starts: time, ends: time) -> date:
    """Return the day on which hours end that began on this one."""
    return day if starts < ends else day + timedelta(days=1)
