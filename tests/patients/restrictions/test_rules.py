from datetime import date

import pytest

from patients.restrictions.rules import RestrictionFacts, is_owed, may_end, restricts

PLAN = RestrictionFacts(1, 1, "health_plans", None, ["payment"], ["diagnoses"], False)


def held_back(restriction, *, recipient=7, kind="health_plan", purpose="payment", categories=("diagnoses",), since=None):
    return restricts(
        restriction, recipient_id=recipient, recipient_kind=kind, purpose=purpose, categories=set(categories), records_since=since
    )


def test_a_restriction_meets_its_recipient_purpose_and_information_and_nothing_else():
    assert held_back(PLAN)
    assert held_back(PLAN, categories=("plan", "diagnoses"))
    for other in ({"kind": "hospital"}, {"purpose": "treatment"}, {"categories": ("plan",)}):
        assert not held_back(PLAN, **other), other
    assert held_back(PLAN._replace(categories=[]), categories=("plan",)), "without any the whole record is meant"
    assert held_back(PLAN._replace(to_whom="anybody"), kind="housing", recipient=None)
    named = PLAN._replace(to_whom="named", organization_id=7)
    assert held_back(named, kind="hospital")
    assert not held_back(named, recipient=8)
    assert not held_back(named._replace(organization_id=None), recipient=None)


def test_nothing_but_treatment_payment_and_operations_can_be_restricted():
    assert not held_back(PLAN._replace(purposes=["housing"]), purpose="housing")


def test_after_the_programs_notice_only_what_is_newer_is_open():
    ended = PLAN._replace(records_until=date(2026, 3, 4))
    assert held_back(ended)
    assert held_back(ended, since=date(2026, 3, 3))
    assert not held_back(ended, since=date(2026, 3, 4))


@pytest.mark.parametrize(
    ("health_plan", "purposes", "paid", "owed"),
    [
        (True, ["payment"], True, True),
        (True, ["payment", "operations"], True, True),
        (True, ["treatment"], True, False),
        (True, ["payment", "treatment"], True, False),
        (False, ["payment"], True, False),
        (True, ["payment"], False, False),
        (True, [], True, False),
    ],
)
def test_the_program_must_agree_only_when_a_plan_was_kept_out_of_the_paying(health_plan, purposes, paid, owed):
    assert is_owed(recipient_is_health_plan=health_plan, purposes=purposes, paid_in_full=paid) is owed


def test_a_restriction_ends_only_in_the_ways_of_the_law():
    assert may_end(basis="patient_in_writing", is_owed=True)
    assert may_end(basis="patient_orally", is_owed=True)
    assert may_end(basis="program_notice", is_owed=False)
    assert not may_end(basis="program_notice", is_owed=True)
    assert not may_end(basis="", is_owed=False)
    assert not may_end(basis="because", is_owed=False)
