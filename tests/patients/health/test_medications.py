from datetime import date

import pytest

from casemgr.core.refusals import Refused
from patients.health.medications.actions import (
    decide_about_interaction,
    end_other_medication,
    list_other_medication,
    reconcile_medications,
)
from patients.health.medications.models import INTERACTION_WORDS, interaction_words
from patients.health.medications.queries import (
    interaction_reviews_of,
    interactions_among,
    medications_taken_by,
    reconciliation_due_for,
)
from patients.health.medications.rules import INTERACTIONS, interactions_of, possible_interactions, reconciliation_due_on

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("name", "given", "rules"),
    [
        ("Alprazolam 1 mg", ["methadone"], {"benzodiazepine"}),
        ("Xanax", ["buprenorphine"], {"benzodiazepine"}),
        ("gabapentin 300", ["methadone"], {"sedative"}),
        ("Citalopram", ["methadone"], {"prolongs_qt"}),
        ("Citalopram", ["buprenorphine"], set()),
        ("Rifampin", ["buprenorphine"], {"cyp3a4_inducer"}),
        ("St. John's wort", ["methadone"], {"cyp3a4_inducer"}),
        ("Fluconazole", ["methadone"], {"prolongs_qt", "cyp3a4_inhibitor"}),
        ("Phenobarbital", ["methadone"], {"sedative", "cyp3a4_inducer"}),
        ("Oxycodone 5 mg", ["naltrexone"], {"opioid_blocked"}),
        ("Oxycodone 5 mg", ["methadone"], {"opioid_analgesic"}),
        ("Alprazolam", ["naltrexone"], set()),
        ("Sertraline 50 mg", ["methadone"], set()),
        ("Alprazolam", [], set()),
    ],
)
def test_a_warning_needs_both_medications(name, given, rules):
    assert {found.rule for found in interactions_of([name], given)} == rules


def test_the_same_name_warns_once():
    assert len(interactions_of(["Diazepam", "Diazepam"], ["methadone", "Methadone"])) == 1


def test_every_warning_has_words_and_a_source_and_none_says_to_stop():
    for rule in INTERACTIONS:
        words = interaction_words(rule.code, "methadone")
        assert rule.source
        assert "methadone" in words
    assert {rule.code for rule in INTERACTIONS} == set(INTERACTION_WORDS)
    assert [rule.code for rule in possible_interactions("lorazepam")] == ["benzodiazepine"]


@pytest.mark.parametrize(
    ("last", "listed_on", "due_on"),
    [(None, None, None), (date(2026, 2, 1), None, None), (None, TODAY, TODAY), (date(2026, 2, 1), TODAY, date(2026, 3, 3))],
)
def test_a_list_is_compared_every_thirty_days(last, listed_on, due_on):
    assert reconciliation_due_on(last, listed_on) == due_on


def test_the_list_of_today_and_when_it_is_compared(here, by, patient):
    assert reconciliation_due_for(patient) is None
    medication = list_other_medication(name="Sertraline", dose_words="50 mg in the morning", why="depression", **here)
    assert reconciliation_due_for(patient) == TODAY
    reconcile_medications(done_on=TODAY, compared_with=["person", "pharmacy"], finding="same", **here)
    assert reconciliation_due_for(patient) == date(2026, 4, 3)
    end_other_medication(medication=medication, until=TODAY, why_ended="Changed to another.", **by)
    assert not medications_taken_by(patient).exists()
    with pytest.raises(Refused, match="not on the list"):
        end_other_medication(medication=medication, until=TODAY, why_ended="again", **by)
    assert list_other_medication(name="sertraline", **here).is_taken


def test_what_is_taken_is_listed_once(here):
    list_other_medication(name="Sertraline", **here)
    with pytest.raises(Refused, match="on the list already"):
        list_other_medication(name="SERTRALINE", **here)


def test_differences_are_named(here, fields):
    with pytest.raises(Refused) as refused:
        reconcile_medications(done_on=TODAY, compared_with=["pharmacy"], finding="open", words=" ", **here)
    assert fields(refused) == {"words"}


@pytest.mark.parametrize("compared_with", [[], ["neighbor"]])
def test_a_comparison_says_with_whom(here, fields, compared_with):
    with pytest.raises(Refused) as refused:
        reconcile_medications(done_on=TODAY, compared_with=compared_with, finding="same", **here)
    assert fields(refused) == {"compared_with"}


def test_a_decision_stands_beside_its_warning_and_stops_nothing(here, patient):
    list_other_medication(name="Clonazepam", **here)
    names = [medication.name for medication in medications_taken_by(patient)]
    assert [(found.rule, review) for found, review in interactions_among(names, ["methadone"], [])] == [("benzodiazepine", None)]
    decided = decide_about_interaction(rule="benzodiazepine", about="clonazepam", decision="Taper agreed with the psychiatrist.", **here)
    reviews = list(interaction_reviews_of(patient))
    assert [review for _found, review in interactions_among(names, ["methadone"], reviews)] == [decided]
    with pytest.raises(Refused, match="Choose the warning"):
        decide_about_interaction(rule="moon", about="x", decision="y", **here)
