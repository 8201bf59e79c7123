from decimal import Decimal

import pytest

from patients.screenings.rules import LOINC, OWN_SYSTEM, SCORES, ObservationProblem, observation_problems, score_of


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.title)
def test_a_total_may_touch_both_ends_of_its_range_and_not_pass_them(score):
    def problems(number):
        return observation_problems(
            code_system=score.code_system, code=score.code, status="final", number=Decimal(number), has_other_value=False
        )

    assert problems(score.lowest) == problems(score.highest) == []
    assert problems(score.lowest - 1) == problems(score.highest + 1) == [ObservationProblem.OUT_OF_RANGE]


@pytest.mark.parametrize(
    ("status", "number", "other", "problems"),
    [
        ("final", None, False, [ObservationProblem.NO_VALUE]),
        ("preliminary", None, False, [ObservationProblem.NO_VALUE]),
        ("final", None, True, []),
        ("cancelled", None, False, []),
        ("entered-in-error", None, False, []),
        ("final", Decimal(9999), False, []),
    ],
)
def test_a_final_fact_has_a_value(status, number, other, problems):
    assert observation_problems(code_system=LOINC, code="29463-7", status=status, number=number, has_other_value=other) == problems


def test_a_code_means_a_score_only_in_its_own_system():
    assert score_of(OWN_SYSTEM, "cows").title == "COWS total score"
    assert score_of(LOINC, "cows") is None
