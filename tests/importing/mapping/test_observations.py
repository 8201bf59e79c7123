import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from casemgr.importing.mapping.codes import is_possible_loinc
from casemgr.importing.mapping.nodes import Node, NotMapped, Wrong
from casemgr.importing.mapping.observations import map_observation, map_questionnaire_response
from casemgr.importing.parsing import load

LOINC = "http://loinc.org"


def coded(code: str) -> dict:
    return {"coding": [{"system": LOINC, "code": code, "display": "Heart rate"}]}


def observation(**fields) -> Node:
    base = {"status": "final", "code": coded("8867-4")}
    return Node({**base, "effectiveDateTime": "2026-01-10T15:00:00Z", **fields}, "Observation")


@pytest.mark.parametrize("code", ["8867-4", "44261-6", "85354-9", "718-7", "100001-7"])
def test_real_loinc_codes_can_exist(code):
    assert is_possible_loinc(code)


@pytest.mark.parametrize("code", ["99999-0", "X9999-0", "99999-11", "88674", "8867-5", "", "-4", "8867-", "٣-٤"])
def test_invented_loinc_codes_cannot_exist(code):
    assert not is_possible_loinc(code)


def test_a_number_is_kept_with_its_unit_and_no_more_places_than_we_hold(context):
    node = observation(valueQuantity={"value": Decimal("1.12345678"), "unit": "mg/dL"})
    facts = map_observation(node, context)
    assert (facts.value.number, facts.value.unit) == (Decimal("1.123457"), "mg/dL")
    assert facts.observed_at == datetime(2026, 1, 10, 15, tzinfo=UTC)


def test_a_total_without_its_answers_is_kept(bundle, context):
    facts = map_observation(Node(bundle("jordan")["entry"][4]["resource"], "Observation"), context)
    assert (facts.kind, facts.code, facts.value.number) == ("survey", "44261-6", Decimal(14))


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ({"valueCodeableConcept": {"text": "Positive", "coding": [{"code": "LA6576-8"}]}}, "LA6576-8", "Positive"),
        ({"valueString": "as before"}, "", "as before"),
        ({"valueBoolean": False}, "false", ""),
        ({"valueQuantity": {"value": Decimal("0.5"), "comparator": "<", "unit": "ng/mL"}}, "", "< 0.5 ng/mL"),
        ({"valueRange": {"low": {"value": 2, "unit": "h"}, "high": {"value": 4, "unit": "h"}}}, "", "2 h to 4 h"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "", "1 : 128"),
        ({"valuePeriod": {"start": "2025-01-01"}}, "", "2025-01-01"),
    ],
)
def test_other_values_are_kept_as_code_or_in_words(context, value, code, text):
    facts = map_observation(observation(**value), context)
    assert (facts.value.number, facts.value.code, facts.value.text) == (None, code, text)


def test_parts_are_kept_in_order(context):
    parts = [
        {"code": {"coding": [{"code": "8480-6", "display": "Systolic"}]}, "valueQuantity": {"value": 120, "unit": "mm[Hg]"}},
        {"code": {"coding": [{"code": "8462-4", "display": "Diastolic"}]}, "valueQuantity": {"value": Decimal("80.5"), "unit": "mm[Hg]"}},
    ]
    facts = map_observation(observation(code=coded("85354-9"), component=parts), context)
    assert facts.components == (
        {"code": "8480-6", "title": "Systolic", "value_number": 120.0, "value_unit": "mm[Hg]"},
        {"code": "8462-4", "title": "Diastolic", "value_number": 80.5, "value_unit": "mm[Hg]"},
    )


def test_a_second_code_counts_when_the_first_cannot_exist(context):
    codings = [{"system": LOINC, "code": "41633001"}, {"system": LOINC, "code": "79893-4", "display": "Left eye pressure"}]
    facts = map_observation(observation(code={"coding": codings}, valueInteger=16), context)
    assert (facts.code, facts.value.number) == ("79893-4", Decimal(16))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": {"coding": [{"system": LOINC, "code": "99999-0"}]}}, "the LOINC code 99999-0 cannot exist"),
        ({"code": {"text": "something"}}, "it has no code"),
        ({"valueInteger": None}, "it has no value"),
        ({"valueInteger": None, "hasMember": [{"reference": "x"}]}, "it only groups other observations"),
        ({"valueInteger": None, "dataAbsentReason": {"text": "declined"}}, r"it has no value \(declined\)"),
        ({"effectiveDateTime": "2025"}, "it does not say on which day"),
        ({"status": "entered-in-error"}, "it was entered in error"),
        ({"code": {"coding": [{"system": LOINC, "code": "44261-6"}]}, "valueInteger": 28}, r"this total goes from 0 to 27"),
        ({"code": {"coding": [{"system": "urn:x", "code": "x" * 41}]}}, "its code is longer than 40 characters"),
    ],
)
def test_what_cannot_be_kept_is_left_out_with_the_reason(context, fields, reason):
    node = observation(**{"valueInteger": 1, **fields})
    with pytest.raises(NotMapped, match=reason):
        map_observation(Node({name: value for name, value in node.data.items() if value is not None}, "Observation"), context)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "done"}, "Observation.status “done” is none of amended, cancelled, corrected, entered-in-error, final, preliminary, "
         "registered, unknown."),
        ({"valueQuantity": {"value": "five"}}, "Observation.valueQuantity.value must be a number."),
        ({"valueQuantity": {"value": True}}, "Observation.valueQuantity.value must be a number."),
        ({"valueInteger": 10**12}, "Observation.value is too large a number."),
        ({"effectiveDateTime": "2026-01-10T15:00"}, "Observation.effectiveDateTime “2026-01-10T15:00” is no moment "
         "(YYYY-MM-DDThh:mm:ss and a time zone)."),
        ({"effectiveDateTime": "2026-01-10T25:00:00Z"}, "Observation.effectiveDateTime “2026-01-10T25:00:00Z” is no "
         "moment of the calendar."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(context, fields, sentence):
    with pytest.raises(Wrong) as wrong:
        map_observation(observation(**fields), context)
    assert str(wrong.value) == sentence


def test_answers_are_kept_in_order_with_the_total_where_one_is_told(bundle, context):
    resource = load(json.dumps(bundle("jordan")["entry"][9]["resource"]).encode())
    facts = map_questionnaire_response(Node(resource, "QuestionnaireResponse"), context)
    assert (facts.questionnaire, facts.title, facts.total) == ("http://loinc.org/q/69737-5|1.0", "69737-5", Decimal(5))
    assert facts.answers == (
        {"link_id": "1", "question": "Feeling nervous", "answers": [{"code": "LA6570-1", "text": "Nearly every day"}]},
        {"link_id": "2", "question": "Not being able to stop worrying", "answers": [{"number": 2.0}]},
        {"link_id": "total", "question": "Total score", "answers": [{"number": 5.0}]},
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"authored": None}, "on which day it was answered"), ({"questionnaire": None}, "which questionnaire it answers")],
)
def test_answers_to_nothing_known_are_left_out(context, fields, reason):
    data = {"status": "completed", "authored": "2026-01-01", "questionnaire": "urn:q", **fields}
    with pytest.raises(NotMapped, match=reason):
        map_questionnaire_response(Node({k: v for k, v in data.items() if v}, "QuestionnaireResponse"), context)
