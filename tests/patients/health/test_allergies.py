from datetime import date

import pytest

from casemgr.core.refusals import Refused
from patients.health.actions import mark_health_fact_as_error, revise_health_fact
from patients.health.allergies.actions import note_allergies_asked, record_allergy, take_over_allergies_in_bulk
from patients.health.allergies.models import Allergy
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


def test_what_is_told_elsewhere_is_kept_once_and_what_was_refuted_here_stays_refuted(here, by, patient):
    known = record_allergy(substance="Peanut", category="food", **here)
    refuted = record_allergy(substance="Latex", certainty="refuted", **here)
    told = {"program": here["program"], "category": "food"}
    new = [Allergy(substance=name, **told) for name in ("peanut", "Milk", "MILK")]
    changed = [Allergy(pk=refuted.pk, substance="Latex", certainty="confirmed", **told)]
    rows = take_over_allergies_in_bulk(patient=patient, new=new, changed=changed, by=here["by"], at=here["at"])
    assert [(row.substance, row.stands) for row in rows] == [("peanut", False), ("Milk", True), ("MILK", False)]
    refuted.refresh_from_db()
    assert refuted.certainty == "refuted"
    again = [Allergy(pk=known.pk, substance="Peanut", reaction="Swelling", **told)]
    take_over_allergies_in_bulk(patient=patient, new=[], changed=again, by=here["by"], at=here["at"])
    known.refresh_from_db()
    assert (known.reaction, known.stands) == ("Swelling", True)
    with pytest.raises(Refused):
        take_over_allergies_in_bulk(patient=patient, new=[Allergy(substance="", **told)], changed=[], by=here["by"], at=here["at"])
