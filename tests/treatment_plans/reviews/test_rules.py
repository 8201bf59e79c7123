from dataclasses import replace
from datetime import date

import pytest

from patients.instruments.data import instruments
from treatment_plans.plan.policy.rules import Intervals
from treatment_plans.plan.versions.rules import Piece, What, differences, digest
from treatment_plans.reviews.rules import DOMAINS, Due, due, still_to_sign


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ([], ("clinician", "person")),
        ([("clinician", "signed")], ("person",)),
        ([("clinician", "signed"), ("person", "later")], ("person",)),
        ([("clinician", "signed"), ("person", "later"), ("person", "declined")], ()),
        ([("clinician", "signed"), ("representative", "signed")], ()),
        ([("person", "signed")], ("clinician",)),
    ],
)
def test_who_still_has_to_sign(answers, missing):
    assert still_to_sign(answers) == missing


@pytest.mark.parametrize(
    ("review_on", "how"),
    [(date(2026, 3, 1), Due.OVERDUE), (date(2026, 3, 2), Due.SOON), (date(2026, 3, 16), Due.SOON), (date(2026, 3, 17), Due.LATER)],
)
def test_a_review_is_named_before_its_day_and_after_it(review_on, how):
    assert due(review_on, date(2026, 3, 2), 14) == how


def test_ninety_days_unless_the_program_says_otherwise():
    assert Intervals().next_review(date(2026, 3, 1)) == date(2026, 5, 30)
    assert Intervals(review_days=30).next_review(date(2026, 3, 1)) == date(2026, 3, 31)


def test_every_domain_is_one_that_a_questionnaire_has_and_belongs_to_one_disorder():
    substance_use, mental_health = (set(domains) for domains in DOMAINS.values())
    assert substance_use.isdisjoint(mental_health)
    assert (substance_use | mental_health) <= {instrument.domain for instrument in instruments().values()}


def piece(number, words, **facts):
    return Piece("goal", ("goal", number), "mental_health", words, {"words": words, **facts})


def test_what_changed_between_two_versions():
    before = [piece(1, "Sleep"), piece(2, "Work"), piece(3, "Walk")]
    after = [piece(1, "Sleep"), piece(2, "Work again", target_on="2027-01-01"), piece(4, "Sing")]
    found = differences(before, after)
    assert [(one.what, one.title) for one in found] == [(What.CHANGED, "Work again"), (What.ADDED, "Sing"), (What.REMOVED, "Walk")]
    assert [(said.column, said.before, said.after) for said in found[0].said] == [
        ("words", "Work", "Work again"),
        ("target_on", "", "2027-01-01"),
    ]
    assert differences(before, before) == []


def test_another_word_is_another_digest():
    assert digest([piece(1, "Sleep")]) == digest([piece(9, "Sleep")])
    assert digest([piece(1, "Sleep")]) != digest([piece(1, "Sleep well")])
    assert digest([replace(piece(1, "Sleep"), title="Dormir")]) == digest([piece(1, "Sleep")])
