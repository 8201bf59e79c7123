"""Every number is looked at with the eyes of a wall clock, and beside a library that knows the standard."""

from datetime import UTC, date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from treatment_plans.rooms.recurrence.rules import (
    DAILY,
    MONTHLY,
    MOST_TIMES,
    WEEKLY,
    Rhythm,
    Slot,
    days_of,
    ended_before,
    moment,
    occurrence,
    occurrences,
    rule_of,
    why_not,
)

ZONES = ["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix"]


@pytest.mark.parametrize("name", ZONES)
def test_ten_stays_ten_across_both_changes_of_the_clock(name):
    zone = ZoneInfo(name)
    weekly = occurrences(Rhythm(times=60), date(2026, 1, 7), Slot(time(10), 50, zone))
    assert {(one.starts_at.astimezone(zone).time(), one.ends_at.astimezone(zone).time()) for one in weekly} == {(time(10), time(10, 50))}
    assert [one.day for one in weekly] == [date(2026, 1, 7) + timedelta(weeks=number) for number in range(60)]
    offsets = {one.starts_at.astimezone(zone).utcoffset() for one in weekly}
    assert len(offsets) == (1 if name == "America/Phoenix" else 2)
    gaps = {later.starts_at - earlier.starts_at for earlier, later in pairwise(weekly)}
    hour = timedelta(minutes=30 if "Howe" in name else 60)
    assert gaps == (
        {timedelta(days=7)} if name == "America/Phoenix" else {timedelta(days=7), timedelta(days=7) - hour, timedelta(days=7) + hour}
    )


def test_an_hour_that_is_skipped_is_read_by_the_clock_before_and_one_that_comes_twice_is_the_first():
    new_york = ZoneInfo("America/New_York")
    skipped = moment(date(2026, 3, 8), time(2, 30), new_york)
    assert (skipped.tzinfo, skipped.astimezone(new_york).time()) == (UTC, time(3, 30))
    twice = occurrence(date(2026, 11, 1), Slot(time(1, 30), 60, new_york))
    assert (twice.starts_at.hour, twice.ends_at - twice.starts_at) == (5, timedelta(hours=1))


@pytest.mark.parametrize(
    ("rhythm", "first_on", "days"),
    [
        (Rhythm(DAILY, 2, times=3), date(2026, 2, 27), ["2026-02-27", "2026-03-01", "2026-03-03"]),
        (Rhythm(WEEKLY, 2, frozenset({0, 3}), times=4), date(2026, 3, 4), ["2026-03-05", "2026-03-16", "2026-03-19", "2026-03-30"]),
        (Rhythm(WEEKLY, until=date(2026, 3, 18)), date(2026, 3, 4), ["2026-03-04", "2026-03-11", "2026-03-18"]),
        (Rhythm(MONTHLY, times=3), date(2026, 3, 10), ["2026-03-10", "2026-04-14", "2026-05-12"]),
        (Rhythm(MONTHLY, times=3), date(2026, 3, 31), ["2026-03-31", "2026-04-28", "2026-05-26"]),
        (Rhythm(MONTHLY, 3, times=3), date(2026, 11, 2), ["2026-11-02", "2027-02-01", "2027-05-03"]),
    ],
)
def test_days_of_a_rhythm(rhythm, first_on, days):
    assert [f"{day}" for day in days_of(rhythm, first_on)] == days


@settings(max_examples=60, deadline=None)
@given(
    first_on=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    every=st.integers(1, 6),
    weekdays=st.frozensets(st.integers(0, 6), max_size=4),
    times=st.integers(1, 40),
    unit=st.sampled_from([DAILY, WEEKLY]),
)
def test_the_library_that_knows_the_standard_finds_the_same_days(first_on, every, weekdays, times, unit):
    rhythm = Rhythm(unit, every, weekdays if unit == WEEKLY else frozenset(), times=times)
    rule = rrulestr(f"DTSTART:{first_on:%Y%m%d}T100000\nRRULE:{rule_of(rhythm)};COUNT={times};WKST=MO")
    assert days_of(rhythm, first_on) == [found.date() for found in rule]


@pytest.mark.parametrize(
    ("rhythm", "wrong"),
    [
        (Rhythm(times=1), {}),
        (Rhythm(), {"until": "endless"}),
        (Rhythm(until=date(2026, 3, 3)), {"until": "before"}),
        (
            Rhythm("yearly", 0, frozenset({7}), times=MOST_TIMES + 1),
            {"unit": "unknown", "every": "every", "weekdays": "weekday", "times": "times"},
        ),
    ],
)
def test_what_is_wrong_with_a_rhythm_is_named(rhythm, wrong):
    assert why_not(rhythm, date(2026, 3, 4)) == wrong


def test_what_is_left_of_a_rhythm_ends_on_the_day_before():
    left = ended_before(Rhythm(times=10), date(2026, 3, 25))
    assert [f"{day}" for day in days_of(left, date(2026, 3, 4))] == ["2026-03-04", "2026-03-11", "2026-03-18"]
