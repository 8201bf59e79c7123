from datetime import date

import pytest

from patients.restrictions.rules import RestrictionFacts, may_end, parts_of, restricts

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
    ("to_whom", "names_plan", "purposes", "owed", "rest"),
    [
        ("health_plans", False, "p", ("health_plans", "p"), None),
        ("health_plans", False, "op", ("health_plans", "op"), None),
        ("health_plans", False, "t", None, ("health_plans", "t")),
        ("health_plans", False, "pt", ("health_plans", "p"), ("health_plans", "t")),
        ("health_plans", False, "opt", ("health_plans", "op"), ("health_plans", "t")),
        ("anybody", False, "p", ("health_plans", "p"), ("anybody", "p")),
        ("anybody", False, "ot", ("health_plans", "o"), ("anybody", "ot")),
        ("anybody", False, "t", None, ("anybody", "t")),
        ("named", True, "pt", ("named", "p"), ("named", "t")),
        ("named", False, "p", None, ("named", "p")),
    ],
)
def test_what_was_paid_without_a_plan_is_kept_from_plans_however_much_more_is_asked(to_whom, names_plan, purposes, owed, rest):
    words = {"p": "payment", "o": "operations", "t": "treatment"}

    def part(said, is_owed):
        return [(said[0], {words[letter] for letter in said[1]}, is_owed)] if said else []

    asked = {"to_whom": to_whom, "names_health_plan": names_plan, "purposes": [words[letter] for letter in purposes]}
    assert [tuple(one) for one in parts_of(**asked, paid_in_full=True)] == part(owed, True) + part(rest, False)
    assert parts_of(**asked, paid_in_full=False) == part((to_whom, purposes), False)


def test_a_restriction_ends_only_in_the_ways_of_the_law():
    assert may_end(basis="patient_in_writing", is_owed=True)
    assert may_end(basis="patient_orally", is_owed=True)
    assert may_end(basis="program_notice", is_owed=False)
    assert not may_end(basis="program_notice", is_owed=True)
    assert not may_end(basis="", is_owed=False)
    assert not may_end(basis="because", is_owed=False)
