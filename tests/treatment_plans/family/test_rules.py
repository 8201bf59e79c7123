from datetime import UTC, date, datetime

import pytest

from patients.consent.rules import ConsentFacts, Paper, Recipient
from patients.restrictions.rules import RestrictionFacts
from treatment_plans.family.rules import Moment, as_it_stood, may_take_part, must_be_asked

MOTHER = Recipient(7, "person")
HELD = datetime(2026, 3, 10, 15, tzinfo=UTC)
PAPER = Paper(
    "specific",
    ["treatment"],
    ["plan", "appointments"],
    "Plan",
    "At any time",
    "",
    "",
    "Rosa",
    "patient",
    date(2026, 3, 1),
    date(2026, 9, 1),
    "",
)


def consent(key=1, *, state="active", recipients=(7,), today=date(2026, 3, 10), known_false=False, **paper):
    return ConsentFacts(key, 1, state, recipients, today, False, PAPER._replace(**paper), (), known_false)


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, ()),
        ({"purposes": ["patient_request"], "initiated_by_patient": True}, ()),
        ({"recipients": (8,)}, ("recipient",)),
        ({"state": "revoked"}, ("revoked",)),
        ({"valid_until": date(2026, 3, 10)}, ("expired",)),
        ({"known_false": True}, ("known_false",)),
        ({"signed_on": date(2026, 3, 11)}, ("not_signed_yet",)),
        ({"purposes": ["housing"]}, ("purpose",)),
        ({"revocation_statement": ""}, ("deficient",)),
        ({"kind": "counseling_notes", "categories": ["counseling_notes"]}, ("category",)),
    ],
)
def test_nobody_takes_part_without_a_whole_consent_that_names_them(changes, lacking):
    found = may_take_part(MOTHER, (), [consent(**changes)])
    assert found.lacking == lacking
    assert found.allowed == (not lacking)


def test_without_any_consent_that_is_what_is_said():
    assert may_take_part(MOTHER, (), []).lacking == ("no_consent",)
    assert not may_take_part(MOTHER, (), []).may_come


def test_what_is_talked_about_lies_within_the_scope_or_is_named():
    found = may_take_part(MOTHER, ("plan", "medications"), [consent()])
    assert (found.may_come, found.allowed, found.beyond) == (True, False, ("medications",))
    wider = consent(2, categories=["plan", "medications"])
    assert may_take_part(MOTHER, ("plan", "medications"), [consent(), wider]).consent_id == 2
    assert may_take_part(MOTHER, ("plan",), [consent(), consent(2, state="revoked")]).consent_id == 1


def wish(to_whom="anybody", organization_id=None, categories=(), program_id=1):
    return RestrictionFacts(5, program_id, to_whom, organization_id, ["treatment"], categories, False)


@pytest.mark.parametrize(
    ("restriction", "purposes", "opened"),
    [
        (wish(), ["treatment"], ()),
        (wish(categories=["plan"]), ["treatment"], ("appointments",)),
        (wish(program_id=2), ["treatment"], ("appointments", "plan")),
        (wish("named", 7), ["treatment"], ()),
        (wish("named", 8), ["treatment"], ("appointments", "plan")),
        (wish(), ["patient_request"], ("appointments", "plan")),
    ],
)
def test_what_the_person_asked_to_be_kept_is_not_said_on_any_consent(restriction, purposes, opened):
    clinic, given = Recipient(7, "clinic"), consent(purposes=purposes, initiated_by_patient=True)
    found = may_take_part(clinic, ("plan",), [given], [restriction])
    assert (found.scope, found.may_come, found.allowed) == (opened, bool(opened), "plan" in opened)
    assert found.lacking == (() if opened else ("restricted",))
    assert set(opened) | set(found.held_back if opened else opened) == ({"appointments", "plan"} if opened else set())


def test_a_wish_about_an_organization_is_none_about_a_person_with_the_same_key():
    assert may_take_part(MOTHER, ("plan",), [consent()], [wish("named", 7)]).allowed
    assert may_take_part(MOTHER, (), [consent()], [wish()]).lacking == ("restricted",)


@pytest.mark.parametrize(
    ("died_on", "signed_on", "may"),
    [(date(2026, 3, 9), date(2026, 3, 1), False), (date(2026, 3, 10), date(2026, 3, 1), True), (date(2026, 3, 5), date(2026, 3, 6), True)],
)
def test_after_a_death_only_who_signed_after_it_lets_anything_be_said(died_on, signed_on, may):
    found = may_take_part(MOTHER, ("plan",), [consent(signed_on=signed_on)], died_on=died_on)
    assert (found.allowed, found.lacking) == (may, () if may else ("died",))


@pytest.mark.parametrize(
    ("state", "ended", "stands"),
    [
        ("revoked", Moment(revoked_at=datetime(2026, 3, 10, 16, tzinfo=UTC)), True),
        ("revoked", Moment(revoked_at=datetime(2026, 3, 10, 14, tzinfo=UTC)), False),
        ("superseded", Moment(replaced_at=datetime(2026, 3, 11, tzinfo=UTC)), True),
        ("superseded", Moment(), False),
        ("expired", Moment(), True),
        ("draft", Moment(), False),
    ],
)
def test_a_consent_counts_as_it_stood_when_the_session_began(state, ended, stands):
    assert (as_it_stood(consent(state=state), ended, HELD).state == "active") == stands


def test_whoever_is_to_be_asked_each_time_is_asked():
    assert must_be_asked(["yes", "ask"])
    assert must_be_asked(["no"])
    assert not must_be_asked(["yes", ""])
