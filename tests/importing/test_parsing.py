import json
import random
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgr.importing.keys import Key
from casemgr.importing.parsing import Reader

UUID = "aaaaaaaa-0000-4000-8000-0000000000"


def entry_of(data: dict, kind: str) -> dict:
    return next(entry for entry in data["entry"] if entry["resource"]["resourceType"] == kind)


def observation(**fields) -> dict:
    base = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "urn:x", "code": "1", "display": "X"}]}}
    return {**base, "effectiveDateTime": "2026-01-10", "valueInteger": 1, **fields}


def test_every_entry_is_mapped_or_says_why_not(bundle, parsed):
    found = parsed(bundle("jordan"))
    assert found.problems == []
    assert [(entry.kind, bool(entry.facts)) for entry in found.entries] == [
        ("Patient", True),
        ("Encounter", True),
        ("Encounter", True),
        ("Condition", True),
        ("Observation", True),
        ("Observation", False),
        ("Medication", False),
        ("MedicationRequest", True),
        ("MedicationAdministration", True),
        ("QuestionnaireResponse", True),
        ("Appointment", True),
        ("Goal", False),
        ("CarePlan", True),
        ("CarePlan", False),
        ("CareTeam", False),
        ("Procedure", False),
    ]
    assert [bool(entry.reason) for entry in found.entries] == [entry.facts is None for entry in found.entries]


def test_an_older_active_plan_gives_way_to_the_newest(bundle, parsed):
    older = parsed(bundle("jordan")).entries[13]
    assert older.reason == "the person has a newer active plan in this bundle, and only that one is taken over, as a draft"


def test_a_patient_is_known_by_the_identifiers_that_are_no_secrets_then_by_address(bundle, parsed):
    assert parsed(bundle("jordan")).entries[0].keys == (Key("https://lakeside.test/mrn", "L-4711"), Key("urn:uuid", f"{UUID}01"))


def test_an_entry_is_known_by_its_address_on_its_server(bundle, parsed):
    assert parsed(bundle("sam")).entries[0].keys == (Key("https://lakeside.test/fhir", "Observation/o-1"),)


def test_the_digest_does_not_change_with_what_the_record_does_not_keep(bundle, parsed):
    data = bundle("jordan")
    before = [entry.digest for entry in parsed(data).entries]
    for entry in data["entry"]:
        entry["resource"]["meta"] = {"versionId": "2", "lastUpdated": "2026-03-01T00:00:00Z"}
        entry["resource"]["text"] = {"status": "generated", "div": "<div>told anew</div>"}
    assert [entry.digest for entry in parsed(data).entries] == before


def test_the_digest_of_an_order_changes_with_the_medication_that_it_refers_to(bundle, parsed):
    data = bundle("jordan")
    before = parsed(data).entries[7].digest
    entry_of(data, "Medication")["resource"]["code"]["coding"][0]["display"] = "another drug"
    assert parsed(data).entries[7].digest != before


def test_an_entry_found_by_a_subject_of_another_kind_is_wrong(bundle, parsed):
    data = bundle("jordan")
    entry_of(data, "Condition")["resource"]["subject"] = {"reference": f"urn:uuid:{UUID}02"}
    assert parsed(data).entries[3].reason == "it is about something else than a patient"


