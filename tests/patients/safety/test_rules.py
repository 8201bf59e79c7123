from datetime import UTC, datetime, timedelta

import pytest

from patients.safety.models import RiskLevel
from patients.safety.rules import Finding, Level, disposition_due_at, is_graver, lacking, level_of_answer, next_call_at

SINCE = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instrument", "item", "answer", "level"),
    [
        ("phq9", "9", 0, Level.NONE),
        ("phq9", "9", 1, Level.UNASSESSED),
        ("phq9", "9", 3, Level.UNASSESSED),
        ("phq9", "8", 3, None),
        ("gad7", "1", 3, None),
        ("cssrs_screener", "1", 0, Level.NONE),
        ("cssrs_screener", "1", 1, Level.LOW),
        ("cssrs_screener", "2", 1, Level.LOW),
        ("cssrs_screener", "3", 1, Level.MODERATE),
        ("cssrs_screener", "4", 1, Level.HIGH),
        ("cssrs_screener", "5", 1, Level.HIGH),
        ("cssrs_screener", "6", 1, Level.MODERATE),
        ("cssrs_screener", "6b", 1, Level.HIGH),
    ],
)
def test_what_one_answer_says(instrument, item, answer, level):
    assert level_of_answer(instrument, item, answer) == level


@pytest.mark.parametrize(
    ("level", "answer", "known_level", "known_answer", "graver"),
    [
        (Level.HIGH, 1, Level.LOW, 0, True),
        (Level.LOW, 1, Level.HIGH, 0, False),
        (Level.UNASSESSED, 3, Level.UNASSESSED, 1, True),
        (Level.UNASSESSED, 1, Level.UNASSESSED, 3, False),
        (Level.UNASSESSED, 1, Level.UNASSESSED, 1, False),
        (Level.NONE, 0, Level.UNASSESSED, 1, False),
    ],
)
def test_only_more_than_what_is_known_is_graver(level, answer, known_level, known_answer, graver):
    assert is_graver(level=level, answer=answer, known_level=known_level, known_answer=known_answer) is graver


@pytest.mark.parametrize(("turn", "minutes"), [(1, 15), (2, 60), (3, 120), (10, 540)])
def test_somebody_is_called_after_a_quarter_of_an_hour_and_then_every_hour(turn, minutes):
    assert next_call_at(since=SINCE, turn=turn) == SINCE + timedelta(minutes=minutes)


@pytest.mark.parametrize(("level", "hours"), [(Level.UNASSESSED, 4), (Level.LOW, 4), (Level.MODERATE, 4), (Level.HIGH, 1)])
def test_a_disposition_is_due_sooner_where_the_risk_is_high(level, hours):
    assert disposition_due_at(level=level, since=SINCE) == SINCE + timedelta(hours=hours)


WHOLE = {"disposition": "safety_plan", "screener_result": "low", "has_follow_up": True}


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        ({}, []),
        ({"disposition": ""}, ["disposition"]),
        ({"screener_result": ""}, ["screener_result"]),
        ({"screener_result": "not_done"}, ["not_screened_because"]),
        ({"screener_result": "not_done", "not_screened_because": "Left before it"}, []),
        ({"answered": Level.LOW}, []),
        ({"answered": Level.HIGH}, ["lower_because"]),
        ({"answered": Level.HIGH, "screener_result": "high"}, []),
        ({"answered": Level.MODERATE, "screener_result": "none", "lower_because": "fine"}, ["lower_because"]),
        ({"answered": Level.MODERATE, "screener_result": "none", "lower_because": "Pressed by mistake, asked again."}, []),
        ({"answered": Level.HIGH, "screener_result": "not_done", "not_screened_because": "Left before it"}, []),
        ({"disposition": "judged_low"}, ["words"]),
        ({"disposition": "judged_low", "words": "fine"}, ["words"]),
        ({"disposition": "judged_low", "words": "No plan, no intent, sister stays."}, []),
        ({"disposition": "left"}, ["words"]),
        ({"disposition": "emergency", "words": "Went along to County."}, ["handed_to"]),
        ({"disposition": "emergency", "words": "Went along to County.", "handed_to": "County ER, with the nurse"}, []),
        ({"has_follow_up": False}, ["follow_up_on"]),
        ({"has_follow_up": False, "no_follow_up_because": "Stays in hospital until discharge"}, []),
        ({"disposition": "", "screener_result": "", "has_follow_up": False}, ["disposition", "screener_result", "follow_up_on"]),
    ],
)
def test_a_disposition_says_what_was_found_and_done(facts, lacks):
    assert lacking(Finding(**{**WHOLE, **facts})) == lacks


def test_the_levels_of_the_table_are_those_of_the_rules():
    assert {level.name: level.value for level in Level} == {level.name: level.value for level in RiskLevel}
