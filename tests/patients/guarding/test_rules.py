from datetime import UTC, datetime, timedelta

import pytest

from patients.guarding.rules import MOST_MISSES, Ground, conflict_stands_against, lacking, may_try_again

NOW = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)
WHOLE = {
    "kind": "emergency",
    "medical_personnel": "Dr. Ruiz",
    "affiliation": "St. Anne",
    "disclosed_by": "Nora",
    "disclosed_at": NOW,
    "nature": "found without breath",
    "personnel_at": "outside",
}


def test_an_emergency_with_the_four_facts_lacks_nothing():
    assert lacking(Ground(**WHOLE), NOW) == []


@pytest.mark.parametrize(
    ("without", "lack"),
    [
        ({"medical_personnel": " "}, "medical_personnel"),
        ({"affiliation": ""}, "affiliation"),
        ({"disclosed_by": ""}, "disclosed_by"),
        ({"disclosed_at": None}, "disclosed_at"),
        ({"disclosed_at": NOW + timedelta(hours=2)}, "in_future"),
        ({"disclosed_at": NOW - timedelta(hours=25)}, "long_ago"),
        ({"nature": "emergency"}, "nature"),
        ({"personnel_at": ""}, "personnel_at"),
    ],
)
def test_each_fact_of_2_51_c_is_missed_by_name(without, lack):
    assert lacking(Ground(**{**WHOLE, **without}), NOW) == [lack]


def test_everything_is_missed_at_once():
    facts = ["medical_personnel", "affiliation", "disclosed_by", "disclosed_at", "nature", "personnel_at"]
    assert lacking(Ground(kind="emergency"), NOW) == facts
    assert lacking(Ground(kind="internal"), NOW) == ["reason", "words"]
    assert lacking(Ground(kind=""), NOW) == ["kind"]


def test_one_s_own_chart_stays_closed_and_that_of_somebody_close_opens_in_a_medical_emergency_alone():
    assert conflict_stands_against("self", "emergency")
    assert conflict_stands_against("self", "internal")
    assert conflict_stands_against("relative", "internal")
    assert not conflict_stands_against("relative", "emergency")
    assert not conflict_stands_against("", "internal")


def test_attempts_end_after_the_fifth_miss():
    assert may_try_again(MOST_MISSES - 1)
    assert not may_try_again(MOST_MISSES)
