from datetime import date

import pytest
from django.db import connection

from patients.caseload.queries import patients_seen_by
from patients.record.actions import add_identifier, change_patient
from patients.record.models import Patient
from patients.record.queries import Likeness, duplicate_candidates, search_patients
from patients.record.rules import near, plain, sound

EVERYBODY = Patient.objects.all()


def _names(found):
    return [patient.legal_name for patient in found]


@pytest.fixture
def people(clinic):
    return {
        name: clinic.patient(given=given, family=family, **facts)
        for name, given, family, facts in (
            ("maria", "María", "González", {"birth_date": date(1985, 3, 2)}),
            ("john", "John", "Smith", {"birth_date": date(1985, 2, 3)}),
            ("joan", "Joan", "Schmidt", {"birth_date": date(1990, 1, 1)}),
            ("alex", "Alexandra", "Rivera", {"chosen_name": "Alex", "birth_date": None}),
            ("obrien", "Siobhán", "O'Brien-Walsh", {}),
        )
    }


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("maria gonzalez", "María González"),
        ("gonsales maria", "María González"),
        ("mria gonzlez", "María González"),
        ("gonz", "María González"),
        ("jhon smiht", "John Smith"),
        ("smith jhon", "John Smith"),
        ("joan smith", "John Smith"),
        ("alex rivera", "Alexandra Rivera"),
        ("alxe", "Alexandra Rivera"),
        ("obrien", "Siobhán O'Brien-Walsh"),
        ("o'brian walsh", "Siobhán O'Brien-Walsh"),
        ("siobhan", "Siobhán O'Brien-Walsh"),
        ("maria elena gonzalez", "María González"),
        ("j smith", "John Smith"),
    ],
)
def test_a_mistyped_name_is_found(people, typed, first):
    assert _names(search_patients(EVERYBODY, typed))[0] == first


@pytest.mark.parametrize("typed", ["", "   ", "--", "zzzzzz"])
def test_what_fits_nobody_finds_nobody(people, typed):
    assert search_patients(EVERYBODY, typed) == []


def test_an_ambiguous_birth_date_finds_both_readings(people):
    assert set(_names(search_patients(EVERYBODY, "3/2/1985"))) == {"María González", "John Smith"}
    assert _names(search_patients(EVERYBODY, "1985-03-02")) == ["María González"]


def test_a_name_with_a_birth_date_finds_only_who_has_both(people):
    assert _names(search_patients(EVERYBODY, "smith 02.03.1985")) == ["John Smith"]
    assert search_patients(EVERYBODY, "smith 1999-01-01") == []


def test_an_identifier_is_found_in_whatever_case(clinic, now, people):
    add_identifier(patient=people["joan"], kind="medicaid", value="NY-77a", by=clinic.front_desk, at=now)
    assert _names(search_patients(EVERYBODY, "ny-77A")) == ["Joan Schmidt"]


def test_a_search_stays_within_what_may_be_seen(clinic, people):
    hidden = clinic.patient(clinic.south, given="Maria", family="Gonzalez")
    assert hidden in search_patients(EVERYBODY, "maria gonzalez")
    assert _names(search_patients(patients_seen_by(clinic.nurse), "maria gonzalez")) == ["María González"]


def test_who_sees_few_does_not_miss_a_hit_behind_many_better_ones(clinic):
    for _number in range(30):
        clinic.patient(clinic.south, given="Maria", family="Gonzalez")
    mine = clinic.patient(clinic.north, given="Mariah", family="Gonzales")
    assert search_patients(patients_seen_by(clinic.nurse), "maria gonzalez") == [mine]


def test_names_loaded_past_the_verbs_are_searchable_too(clinic):
    patient = clinic.patient(given="Ana", family="Flores")
    Patient.objects.filter(pk=patient.pk).update(family_name="Żółć")
    assert search_patients(EVERYBODY, "zolc ana") == [patient]


