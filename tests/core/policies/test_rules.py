from datetime import date

import pytest

from casemgr.core.deadlines.rules import REVIEW_DAYS, due_day, longest_warning
from casemgr.core.policies.rules import (
    SETTLED,
    SOON_DAYS,
    Medium,
    Standing,
    areas,
    edition,
    what_attestation_lacks,
    what_other_word_lacks,
    where_it_stands,
)

TODAY = date(2026, 3, 4)
WHOLE = {
    "area": "paper_keeping", "title": "Keys", "kept_at": "Binder, version 4", "in_force_since": TODAY, "review_on": date(2027, 3, 4),
    "has_read": True, "today": TODAY,
}  # fmt: skip


def test_the_checklist_names_what_the_rule_names():
    """42 CFR 2.16(a): five matters of paper records, four of electronic ones, and the two purposes above them."""
    found = {medium: [area for area in areas().values() if area.medium is medium] for medium in Medium}
    assert {medium: len(rows) for medium, rows in found.items()} == {"all": 2, "paper": 5, "electronic": 4}
    assert [area.source.partition(",")[0] for area in found[Medium.PAPER]] == [f"42 CFR 2.16(a)(1)(i)({letter})" for letter in "ABCDE"]
    assert [area.source.partition(",")[0] for area in found[Medium.ELECTRONIC]] == [f"42 CFR 2.16(a)(1)(ii)({letter})" for letter in "ABCD"]
    named = [area.code for area in areas().values() if "45 CFR 164.514(b)" in area.source]
    assert named == ["paper_deidentifying", "electronic_deidentifying"]
    assert edition()


@pytest.mark.parametrize("code", list(areas()))
def test_each_area_is_said_in_both_languages_and_fits_its_column(code):
    area = areas()[code]
    assert len(code) <= 32
    assert area.name("en") != area.name("es-us")
    assert area.asks("en") != area.asks("es")
    assert area.name("fr") == area.name("en")


@pytest.mark.parametrize(
    ("kind", "review_on", "stands"),
    [
        (None, None, Standing.NOT_STATED),
        ("attested", date(2027, 3, 4), Standing.ATTESTED),
        ("attested", date(2026, 4, 4), Standing.ATTESTED),
        ("attested", date(2026, 4, 3), Standing.REVIEW_SOON),
        ("attested", date(2026, 3, 5), Standing.REVIEW_SOON),
        ("attested", date(2026, 3, 4), Standing.REVIEW_DUE),
        ("attested", date(2025, 3, 4), Standing.REVIEW_DUE),
        ("not_applicable", date(2027, 3, 4), Standing.NOT_APPLICABLE),
        ("not_applicable", date(2026, 3, 3), Standing.REVIEW_DUE),
        ("missing", date(2027, 3, 4), Standing.MISSING),
        ("missing", date(2026, 3, 3), Standing.MISSING),
    ],
)
def test_where_an_area_stands(kind, review_on, stands):
    assert where_it_stands(kind, review_on, today=TODAY) is stands
    assert (stands in SETTLED) is (stands in {"attested", "not_applicable"})


@pytest.mark.parametrize(
    ("facts", "lacking"),
    [
        ({}, []),
        ({"area": "cloud"}, ["area"]),
        ({"title": " ", "kept_at": ""}, ["title", "kept_at"]),
        ({"in_force_since": None}, ["in_force_since"]),
        ({"in_force_since": date(2026, 3, 5)}, ["in_force_later"]),
        ({"review_on": None}, ["review_on"]),
        ({"review_on": TODAY}, ["review_on"]),
        ({"has_read": False}, ["has_read"]),
    ],
)
def test_an_attestation_says_which_policy_where_since_when_and_that_it_was_read(facts, lacking):
    assert what_attestation_lacks(**{**WHOLE, **facts}) == lacking


@pytest.mark.parametrize(
    ("area", "kind", "words", "lacking"),
    [
        ("paper_moving", "not_applicable", "No paper is kept.", []),
        ("paper_moving", "missing", "The director writes it.", []),
        ("foreseeable_threats", "missing", "The director writes it.", []),
        ("foreseeable_threats", "not_applicable", "Nothing threatens.", ["needed"]),
        ("paper_moving", "missing", " ", ["words"]),
        ("cloud", "not_applicable", "x", ["area"]),
    ],
)
def test_whoever_has_no_policy_says_why_and_is_asked_again(area, kind, words, lacking):
    facts = {"area": area, "kind": kind, "words": words, "today": TODAY}
    assert what_other_word_lacks(**facts, review_on=date(2026, 4, 3)) == lacking
    assert what_other_word_lacks(**facts, review_on=TODAY) == [*lacking, "review_on"]


def test_the_review_is_a_year_away_and_marked_as_long_as_its_clock_warns():
    assert (REVIEW_DAYS, due_day("policy_review", TODAY)) == (365, date(2027, 3, 4))
    assert longest_warning("policy_review").days == SOON_DAYS
