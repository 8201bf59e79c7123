from datetime import UTC, datetime, timedelta

import pytest

from patients.instruments.data import instrument
from patients.tablet.rules import LinkProblem, asks_for_staff, next_question, problem_with_opening, question_before, questions_alone

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "opened", "ended", "problem"),
    [
        (1, False, False, None),
        (0, False, False, LinkProblem.TOO_OLD),
        (1, True, False, LinkProblem.USED),
        (1, True, True, LinkProblem.ENDED),
    ],
)
def test_a_link_opens_once_and_in_time(left, opened, ended, problem):
    expires_at = NOW + timedelta(seconds=left)
    assert problem_with_opening(expires_at=expires_at, was_opened=opened, has_ended=ended, at=NOW) == problem


def test_the_way_leads_through_what_is_asked_and_back():
    told = instrument("auditc")
    assert next_question(told, {}, "") == "1"
    assert next_question(told, {"1": 0}, "1") is None
    assert next_question(told, {"1": 2}, "1") == "2"
    assert question_before(told, {"1": 2}, "3") == "2"
    assert question_before(told, {"1": 2}, "1") is None


def test_some_questions_are_left_to_staff():
    asked = {item.id for item in questions_alone(instrument("ahc_hrsn"), {})}
    assert asked.isdisjoint({"7", "8", "9", "10", "17", "18"})
    assert {"1", "6", "27"} <= asked


def test_a_thought_of_death_asks_for_somebody():
    told = instrument("phq9")
    assert asks_for_staff(told, "9", 1)
    assert not asks_for_staff(told, "9", 0)
    assert not asks_for_staff(told, "8", 3)
    assert not asks_for_staff(told, "9", None)
