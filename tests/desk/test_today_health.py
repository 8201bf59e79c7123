"""Today for whoever looks after somebody's health: who needs naloxone, and whose list of medication nobody compared."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casemgr.desk.today.sections import MOST_ROWS
from patients.health.actions import mark_health_fact_as_error
from patients.health.medications.actions import end_other_medication, list_other_medication, reconcile_medications
from patients.health.naloxone.actions import end_naloxone_kit, give_naloxone
from tests.worlds import end_stays

TODAY = date(2026, 3, 4)
OLD, OFTEN = "The naloxone in hand has expired", "Naloxone was given more than a year ago"
NONE = "No naloxone in hand"


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.nurse, "at": now}


@pytest.fixture
def here(clinic, by):
    return {"program": clinic.program, **by}


@pytest.fixture
def section(clinic, sign_in):
    """Read a section of the nurse's Today."""
    browser = sign_in(clinic.nurse)

    def read(code):
        today = browser.get(reverse("desk:today")).context["today"]
        return next(section for section in today.sections if section.code == code)

    return read


@pytest.fixture
def lines(section):
    """Read the lines of a section as (who, what, since when)."""
    return lambda code: [(row.patient.given_name, str(row.what), row.since) for row in section(code).rows]


def test_whose_kit_expired_first_stands_first_and_who_has_none_last(clinic, here, lines):
    _nora, late, soon, old, good, unknown, long = (
        clinic.patient(given=given) for given in ("Nora", "Late", "Soon", "Old", "Good", "Unknown", "Long")
    )
    give_naloxone(patient=late, given_on=date(2025, 6, 1), expires_on=TODAY, **here)
    give_naloxone(patient=soon, given_on=date(2025, 6, 1), expires_on=date(2026, 4, 2), **here)
    give_naloxone(patient=old, given_on=date(2024, 6, 1), expires_on=date(2025, 6, 1), **here)
    give_naloxone(patient=good, given_on=date(2025, 6, 1), expires_on=date(2026, 4, 3), **here)
    give_naloxone(patient=unknown, given_on=date(2025, 3, 4), **here)
    give_naloxone(patient=long, given_on=date(2025, 3, 3), **here)
    assert lines("naloxone") == [
        ("Old", OLD, date(2025, 6, 1)),
        ("Late", OLD, TODAY),
        ("Soon", "The naloxone in hand expires within 30 days", date(2026, 4, 2)),
        ("Long", OFTEN, None),
        ("Nora", NONE, None),
    ]


def test_the_best_kit_counts_and_one_that_is_gone_does_not(clinic, here, by, lines):
    two, used, mistaken, declined = (clinic.patient(given=given) for given in ("Two", "Used", "Mistaken", "Declined"))
    give_naloxone(patient=two, given_on=date(2024, 1, 1), expires_on=date(2025, 1, 1), **here)
    give_naloxone(patient=two, given_on=date(2026, 1, 1), expires_on=date(2028, 1, 1), **here)
    kits = [give_naloxone(patient=person, given_on=date(2026, 1, 1), expires_on=date(2028, 1, 1), **here) for person in (used, mistaken)]
    give_naloxone(patient=declined, given_on=TODAY, state="declined", **here)
    assert lines("naloxone") == [("Declined", NONE, None)]
    end_naloxone_kit(kit=kits[0], state="used", ended_on=TODAY, **by)
    mark_health_fact_as_error(fact=kits[1], why="Given to somebody else", **by)
    assert lines("naloxone") == [("Used", NONE, None), ("Mistaken", NONE, None), ("Declined", NONE, None)]


def test_nobody_who_left_care_died_or_is_at_another_site_stands_in_it(clinic, lines):
    left, died = clinic.patient(given="Left"), clinic.patient(given="Died")
    end_stays(left.episodes, TODAY)
    type(died).objects.filter(pk=died.pk).update(deceased_on=TODAY)
    clinic.patient(clinic.south, given="South")
    clinic.patient(given="Here")
    assert lines("naloxone") == [("Here", NONE, None)]


def test_kits_to_replace_come_before_people_without_one_also_when_there_are_more_than_are_shown(clinic, here, section):
    for number in range(MOST_ROWS):
        clinic.patient(given=f"None{number}")
    for number in range(3):
        person = clinic.patient(given=f"Kit{number}")
        give_naloxone(patient=person, given_on=date(2024, 6, 1), expires_on=date(2025, 6, 3 - number), **here)
    found = section("naloxone")
    assert [row.patient.given_name for row in found.rows] == ["Kit2", "Kit1", "Kit0", "None0", "None1", "None2", "None3", "None4"]
    assert found.count == "8+"


def test_a_list_is_compared_every_thirty_days_and_the_longest_wait_stands_first(clinic, here, by, now, lines):
    fresh, due, listed, without, ended, kept = (
        clinic.patient(given=given) for given in ("Fresh", "Due", "Listed", "Without", "Ended", "Kept")
    )
    for person, days in ((fresh, 29), (due, 30), (without, 60)):
        reconcile_medications(patient=person, done_on=TODAY - timedelta(days=days), compared_with=["person"], finding="same", **here)
    for person in (fresh, due, ended, kept):
        medication = list_other_medication(patient=person, name="Sertraline", **here)
    list_other_medication(patient=listed, name="Sertraline", **{**here, "at": now - timedelta(days=40)})
    list_other_medication(patient=listed, name="Lithium", **here)
    reconcile_medications(patient=kept, done_on=TODAY - timedelta(days=90), compared_with=["person"], finding="same", **here)
    reconcile_medications(patient=kept, done_on=TODAY - timedelta(days=31), compared_with=["person"], finding="same", **here)
    end_other_medication(medication=type(medication).objects.get(patient=ended), until=TODAY, why_ended="No longer needed", **by)
    assert lines("reconciliation") == [
        ("Listed", "List of medication", TODAY - timedelta(days=40)),
        ("Kept", "List of medication", TODAY - timedelta(days=31)),
        ("Due", "List of medication", TODAY - timedelta(days=30)),
    ]
