from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from patients.accounting.rules.periods import Period, may_charge, months_before, period_of, years_before
from patients.accounting.rules.wording import WAYS, WORDS, without_formula

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 4), date(2023, 3, 4)),
        (date(2028, 2, 29), date(2025, 2, 28)),
        (date(2027, 2, 28), date(2024, 2, 28)),
        (date(2027, 3, 1), date(2024, 3, 1)),
        (date(2026, 1, 1), date(2023, 1, 1)),
    ],
)
def test_three_years_lose_no_day(day, before):
    assert years_before(day, 3) == before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 4), 12, date(2025, 3, 4)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 1, 31), 13, date(2024, 12, 31)),
    ],
)
def test_months_end_where_the_month_ends(day, months, before):
    assert months_before(day, months) == before


def test_a_period_is_whole_days_where_the_program_is():
    begins, ends, other = period_of(date(2026, 3, 4), regime="part2").moments(NEW_YORK)
    assert begins.astimezone(UTC) == datetime(2023, 3, 4, 5, tzinfo=UTC)
    assert ends.astimezone(UTC) == datetime(2026, 3, 5, 5, tzinfo=UTC)
    assert other == begins


def test_a_day_that_the_clocks_change_is_a_whole_day_too():
    begins, ends, _other = Period(date(2026, 3, 8), date(2026, 3, 8), date(2026, 3, 8)).moments(NEW_YORK)
    assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == 23 * 3600


def test_six_years_are_for_other_purposes_only():
    period = period_of(date(2026, 3, 4), regime="hipaa")
    assert (period.first_day, period.first_day_of_other) == (date(2023, 3, 4), date(2020, 3, 4))


def test_a_person_may_ask_for_less_and_never_for_more():
    asked = period_of(date(2026, 3, 4), regime="part2", since=date(2025, 1, 1), until=date(2025, 6, 30))
    assert asked == (date(2025, 1, 1), date(2025, 6, 30), date(2025, 1, 1))
    assert period_of(date(2026, 3, 4), regime="part2", since=date(2001, 1, 1), until=date(2030, 1, 1)) == period_of(
        date(2026, 3, 4), regime="part2"
    )


@pytest.mark.parametrize(
    ("earlier", "charge"),
    [([], False), ([date(2025, 3, 4)], False), ([date(2025, 3, 5)], True), ([date(2026, 3, 4)], True), ([date(2026, 4, 1)], False)],
)
def test_the_first_in_twelve_months_is_free(earlier, charge):
    assert may_charge(date(2026, 3, 4), earlier) is charge


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", '=HYPERLINK("http://x")'])
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert without_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Mercy", "1=1", "a-b", "'=1"])
def test_other_words_stay_as_they_are(text):
    assert without_formula(text) == text


def test_both_languages_say_everything():
    for table in (WORDS, WAYS):
        assert table["en"].keys() == table["es"].keys()
    assert {name for name in WORDS["en"] if WORDS["en"][name] == WORDS["es"][name]} == set()
