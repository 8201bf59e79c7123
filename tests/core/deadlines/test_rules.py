from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.rules import (
    KINDS,
    Counting,
    Mark,
    add_business_days,
    due_day,
    extended_day,
    federal_holidays,
    hhs_due_day,
    is_business_day,
    warnings,
)

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("kind", "started_on", "due_on"),
    [
        ("accounting", date(2026, 3, 4), date(2026, 5, 3)),
        ("accounting", date(2026, 12, 15), date(2027, 2, 13)),
        ("accounting", date(2027, 12, 31), date(2028, 2, 29)),
        ("intermediary_list", date(2026, 1, 30), date(2026, 3, 1)),
        ("intermediary_list", date(2028, 1, 30), date(2028, 2, 29)),
        ("intermediary_list", date(2026, 1, 31), date(2026, 3, 2)),
        ("intermediary_list", date(2026, 11, 30), date(2026, 12, 30)),
        ("access", date(2028, 2, 29), date(2028, 3, 30)),
        ("breach_individuals", date(2026, 12, 31), date(2027, 3, 1)),
        ("breach_individuals", date(2027, 12, 31), date(2028, 2, 29)),
        ("breach_media", date(2026, 2, 28), date(2026, 4, 29)),
        ("breach_hhs", date(2026, 1, 1), date(2027, 3, 1)),
        ("breach_hhs", date(2026, 12, 31), date(2027, 3, 1)),
        ("breach_hhs", date(2027, 6, 1), date(2028, 2, 29)),
        ("notice_owed", date(2026, 3, 4), date(2026, 3, 4)),
        ("policy_review", date(2026, 3, 4), date(2027, 3, 4)),
        ("break_glass_review", date(2026, 7, 1), date(2026, 7, 7)),
        ("break_glass_review", date(2026, 12, 24), date(2026, 12, 30)),
        ("break_glass_review", date(2026, 3, 6), date(2026, 3, 11)),
    ],
)
def test_the_day_by_which_something_is_owed(kind, started_on, due_on):
    assert due_day(kind, started_on) == due_on


@pytest.mark.parametrize(
    ("people", "due_on"), [(1, date(2027, 3, 1)), (499, date(2027, 3, 1)), (500, date(2026, 5, 3)), (12_000, date(2026, 5, 3))]
)
def test_hhs_is_told_of_a_large_breach_with_the_people_and_of_a_small_one_after_the_year(people, due_on):
    assert hhs_due_day(date(2026, 3, 4), people) == due_on


@pytest.mark.parametrize(
    ("kind", "due_on", "extended_to"),
    [
        ("accounting", date(2026, 5, 3), date(2026, 6, 2)),
        ("access", date(2027, 1, 30), date(2027, 3, 1)),
        ("access", date(2028, 1, 30), date(2028, 2, 29)),
        ("intermediary_list", date(2026, 5, 3), None),
        ("breach_individuals", date(2026, 5, 3), None),
    ],
)
def test_a_deadline_is_extended_by_what_the_rule_gives(kind, due_on, extended_to):
    assert extended_day(kind, due_on) == extended_to


@pytest.mark.parametrize("kind", ["agreement_expiry", "consent_expiry"])
def test_what_ends_on_its_own_day_must_say_which(kind):
    with pytest.raises(ValueError, match="due_on"):
        due_day(kind, date(2026, 3, 4))


def test_federal_holidays_are_those_that_are_observed():
    assert sorted(federal_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19), date(2026, 7, 3),
        date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26), date(2026, 12, 25),
    ]  # fmt: skip
    assert date(2021, 12, 31) in federal_holidays(2021)
    assert date(2022, 1, 1) not in federal_holidays(2022)
    assert date(2023, 1, 2) in federal_holidays(2023)


def test_business_days_skip_weekends_holidays_and_what_the_state_keeps():
    assert not is_business_day(date(2026, 3, 7))
    assert is_business_day(date(2026, 3, 9))
    assert not is_business_day(date(2026, 3, 9), closed_days={date(2026, 3, 9)})
    assert add_business_days(date(2026, 12, 30), 2) == date(2027, 1, 4)
    assert add_business_days(date(2026, 12, 30), 2, closed_days={date(2027, 1, 4)}) == date(2027, 1, 5)
    assert add_business_days(date(2026, 3, 7), 0) == date(2026, 3, 7)


def test_warnings_come_at_eight_in_the_morning_of_the_program_also_when_the_clocks_change():
    due_on = date(2026, 3, 9)  # the day after daylight saving time begins
    told = warnings("intermediary_list", due_on, NEW_YORK, after=datetime(2026, 2, 7, tzinfo=UTC))
    assert [(days, moment.astimezone(UTC)) for days, moment in told] == [
        (7, datetime(2026, 3, 2, 13, tzinfo=UTC)),
        (1, datetime(2026, 3, 8, 12, tzinfo=UTC)),
        (-1, datetime(2026, 3, 10, 12, tzinfo=UTC)),
    ]


def test_a_warning_whose_hour_is_past_is_left_out_but_never_that_it_is_overdue():
    told = warnings("accounting", date(2026, 3, 9), NEW_YORK, after=datetime(2026, 4, 1, tzinfo=UTC))
    assert [days for days, _moment in told] == [-1]


def test_every_kind_has_a_rule_with_its_source_and_a_name():
    assert set(KINDS) == set(ClockKind.values)
    assert all(rule.source and (rule.days or rule.counting is Counting.GIVEN or kind == "notice_owed") for kind, rule in KINDS.items())


def test_only_what_was_verified_is_shown_as_law():
    assert not KINDS["accounting"].is_policy
    assert KINDS["access"].is_policy
    assert {rule.mark for rule in KINDS.values() if rule.is_policy} == {Mark.SECONDARY, Mark.UNCHECKED}
