import csv
from datetime import date
from pathlib import Path

import pytest

import casemgr.importing
from casemgr.importing.mapping.conditions import map_condition
from casemgr.importing.mapping.nodes import Node, NotMapped, Wrong
from patients.diagnoses.models import Axis
from patients.diagnoses.rules import axis_of, icd_codes

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


def condition(*codings: tuple[str, str, str], **fields) -> Node:
    coded = [{"system": system, "code": code, "display": display} for system, code, display in codings]
    return Node({"resourceType": "Condition", "code": {"coding": coded}, **fields}, "Condition")


def status(code: str) -> dict:
    return {"coding": [{"code": code}]}


@pytest.mark.parametrize(
    ("coding", "axis", "code", "other"),
    [
        ((SNOMED, "75544000", "Opioid dependence"), "substance_use", "F11.20", "75544000"),
        ((SNOMED, "47505003", "Posttraumatic stress disorder"), "mental_health", "F43.10", "47505003"),
        ((SNOMED, "73438004", "Unemployed"), "social", "Z56.0", "73438004"),
        ((SNOMED, "73595000", "Stress (finding)"), "mental_health", "", "73595000"),
        ((SNOMED, "66383009", "Gingivitis (disorder)"), "physical", "", "66383009"),
        ((SNOMED, "1", "Lives in a shelter for people without housing"), "social", "", "1"),
        ((SNOMED, "2", "Cocaine dependence"), "substance_use", "", "2"),
        ((ICD10CM, "F1120", ""), "substance_use", "F11.20", ""),
        ((ICD10CM, "E11.9", "Type 2 diabetes mellitus"), "physical", "", "E11.9"),
    ],
)
def test_axis_and_code_follow_from_the_code_that_was_given(context, coding, axis, code, other):
    facts = map_condition(condition(coding), context)
    assert (facts.axis, facts.code, facts.other_code) == (axis, code, other)


def test_the_first_code_of_another_system_stands_beside_ours(context):
    facts = map_condition(condition((ICD10CM, "F43.10", ""), (SNOMED, "47505003", "PTSD")), context)
    assert (facts.code, facts.other_system, facts.other_code) == ("F43.10", SNOMED, "47505003")


@pytest.mark.parametrize(
    ("given", "course"), [("active", "active"), ("relapse", "active"), ("inactive", "remission"), ("resolved", "resolved")]
)
def test_course_is_told_in_our_words(context, given, course):
    assert map_condition(condition((SNOMED, "75544000", "")), context).course == "active"
    assert map_condition(condition((SNOMED, "75544000", ""), clinicalStatus=status(given)), context).course == course


def test_what_ended_and_says_no_more_is_resolved(context):
    facts = map_condition(condition((SNOMED, "1", "Cold"), abatementDateTime="2025-02-03T03:00:00Z"), context)
    assert (facts.course, facts.ended_on) == ("resolved", date(2025, 2, 2))


def test_an_onset_told_as_a_year_stays_open_and_is_noted(context):
    assert map_condition(condition((SNOMED, "1", "Cold"), onsetDateTime="2010"), context).onset_on is None
    assert context.notes == ["onset is told as 2010 only: the day is left open."]


def test_an_onset_told_as_an_age_stays_open_and_is_noted(context):
    assert map_condition(condition((SNOMED, "1", "Cold"), onsetAge={"value": 12}), context).onset_on is None
    assert context.notes == ["onset is told as an age or in words: the day is left open."]


def test_a_condition_entered_in_error_is_left_out(context):
    with pytest.raises(NotMapped, match="it was entered in error at its source"):
        map_condition(condition((SNOMED, "1", "Cold"), verificationStatus=status("entered-in-error")), context)


def test_a_condition_in_words_only_is_left_out(context):
    with pytest.raises(NotMapped, match="it has no code"):
        map_condition(Node({"code": {"text": "feels low"}}, "Condition"), context)


def test_an_end_before_the_beginning_is_wrong(context):
    node = condition((SNOMED, "1", "Cold"), onsetDateTime="2025-02-03", abatementDateTime="2025-02-02")
    with pytest.raises(Wrong, match=r"^Condition\.abatement is before the onset\.$"):
        map_condition(node, context)


def test_a_status_of_no_value_set_is_wrong(context):
    with pytest.raises(Wrong, match=r"^Condition\.clinicalStatus “cured” is none of active, inactive, recurrence, relapse"):
        map_condition(condition((SNOMED, "1", "Cold"), clinicalStatus=status("cured")), context)


def test_our_table_of_codes_is_true_to_the_codes_and_axes_of_our_record():
    file = Path(casemgr.importing.__file__).parent / "data" / "conditions.csv"
    rows = list(csv.DictReader(file.open()))
    assert len(rows) == len({row["snomed"] for row in rows})
    assert {row["axis"] for row in rows} <= set(Axis.values)
    coded = [row for row in rows if row["icd10cm"]]
    assert [row for row in coded if row["icd10cm"] not in icd_codes()] == []
    assert [row for row in coded if axis_of(row["icd10cm"]) not in (None, row["axis"])] == []
