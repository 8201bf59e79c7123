from datetime import date

import pytest

from patients.episodes.rules import AdmissionProblem, EndProblem, Stay, admission_problems, end_problems

D = date
TODAY = D(2026, 3, 4)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Stay(D(2026, 1, 1), D(2026, 2, 1)), Stay(D(2026, 2, 1)), False),
        (Stay(D(2026, 1, 1), D(2026, 2, 2)), Stay(D(2026, 2, 1)), True),
        (Stay(D(2026, 1, 1)), Stay(D(2025, 1, 1), D(2026, 1, 1)), False),
        (Stay(D(2026, 1, 1)), Stay(D(2026, 3, 1)), True),
        (Stay(D(2026, 3, 1), D(2026, 3, 1)), Stay(D(2026, 3, 1)), False),
    ],
)
def test_the_day_of_leaving_is_free_again(one, other, overlap):
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_everything_against_an_admission_is_found_at_once():
    problems = admission_problems(
        admitted_on=D(2026, 3, 9), today=TODAY, stays=[Stay(D(2026, 1, 1))], birth_date=D(2026, 4, 1), deceased_on=D(2026, 3, 1)
    )
    assert set(problems) == {
        AdmissionProblem.IN_FUTURE,
        AdmissionProblem.BEFORE_BIRTH,
        AdmissionProblem.AFTER_DEATH,
        AdmissionProblem.IN_CARE,
    }


@pytest.mark.parametrize(
    ("stay", "on", "problems"),
    [
        (Stay(D(2026, 1, 5)), D(2026, 1, 5), []),
        (Stay(D(2026, 1, 5)), D(2026, 1, 4), [EndProblem.BEFORE_ADMISSION]),
        (Stay(D(2026, 1, 5)), D(2026, 3, 5), [EndProblem.IN_FUTURE]),
        (Stay(D(2026, 1, 5), D(2026, 2, 1)), D(2026, 2, 2), [EndProblem.ENDED_ALREADY]),
    ],
)
def test_a_stay_ends_once_between_its_beginning_and_today(stay, on, problems):
    assert end_problems(stay=stay, on=on, today=TODAY) == problems
