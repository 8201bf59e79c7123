import json
from datetime import date

import pytest

from casemgr.core.accounts.models import Membership, Program, Site
from casemgr.sharing.parts import READERS, read_parts
from patients.consent.models import InformationCategory
from patients.diagnoses.models import Diagnosis
from tests.sharing.canaries import CANARIES, NEVER, fill, words_in


@pytest.fixture
def filled(clinic):
    patient = clinic.patient(given=CANARIES["demographics"], family="Reyes")
    fill(clinic, patient)
    return patient


def test_every_category_of_information_has_a_reader_and_a_word_to_find_it_by():
    assert set(READERS) >= set(InformationCategory.values)
    assert set(CANARIES) == set(READERS)


@pytest.mark.parametrize("category", sorted(CANARIES))
def test_a_part_tells_its_own_and_nothing_of_the_others(clinic, filled, category):
    told = json.dumps(read_parts([category], filled.pk, clinic.program.pk), default=str)
    assert words_in(told) == {category}
    assert NEVER not in told


def test_all_parts_together_tell_nothing_that_no_part_tells(clinic, filled):
    told = json.dumps(read_parts(READERS, filled.pk, clinic.program.pk), default=str)
    assert words_in(told) == set(CANARIES)
    assert NEVER not in told


def test_an_unknown_part_is_an_error_and_not_an_empty_one(clinic, filled):
    with pytest.raises(LookupError, match="dreams"):
        read_parts(["demographics", "dreams"], filled.pk, clinic.program.pk)


@pytest.mark.parametrize("category", sorted(set(CANARIES) - {"demographics"}))
def test_the_record_of_another_program_stays_there(clinic, filled, category):
    other = Program.objects.create(name="Elsewhere", callback_phone="555-0199")
    assert words_in(json.dumps(read_parts([category], filled.pk, other.pk), default=str)) == set()


def test_what_staff_of_two_programs_wrote_is_told_by_the_program_that_wrote_it(clinic, now):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere", callback_phone="555-0199")
    site = Site.objects.create(program=other, name="East", time_zone="America/New_York")
    there = clinic.hire("therapist", site, program=other)
    left = clinic.hire("therapist", clinic.north)
    Membership.objects.filter(user=left).update(ends_on=date(2026, 3, 1))
    for who, title in ((clinic.therapist, "here"), (there, "there"), (left, "after leaving")):
        Diagnosis.objects.create(patient=patient, axis="physical", code="J45", title=title, recorded_at=now, recorded_by=who)
    found = {
        program.name: [row["title"] for row in read_parts(["diagnoses"], patient.pk, program.pk)["diagnoses"]]
        for program in (clinic.program, other)
    }
    assert found == {"River Street Program": ["here"], "Elsewhere": ["there"]}


@pytest.mark.parametrize("category", sorted(CANARIES))
def test_each_part_is_read_by_one_statement(clinic, filled, category, query_count):
    with query_count(2 if category == "counseling_notes" else 1):
        read_parts([category], filled.pk, clinic.program.pk)
