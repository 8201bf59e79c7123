"""Decide where the meetings of a series go when this and the following ones are moved."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from treatment_plans.rooms.recurrence.rules import MONTHLY, MOST_TIMES, WEEK, Rhythm, days_of


def place_after(place: date, stands_on: date, becomes: date) -> date:
    """Return the day in its series of a meeting that goes to another day: as far from its place as it goes from where it stands."""
    return place + (becomes - stands_on)


def moved_rhythm(rhythm: Rhythm, first_on: date, was: date, becomes: date) -> Rhythm:
    """Return the rhythm from the day that was moved on: weekdays and end go along with it, as many times are left as were."""
    by = becomes - was
    left = sum(day >= was for day in days_of(rhythm, first_on))
    return replace(
        rhythm,
        weekdays=frozenset((day + by.days) % WEEK for day in rhythm.weekdays),
        until=rhythm.until + by if rhythm.until else None,
        times=left if rhythm.times else None,
    )


def moved_days(rhythm: Rhythm, days: Collection[date], was: date, becomes: date) -> dict[date, date]:
    """Return for each of these days the one that it becomes: as many days later, or in its own month the same weekday."""
    if rhythm.unit != MONTHLY:
        return {day: day + (becomes - was) for day in days}
    endless = replace(rhythm, until=None, times=MOST_TIMES)
    steps = dict(zip(days_of(endless, was), days_of(endless, becomes), strict=True))
    return {day: steps.get(day, day) for day in days}
