from datetime import UTC, date, datetime, timedelta

import pytest

from patients.inquiries.rules import (
    HIGH,
    NOT_ASSESSED,
    Danger,
    Owed,
    call_back_by,
    concern_level,
    dangers,
    days_waiting,
    is_phone,
    owed,
    pace_of,
    referral_source_of,
    waiting_priority,
)

ASKED_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
ASKED_ON = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("pregnant", "injects", "priority"),
    [("yes", "yes", 1), ("yes", "no", 2), ("yes", "unknown", 2), ("no", "yes", 3), ("not_asked", "yes", 3), ("no", "no", 4), ("", "", 4)],
)
def test_pregnancy_and_injecting_give_the_order(pregnant, injects, priority):
    assert waiting_priority(pregnant=pregnant, injects=injects) == priority


@pytest.mark.parametrize(
    ("priority", "hours", "found"),
    [
        (1, None, Owed(ASKED_AT + timedelta(hours=48), date(2026, 3, 16))),
        (3, None, Owed(ASKED_AT + timedelta(hours=48), date(2026, 3, 16))),
        (3, 48, Owed(None, date(2026, 6, 30))),
        (3, 49, Owed(None, date(2026, 3, 16))),
        (2, 1, Owed(None, date(2026, 3, 16))),
        (1, 1, Owed(None, date(2026, 3, 16))),
        (4, None, Owed()),
        (4, 1, Owed()),
    ],
)
def test_help_within_48_hours_and_a_place_within_14_or_120_days(priority, hours, found):
    helped_at = None if hours is None else ASKED_AT + timedelta(hours=hours)
    assert owed(priority, ASKED_AT, ASKED_ON, helped_at=helped_at) == found


@pytest.mark.parametrize("question", ["overdose_now", "overdosed", "suicidal", "suicide_plan"])
def test_each_yes_about_overdose_or_suicide_is_danger_and_means_at_once(question):
    found = dangers({question: "yes", "pregnant": "yes"})
    assert found == [Danger(question)]
    assert pace_of(found, 4, 4) == 1
    assert dangers({question: "unknown"}) == []


@pytest.mark.parametrize(
    ("found", "level"),
    [([Danger.SUICIDAL], NOT_ASSESSED), ([Danger.OVERDOSED], NOT_ASSESSED), ([Danger.SUICIDE_PLAN], HIGH), ([Danger.OVERDOSE_NOW], HIGH)],
)
def test_life_in_danger_now_or_a_plan_is_high_before_anybody_assessed_it(found, level):
    assert concern_level(found) == level


@pytest.mark.parametrize(("priority", "said", "pace"), [(4, 4, 4), (4, 3, 3), (3, 4, 2), (1, 1, 1)])
def test_nobody_waits_longer_for_a_call_than_was_said(priority, said, pace):
    assert pace_of([], priority, said) == pace


def test_calls_and_days_are_counted():
    assert call_back_by(ASKED_AT, 1) == ASKED_AT
    assert call_back_by(ASKED_AT, 4) == ASKED_AT + timedelta(hours=72)
    assert days_waiting(ASKED_ON, date(2026, 3, 20)) == 18
    assert days_waiting(ASKED_ON, date(2026, 3, 1)) == 0
    assert [referral_source_of(asker) for asker in ("person", "family", "provider", "court", "?")] == ["1", "1", "3", "7", "97"]


@pytest.mark.parametrize(
    ("text", "found"), [("555-0100", True), ("+1 (555) 010-0100", True), ("ask for Jo", False), ("12345", False), ("5" * 16, False)]
)
def test_a_phone_number_is_known_from_other_ways_to_call_back(text, found):
    assert is_phone(text) is found
