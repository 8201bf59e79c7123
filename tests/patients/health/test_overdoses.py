from datetime import date

import pytest

from casemgr.core.refusals import Refused
from patients.health.actions import mark_health_fact_as_error
from patients.health.overdoses.actions import note_contact_after_overdose, record_overdose
from patients.health.overdoses.queries import overdose_series_for
from patients.health.overdoses.rules import contact_due_on, is_too_long_ago

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("happened_on", "due_on"),
    [(date(2026, 3, 4), date(2026, 3, 6)), (date(2026, 3, 3), date(2026, 3, 5)), (date(2026, 2, 20), date(2026, 3, 4))],
)
def test_somebody_speaks_with_the_person_within_two_days(happened_on, due_on):
    assert contact_due_on(happened_on, TODAY) == due_on


@pytest.mark.parametrize(("happened_on", "old"), [(date(2026, 2, 2), False), (date(2026, 2, 1), True)])
def test_what_lies_long_back_is_history(happened_on, old):
    assert is_too_long_ago(happened_on, TODAY) is old


def test_the_series_of_the_recovery_chart_shows_the_persons_own_overdoses_in_one_statement(here, by, patient, query_count):
    record_overdose(happened_on=date(2026, 3, 1), substances=["fentanyl", "alcohol"], hospital="emergency", naloxone_doses=2, **here)
    record_overdose(happened_on=date(2025, 3, 1), **here)
    record_overdose(happened_on=date(2026, 2, 1), of="another", **here)
    wrong = record_overdose(happened_on=date(2026, 2, 2), **here)
    mark_health_fact_as_error(fact=wrong, why="another person", **by)
    with query_count(1):
        series = overdose_series_for(patient, date(2026, 1, 1))
    assert series == [{"on": date(2026, 3, 1), "words": "Fentanyl, Alcohol", "hospital": "emergency", "naloxone": 2}]


def test_a_contact_says_when_and_what_came_of_it(here, by):
    overdose = record_overdose(happened_on=date(2026, 3, 2), **here)
    with pytest.raises(Refused, match="what came of it"):
        note_contact_after_overdose(overdose=overdose, contacted_on=TODAY, words=" ", **by)
    with pytest.raises(Refused):
        note_contact_after_overdose(overdose=overdose, contacted_on=date(2026, 3, 1), words="Spoke on the phone.", **by)
    note_contact_after_overdose(overdose=overdose, contacted_on=TODAY, words="Spoke on the phone.", **by)
    overdose.refresh_from_db()
    assert overdose.contacted_on == TODAY


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({}, {"happened_on"}),
        ({"happened_on": date(2026, 3, 6)}, {"happened_on"}),
        ({"happened_on": TODAY, "substances": ["water"]}, {"substances"}),
        ({"happened_on": TODAY, "place": "?", "outcome": "?"}, {"place", "outcome"}),
        ({"happened_on": TODAY, "naloxone_doses": 99}, {"naloxone_doses"}),
    ],
)
def test_what_cannot_be_is_refused(here, fields, facts, wrong):
    with pytest.raises(Refused) as refused:
        record_overdose(**facts, **here)
    assert fields(refused) == wrong
