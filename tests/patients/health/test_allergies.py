from datetime import date

import pytest

from casemgr.core.refusals import Refused
from patients.health.actions import mark_health_fact_as_error, revise_health_fact
from patients.health.allergies.actions import note_allergies_asked, record_allergy
from patients.health.allergies.queries import active_allergies_of, allergies_for, allergies_of

DAY = date(2026, 3, 4)


def test_nobody_asked_and_none_known_are_two_things(here, patient):
    assert not allergies_for(patient).was_asked
    note_allergies_asked(asked_on=DAY, answer="none_known", **here)
    told = allergies_for(patient)
    assert (told.known, told.answer_in_words, told.asked_on, told.was_asked) == ((), "No known allergies", DAY, True)


def test_the_banner_asks_once_and_names_the_most_dangerous_first(here, patient, query_count):
    note_allergies_asked(asked_on=DAY, answer="not_known", **here)
    record_allergy(substance="Dust", category="environment", **here)
    record_allergy(substance="Penicillin", criticality="high", reaction="Swelling", severity="severe", certainty="confirmed", **here)
    record_allergy(substance="Aspirin", certainty="refuted", **here)
    record_allergy(substance="Milk", course="resolved", **here)
    wrong = record_allergy(substance="Wool", **here)
    mark_health_fact_as_error(fact=wrong, why="another person", by=here["by"], at=here["at"])
    with query_count(1):
        told = allergies_for(patient)
    assert [(one.substance, one.severity) for one in told.known] == [("Penicillin", "severe"), ("Dust", "")]
    assert allergies_of(patient).count() == 5


def test_what_is_active_is_listed_once(here, by, patient):
    record_allergy(substance="Penicillin", **here)
    with pytest.raises(Refused, match="on the list already"):
        record_allergy(substance="penicillin", **here)
    second = record_allergy(substance="penicillin", course="resolved", **here)
    with pytest.raises(Refused, match="on the list already"):
        revise_health_fact(fact=second, changes={"course": "active"}, **by)
    assert active_allergies_of(patient).count() == 1


@pytest.mark.parametrize(
    ("category", "answer", "stops"),
    [
        ("food", "none_known", True),
        ("food", "no_medication", False),
        ("medication", "no_medication", True),
        ("medication", "declined", False),
    ],
)
def test_no_known_allergies_cannot_be_said_against_the_list(here, category, answer, stops):
    record_allergy(substance="Peanut", category=category, **here)
    if not stops:
        assert note_allergies_asked(asked_on=DAY, answer=answer, **here).pk
        return
    with pytest.raises(Refused, match="Peanut"):
        note_allergies_asked(asked_on=DAY, answer=answer, **here)