@pytest.mark.parametrize(
    ("kind", "changes", "problem"),
    [
        ("Patient", {"gender": "zebra"}, f"Entry[0] (Patient {UUID}01): Patient.gender “zebra” is none of female, male, other, unknown."),
        ("Condition", {"subject": None}, f"Entry[3] (Condition {UUID}04): Condition.subject is missing."),
        ("Condition", {"encounter": {"reference": "urn:uuid:nowhere"}},
         f"Entry[3] (Condition {UUID}04): Condition.encounter refers to urn:uuid:nowhere, which is not there."),
        ("MedicationRequest", {"requester": {"reference": "#inside"}},
         f"Entry[7] (MedicationRequest {UUID}08): MedicationRequest.requester refers to #inside, which is not there."),
        ("Observation", {"status": None}, f"Entry[4] (Observation {UUID}05): Observation.status is missing."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_entry(bundle, parsed, without, kind, changes, problem):
    assert parsed(without(bundle("jordan"), kind, **changes)).problems == [problem]


def test_all_wrong_entries_are_named_at_once(bundle, parsed, without):
    data = without(without(bundle("jordan"), "Patient", gender="zebra"), "Condition", subject=None)
    assert len(parsed(data).problems) == 2


def test_two_entries_under_one_id_are_wrong(bundle, parsed):
    data = bundle("sam")
    data["entry"].append(deepcopy(data["entry"][0]))
    assert parsed(data).problems == ["Entry[2] (Observation): it has the same id as entry[0]."]


def test_entries_without_an_id_are_known_by_what_they_say_of_whom(parsed, bundle):
    data = bundle("sam")
    data["entry"] += [{"resource": observation(subject={"reference": "Patient/p-2"})} for _ in range(2)]
    found = parsed(data)
    assert found.problems == []
    assert found.entries[2].keys[0].system == "urn:casemgr:content"
    assert found.entries[3].reason == "it says the same as entry[2], and neither has an id"


def test_a_plain_id_needs_a_source(parsed, bundle):
    data = bundle("sam")
    data["entry"].append({"resource": observation(id="9", subject={"reference": "Patient/p-2"})})
    assert parsed(data).problems == [
        "Entry[2] (Observation 9): It has a plain id only, which another source may use as well: give its entries a fullUrl, "
        "or say with --source where the file comes from."
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"request": {"method": "DELETE", "url": "Patient/1"}}, "it asks to DELETE: the import only takes over what is told in full"),
        ({"resource": observation()}, "it names no patient"),
        ({"resource": observation(subject={"reference": "Group/1"})}, "it is about something else than a patient"),
    ],
)
def test_what_asks_for_nothing_that_we_do_is_left_out(parsed, entry, reason):
    found = parsed({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    assert (found.problems, found.entries[0].reason) == ([], reason)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"{", "It is no JSON: line 1, column 2: Expecting property name enclosed in double quotes."),
        (b"\xff\xfe{}", "It is no JSON: not text in UTF-8."),
        (b'{"a": NaN}', "It is no JSON: NaN is no number."),
        (b"[" * 100_000, "It is no bundle: nested too deeply."),
        (b"[]", "It is no FHIR bundle (resourceType must be Bundle)."),
        (b'{"resourceType": "Patient"}', "It is no FHIR bundle (resourceType must be Bundle)."),
        (b'{"resourceType": "Bundle"}', "Bundle.type is missing."),
        (b'{"resourceType": "Bundle", "type": "history"}',
         "Bundle.type “history” is none of batch, collection, searchset, transaction."),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": [7]}', "Bundle.entry[0] must be an object."),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": [{}]}', "Entry[0] (?): It has no resource."),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {}}]}', "Entry[0] (?): Bundle.entry[0].resource.resourceType "
         "is missing."),
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_named(reader, raw, problem):
    assert reader.bundle(raw, "x").problems == [problem]


def test_a_byte_order_mark_does_no_harm(reader):
    assert reader.bundle(b'\xef\xbb\xbf{"resourceType": "Bundle", "type": "batch"}', "x").problems == []


JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}), st.just([{}]), st.just([None]))


def places_in(value: object) -> list[tuple[object, object]]:
    inside = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [(value, name) for name, _child in inside] + [place for _name, child in inside for place in places_in(child)]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(), junk=JUNK)
def test_whatever_is_wrong_is_told_and_never_crashes(bundle, reader: Reader, seed, junk):
    data = bundle("jordan")
    holder, name = random.Random(seed).choice(places_in(data["entry"]))
    holder[name] = junk
    found = reader.bundle(json.dumps(data).encode(), "x")
    assert found.problems or len(found.entries) == 16
    assert all(entry.reason for entry in found.entries if entry.facts is None) or found.problems