def test_a_changed_name_is_found_and_the_former_one_is_not(clinic, now):
    patient = clinic.patient(given="Ana", family="Flores")
    change_patient(patient=patient, family_name="Quintero", by=clinic.front_desk, at=now)
    assert search_patients(EVERYBODY, "quintero") == [patient]
    assert search_patients(EVERYBODY, "flores") == []


def test_the_database_and_python_write_names_alike(clinic):
    letters = "".join(chr(code) for code in range(0xC0, 0x180) if chr(code).isalpha() and chr(code) not in "ÞþŊŋĸŉŦŧ")
    chunks = [letters[start : start + 40] for start in range(0, len(letters), 40)]
    for given in (*chunks, "Jean-Luc  d'Arc", "A.B. (Bo), Jr", "Ze", "X", "Paral·lel", 'Al "Big" O’Neil'):
        patient = clinic.patient(given=given, family="N")
        patient.refresh_from_db()
        assert patient.search_text == plain(f"{given} N")
        words = patient.search_text.split()
        assert sorted(patient.search_words) == sorted({form for word in words for form in (*near(word), sound(word)) if form})


def test_a_search_takes_three_statements_however_few_there_are(clinic, query_count):
    for _round in (2, 10):
        for _number in range(_round):
            clinic.patient(given="Maria", family="Gonzalez")
        scope = patients_seen_by(clinic.nurse)
        with query_count(3):
            assert len(search_patients(scope, "maria gonzales")) >= 2


def test_a_second_record_of_the_same_person_is_noticed_with_reasons(clinic, people):
    def reasons(given, family, born):
        found = duplicate_candidates(program=clinic.program, given_name=given, family_name=family, birth_date=born)
        return {candidate.patient.legal_name: candidate.words for candidate in found}

    assert reasons("Maria", "Gonzales", date(1985, 3, 2)) == {"María González": "same birth date, similar name"}
    assert reasons("Jhon", "Smith", date(1985, 2, 3)) == {"John Smith": "same birth date, similar name"}
    assert reasons("John", "Smith", date(1985, 3, 2)) == {"John Smith": "birth date with two digits swapped, same name"}
    assert reasons("Alexandra", "Rivera", date(1999, 9, 9)) == {"Alexandra Rivera": "a birth date is unknown, same name"}
    chosen = "a birth date is unknown, same family name, and the chosen name of one of them"
    assert reasons("Alex", "Rivera", None) == {"Alexandra Rivera": chosen}
    assert reasons("Peter", "Olsen", date(1985, 3, 2)) == {}
    assert reasons("John", "Smith", date(1955, 8, 30)) == {}


def test_a_shared_number_is_a_reason_whatever_the_name(clinic, now, people):
    add_identifier(patient=people["john"], kind="ssn", value="123-45-6789", by=clinic.front_desk, at=now)
    found = duplicate_candidates(
        program=clinic.program, given_name="Pat", family_name="Other", birth_date=None, identifiers=["123-45-6789"]
    )
    assert [(candidate.patient, candidate.reasons[0]) for candidate in found] == [(people["john"], Likeness.SAME_NUMBER)]


def test_candidates_come_from_the_whole_program_and_from_no_other(clinic):
    other = clinic.program.__class__.objects.create(name="Elsewhere")
    site = other.sites.create(name="Far")
    clinic.patient(clinic.south, given="Maria", family="Gonzalez", birth_date=date(1985, 3, 2))
    stranger = Patient.objects.create(
        given_name="Maria", family_name="Gonzalez", birth_date=date(1985, 3, 2), registered_site=site, recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    found = duplicate_candidates(program=clinic.program, given_name="Maria", family_name="Gonzalez", birth_date=date(1985, 3, 2))
    assert len(found) == 1
    assert found[0].patient != stranger
    assert found[0].label == "Maria Gonzalez, born 1985, South"


def test_the_search_uses_its_indexes(clinic):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'patients_patient' AND indexdef LIKE '%USING gin%' ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == ["patient_search_trigrams", "patient_search_words"]
