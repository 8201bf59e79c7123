from datetime import UTC, datetime

import pytest

from casemgr.importing.mapping.medications import map_medication_administration, map_medication_request
from casemgr.importing.mapping.nodes import Node, NotMapped, Wrong

TABLET = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "835603", "display": "tramadol 50 MG Tablet"}]}


def request(**fields) -> Node:
    base = {"status": "active", "intent": "order", "medicationCodeableConcept": TABLET, "authoredOn": "2025-11-03"}
    return Node({**base, **fields}, "MedicationRequest")


def test_an_order_tells_drug_day_dosage_and_who_wrote_it(context):
    dosage = [
        {
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
            "asNeededBoolean": True,
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            "additionalInstruction": [{"text": "with food"}],
        },
        {"text": "Take as needed.", "asNeededBoolean": True},
    ]
    facts = map_medication_request(request(dosageInstruction=dosage, requester={"display": "Dr. Ada Okafor"}), context)
    assert (facts.kind, facts.code, facts.title, facts.status) == ("ordered", "835603", "tramadol 50 MG Tablet", "active")
    assert facts.dosage == "1 tablet, 2 × every day, as needed, with food; Take as needed."
    assert facts.prescriber_name == "Dr. Ada Okafor"
    assert facts.at == datetime(2025, 11, 3, 5, tzinfo=UTC)


def test_the_name_of_a_professional_in_the_bundle_stands_in_for_one_not_told(context):
    context.resources["urn:uuid:1"] = {"resourceType": "Practitioner", "name": [{"prefix": ["Dr."], "given": ["Ada"], "family": "Okafor"}]}
    assert map_medication_request(request(requester={"reference": "urn:uuid:1"}), context).prescriber_name == "Dr. Ada Okafor"


@pytest.mark.parametrize("reference", ["urn:uuid:m", "#m"])
def test_a_medication_is_found_in_the_bundle_or_inside_the_order(context, reference):
    context.resources["urn:uuid:m"] = {"resourceType": "Medication", "code": TABLET}
    node = request(medicationReference={"reference": reference}, contained=[{"id": "m", "code": TABLET}])
    del node.data["medicationCodeableConcept"]
    assert map_medication_request(node, context).code == "835603"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"intent": "proposal"}, "nothing was ordered yet"),
        ({"doNotPerform": True}, "must NOT be given"),
        ({"authoredOn": "2025-11"}, "it does not say on which day"),
        ({"medicationCodeableConcept": {"text": "a tea"}}, "its medication has no code"),
        ({"status": "entered-in-error"}, "it was entered in error"),
    ],
)
def test_what_is_no_order_is_left_out_with_the_reason(context, fields, reason):
    with pytest.raises(NotMapped, match=reason):
        map_medication_request(request(**fields), context)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"intent": "wish"}, "MedicationRequest.intent “wish” is none of filler-order, instance-order, option, order, original-order, "
         "plan, proposal, reflex-order."),
        ({"status": None}, "MedicationRequest.status is missing."),
        ({"medicationCodeableConcept": None}, "MedicationRequest.medicationCodeableConcept (or medicationReference) is missing."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(context, fields, sentence):
    node = request(**fields)
    with pytest.raises(Wrong) as wrong:
        map_medication_request(Node({k: v for k, v in node.data.items() if v}, "MedicationRequest"), context)
    assert str(wrong.value) == sentence


def test_what_was_given_tells_when_and_how_much(context):
    data = {
        "status": "completed",
        "medicationCodeableConcept": TABLET,
        "effectivePeriod": {"start": "2025-11-03T10:00:00Z", "end": "2025-11-03T10:05:00Z"},
        "dosage": {"text": "in the nose", "dose": {"value": 4, "unit": "mg"}},
    }
    facts = map_medication_administration(Node(data, "MedicationAdministration"), context)
    assert (facts.kind, facts.dosage, facts.at) == ("given", "in the nose 4 mg", datetime(2025, 11, 3, 10, tzinfo=UTC))


def test_something_given_at_no_time_is_wrong(context):
    with pytest.raises(Wrong, match=r"effectiveDateTime \(or effectivePeriod\) is missing"):
        map_medication_administration(Node({"status": "completed"}, "MedicationAdministration"), context)
