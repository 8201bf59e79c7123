from datetime import date

import pytest

from casemgr.importing.mapping.nodes import Node, Wrong
from casemgr.importing.mapping.people import ContactFacts, IdentifierFacts, map_patient


def patient(**fields) -> Node:
    return Node({"resourceType": "Patient", "name": [{"family": "Testperson", "given": ["Jordana"]}], **fields}, "Patient")


def refusal(context, **fields) -> str:
    with pytest.raises(Wrong) as wrong:
        map_patient(patient(**fields), context)
    return str(wrong.value)


def test_the_official_name_is_the_legal_one_and_a_nickname_the_chosen_one(bundle, context):
    resource = bundle("jordan")["entry"][0]["resource"]
    facts = map_patient(Node(resource, "Patient"), context)
    assert (facts.given_name, facts.family_name, facts.chosen_name, facts.pronouns) == ("Jordana Rae", "Testperson", "Jordan", "they/them")
    assert (facts.sex, facts.birth_date, facts.is_deceased) == ("female", date(1991, 4, 5), False)


def test_the_preferred_language_counts(bundle, context):
    facts = map_patient(Node(bundle("jordan")["entry"][0]["resource"], "Patient"), context)
    assert (facts.language, facts.language_name) == ("es", "")


def test_a_language_that_we_do_not_write_in_is_named(context):
    spoken = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "zh", "display": "Chinese"}]}}]
    facts = map_patient(patient(communication=spoken), context)
    assert (facts.language, facts.language_name) == ("other", "Chinese")


def test_ways_to_reach_the_person_leave_out_old_ones_and_name_those_we_do_not_keep(bundle, context):
    facts = map_patient(Node(bundle("jordan")["entry"][0]["resource"], "Patient"), context)
    assert facts.contact_points == (
        ContactFacts("phone", "330-555-0142", "home"),
        ContactFacts("email", "jordan@mail.test"),
        ContactFacts("post", "5 Elm Street, Akron, OH 44302"),
    )
    assert context.notes == ["Patient.telecom[3] is a fax: our record keeps phones, e-mail and postal addresses."]


def test_identifiers_keep_their_kind_and_system(bundle, context):
    facts = map_patient(Node(bundle("jordan")["entry"][0]["resource"], "Patient"), context)
    assert facts.identifiers == (
        IdentifierFacts("mrn", "https://lakeside.test/mrn", "L-4711"),
        IdentifierFacts("ssn", "http://hl7.org/fhir/sid/us-ssn", "999-11-2222"),
    )


def test_a_birth_date_told_as_a_year_stays_unknown_and_is_noted(context):
    assert map_patient(patient(birthDate="1980"), context).birth_date is None
    assert context.notes == ["The birth date is told as a year or a month only: left unknown."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"gender": "zebra"}, "Patient.gender “zebra” is none of female, male, other, unknown."),
        ({"gender": 7}, "Patient.gender must be text."),
        ({"birthDate": "1991-02-30"}, "Patient.birthDate “1991-02-30” is no day of the calendar."),
        ({"birthDate": "05.04.1991"}, "Patient.birthDate “05.04.1991” is no date (YYYY, YYYY-MM or YYYY-MM-DD)."),
        ({"birthDate": "2026-03-05"}, "Patient.birthDate is in the future."),
        ({"birthDate": "1991-04-05", "deceasedDateTime": "1990-01-01"}, "Patient.deceasedDateTime is before the birth date."),
        ({"name": []}, "Patient.name is missing: our record needs a given or a family name."),
        ({"name": "Jordana"}, "Patient.name must be a list."),
        ({"name": [{"use": "stage", "family": "X"}]}, "Patient.name[0].use “stage” is none of anonymous, maiden, nickname, official, old, "
         "temp, usual."),
        ({"name": [{"family": "x" * 81}]}, "Patient.name[0].family is longer than 80 characters."),
        ({"telecom": [{"system": "pigeon", "value": "1"}]}, "Patient.telecom[0].system “pigeon” is none of email, fax, other, pager, "
         "phone, sms, url."),
        ({"communication": [{}]}, "Patient.communication[0].language is missing."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(context, fields, sentence):
    assert refusal(context, **fields) == sentence
