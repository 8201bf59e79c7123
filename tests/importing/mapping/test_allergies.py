from datetime import date

import pytest

from casemgr.importing.mapping.allergies import map_allergy
from casemgr.importing.mapping.nodes import Node, NotMapped, Wrong

SNOMED = "http://snomed.info/sct"


def allergy(code="762952008", display="Peanut (substance)", **fields) -> Node:
    coded = {"coding": [{"system": SNOMED, "code": code, "display": display}]} if code else {}
    return Node({"resourceType": "AllergyIntolerance", "code": coded, **fields}, "AllergyIntolerance")


def status(code: str) -> dict:
    return {"coding": [{"code": code}]}


def test_an_allergy_is_told_with_what_happened_the_worst_first(context):
    reaction = [
        {"manifestation": [{"text": "Wheezing"}], "severity": "mild"},
        {"manifestation": [{"text": "Swelling"}, {"text": "Wheezing"}], "severity": "severe"},
    ]
    facts = map_allergy(
        allergy(
            category=["food"], type="intolerance", criticality="high", reaction=reaction, recordedDate="2005-01-21T10:33:25+00:00",
            verificationStatus=status("confirmed"), clinicalStatus=status("resolved"), note=[{"text": "Told by the mother."}],
        ),
        context,
    )  # fmt: skip
    assert (facts.substance, facts.kind, facts.category, facts.criticality) == ("Peanut (substance)", "intolerance", "food", "high")
    assert (facts.reaction, facts.severity, facts.since) == ("Wheezing; Swelling", "severe", date(2005, 1, 21))
    assert (facts.certainty, facts.course) == ("confirmed", "resolved")
    assert facts.remark == "Taken over from elsewhere.\nTold by the mother."


def test_what_is_not_told_stays_open(context):
    facts = map_allergy(allergy(), context)
    assert (facts.certainty, facts.course, facts.criticality) == ("unconfirmed", "active", "unable-to-assess")
    assert (facts.reaction, facts.severity, facts.since) == ("", "", None)


def test_presumed_is_unconfirmed(context):
    assert map_allergy(allergy(verificationStatus=status("presumed")), context).certainty == "unconfirmed"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"code": "", "display": ""}, "to what"),
        ({"code": "716186003", "display": "No known allergy"}, "no allergy is known"),
        ({"verificationStatus": status("entered-in-error")}, "in error"),
    ],
)
def test_what_has_no_place_says_why(context, fields, why):
    with pytest.raises(NotMapped, match=why):
        map_allergy(allergy(**fields), context)


def test_a_status_of_no_value_set_is_wrong(context):
    with pytest.raises(Wrong):
        map_allergy(allergy(clinicalStatus=status("gone")), context)
