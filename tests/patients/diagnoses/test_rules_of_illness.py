from datetime import date, timedelta

import pytest

from patients.diagnoses.models import Criterion, Disorder, Substance
from patients.diagnoses.rules import Specifiers, disorder_of, icd_codes, suggest
from patients.diagnoses.rules.onset import Order, Span, birthday_at, in_order, span_of, untreated, which_first
from patients.diagnoses.rules.reviewing import is_looked_at_again, look_again_on
from patients.diagnoses.rules.severity import CRITERIA, Stage, counted, severity_of, stage_of, whole_months
from patients.diagnoses.rules.suggesting import SUBSTANCES, Because, _mapping, induced_code
from patients.diagnoses.rules.warning import Warned, warnings_about


@pytest.mark.parametrize(
    ("count", "severity"),
    [(None, ""), (0, ""), (1, ""), (2, "mild"), (3, "mild"), (4, "moderate"), (5, "moderate"), (6, "severe"), (11, "severe")],
)
def test_severity_follows_the_count(count, severity):
    assert severity_of(count) == severity


@pytest.mark.parametrize(
    ("criteria", "as_prescribed", "count"),
    [
        ((), False, 0),
        (CRITERIA, False, 11),
        (CRITERIA, True, 9),
        (("tolerance", "withdrawal"), False, 2),
        (("tolerance", "withdrawal"), True, 0),
        (("craving", "tolerance"), True, 1),
        (("craving", "craving", "nonsense"), False, 1),
    ],
)
def test_tolerance_and_withdrawal_of_a_prescribed_medicine_do_not_count(criteria, as_prescribed, count):
    assert counted(criteria, as_prescribed=as_prescribed) == count


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2026, 1, 15), date(2026, 4, 14), 2),
        (date(2026, 1, 15), date(2026, 4, 15), 3),
        (date(2025, 11, 30), date(2026, 2, 27), 2),
        (date(2025, 11, 30), date(2026, 2, 28), 3),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 1, 31), date(2026, 4, 30), 3),
    ],
)
def test_months_are_whole(since, today, months):
    assert whole_months(since, today) == months


@pytest.mark.parametrize(
    ("since", "stage"),
    [
        (None, None),
        (date(2026, 3, 1), Stage.NOT_YET),
        (date(2025, 12, 2), Stage.NOT_YET),
        (date(2025, 12, 1), Stage.EARLY),
        (date(2025, 3, 2), Stage.EARLY),
        (date(2025, 3, 1), Stage.SUSTAINED),
    ],
)
def test_remission_is_early_from_three_months_and_sustained_from_twelve(since, stage):
    assert stage_of(since, date(2026, 3, 1)) == stage


@pytest.mark.parametrize(
    ("found", "in_remission", "code"),
    [
        (Specifiers("opioid", criteria_count=1), False, ""),
        (Specifiers("opioid", criteria_count=2), False, "F11.10"),
        (Specifiers("opioid", criteria_count=3), True, "F11.11"),
        (Specifiers("opioid", criteria_count=4), False, "F11.20"),
        (Specifiers("opioid", criteria_count=6), False, "F11.20"),
        (Specifiers("opioid", criteria_count=6), True, "F11.21"),
        (Specifiers("opioid", criteria=CRITERIA[8:], as_prescribed=True), False, ""),
        (Specifiers("opioid", criteria=CRITERIA[6:], as_prescribed=True), False, "F11.10"),
        (Specifiers("alcohol", criteria_count=7), False, "F10.20"),
        (Specifiers("cannabis", criteria_count=2), True, "F12.11"),
        (Specifiers("sedative", criteria_count=5), False, "F13.20"),
        (Specifiers("cocaine", criteria_count=5), True, "F14.21"),
        (Specifiers("stimulant", criteria_count=3), False, "F15.10"),
        (Specifiers("tobacco", criteria_count=3), False, "Z72.0"),
        (Specifiers("tobacco", criteria_count=4), False, "F17.200"),
        (Specifiers("tobacco", criteria_count=4), True, "F17.201"),
        (Specifiers("tobacco", criteria_count=2), True, ""),
        (Specifiers("depression"), False, "F32.9"),
        (Specifiers("depression", episode="single", severity="mild"), False, "F32.0"),
        (Specifiers("depression", episode="single", severity="severe"), False, "F32.2"),
        (Specifiers("depression", episode="single", severity="severe", with_psychosis=True), False, "F32.3"),
        (Specifiers("depression", episode="single", remission_extent="partial"), True, "F32.4"),
        (Specifiers("depression", episode="single"), True, "F32.5"),
        (Specifiers("depression", episode="recurrent", severity="moderate"), False, "F33.1"),
        (Specifiers("depression", episode="recurrent", remission_extent="partial"), True, "F33.41"),
        (Specifiers("depression", episode="recurrent", remission_extent="full"), True, "F33.42"),
        (Specifiers("bipolar_1"), False, "F31.9"),
        (Specifiers("bipolar_1", pole="hypomanic", severity="severe"), False, "F31.0"),
        (Specifiers("bipolar_1", pole="manic", severity="severe"), False, "F31.13"),
        (Specifiers("bipolar_1", pole="manic", with_psychosis=True), False, "F31.2"),
        (Specifiers("bipolar_1", pole="depressed", severity="moderate"), False, "F31.32"),
        (Specifiers("bipolar_1", pole="mixed"), True, "F31.78"),
        (Specifiers("bipolar_2", pole="depressed"), False, "F31.81"),
        (Specifiers("generalized_anxiety"), False, "F41.1"),
        (Specifiers("panic"), False, "F41.0"),
        (Specifiers("social_anxiety"), False, "F40.10"),
        (Specifiers("ptsd"), False, "F43.10"),
        (Specifiers("borderline"), False, "F60.3"),
        (Specifiers(""), False, ""),
    ],
)
def test_what_was_found_suggests_a_code_of_the_classification(found, in_remission, code):
    assert suggest(found, in_remission=in_remission).code == code
    assert code in icd_codes() or not code


@pytest.mark.parametrize(
    ("disorder", "count", "code"),
    [
        ("depression", 7, "F11.24"),
        ("depression", 3, "F11.14"),
        ("panic", 7, "F11.288"),
        ("depression", None, "F11.94"),
        ("ptsd", 7, "F43.10"),
    ],
)
def test_what_a_substance_brings_about_has_the_code_of_that_substance(disorder, count, code):
    use = Specifiers("opioid", criteria_count=count)
    assert suggest(Specifiers(disorder, relation_to_use="substance_induced"), use=use).code == code


def test_without_a_use_disorder_nothing_is_called_induced():
    found = suggest(Specifiers("panic", relation_to_use="substance_induced"))
    assert (found.code, found.because) == ("F41.0", (Because.ONE_CODE,))
    assert induced_code("ptsd", Specifiers("opioid", criteria_count=6)) == ""


def test_reasons_are_given_with_the_code():
    found = suggest(Specifiers("opioid", criteria=CRITERIA[6:], as_prescribed=True), in_remission=True)
    assert found.because == (Because.CRITERIA, Because.PRESCRIBED, Because.REMISSION)
    assert suggest(Specifiers("opioid", criteria_count=1)).because == (Because.BELOW,)
    assert suggest(Specifiers("tobacco", criteria_count=2), in_remission=True).because[-1] == Because.HAS_NO_CODE


def test_every_code_of_the_table_is_in_the_classification():
    assert set(_mapping().values()) <= set(icd_codes())


@pytest.mark.parametrize(
    ("code", "disorder"),
    [
        ("F11.24", "opioid"),
        ("F19.20", "other_substance"),
        ("Z72.0", "tobacco"),
        ("F32.1", "depression"),
        ("F32.89", ""),
        ("F33.42", "depression"),
        ("F31.81", "bipolar_2"),
        ("F31.89", ""),
        ("F31.9", "bipolar_1"),
        ("F43.12", "ptsd"),
        ("F60.2", ""),
        ("Z59.00", ""),
        ("", ""),
    ],
)
def test_a_code_stands_for_a_disorder(code, disorder):
    assert disorder_of(code) == disorder


def test_rules_and_tables_use_the_same_words():
    assert Criterion.values == list(CRITERIA)
    assert set(SUBSTANCES) == set(Substance.values)
    assert set(SUBSTANCES) <= set(Disorder.values)


LOOKED = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("last_use", "due"),
    [
        (None, LOOKED + timedelta(days=90)),
        (LOOKED, LOOKED + timedelta(days=28)),
        (LOOKED - timedelta(days=27), LOOKED + timedelta(days=1)),
        (LOOKED - timedelta(days=28), LOOKED + timedelta(days=90)),
        (LOOKED - timedelta(days=400), LOOKED + timedelta(days=90)),
        (LOOKED + timedelta(days=61), LOOKED + timedelta(days=89)),
        (LOOKED + timedelta(days=62), LOOKED + timedelta(days=90)),
        (LOOKED + timedelta(days=80), LOOKED + timedelta(days=90)),
    ],
)
def test_the_day_to_look_again_is_28_days_after_use_and_90_after_looking_at_the_latest(last_use, due):
    assert look_again_on(looked_on=LOOKED, last_use_on=last_use) == due


@pytest.mark.parametrize(
    ("axis", "certainty", "course", "waits"),
    [
        ("mental_health", "provisional", "active", True),
        ("mental_health", "confirmed", "active", False),
        ("mental_health", "provisional", "resolved", False),
        ("substance_use", "provisional", "active", False),
    ],
)
def test_what_is_provisional_of_mental_health_waits(axis, certainty, course, waits):
    assert is_looked_at_again(axis=axis, certainty=certainty, course=course) is waits


BORN = date(1990, 6, 15)


@pytest.mark.parametrize(
    ("on", "age", "born", "span"),
    [
        (date(2005, 1, 1), None, BORN, Span(date(2005, 1, 1), date(2005, 1, 1))),
        (date(2005, 1, 1), None, None, Span(date(2005, 1, 1), date(2005, 1, 1))),
        (None, 15, BORN, Span(date(2005, 6, 15), date(2006, 6, 14))),
        (None, 15, None, None),
        (None, None, BORN, None),
        (None, 0, BORN, Span(BORN, date(1991, 6, 14))),
    ],
)
def test_an_age_is_a_year_of_days(on, age, born, span):
    assert span_of(on=on, age=age, born=born) == span


def test_who_was_born_on_a_leap_day_has_a_birthday_every_year():
    assert birthday_at(date(2000, 2, 29), 15) == date(2015, 3, 1)
    assert birthday_at(date(2000, 2, 29), 16) == date(2016, 2, 29)


def test_what_came_first_is_said_only_where_the_years_do_not_overlap():
    fifteen, sixteen = span_of(on=None, age=15, born=BORN), span_of(on=None, age=16, born=BORN)
    within = Span(date(2006, 1, 1), date(2006, 1, 1))
    assert which_first(fifteen, sixteen) == Order.FIRST
    assert which_first(sixteen, fifteen) == Order.SECOND
    assert which_first(fifteen, within) == Order.TOGETHER
    assert in_order([("c", sixteen), ("b", within), ("a", fifteen)]) == [["a", "b"], ["c"]]
    assert in_order([]) == []


def test_the_time_without_treatment_is_exact_only_where_both_days_are():
    day = date(2010, 6, 15)
    exact = untreated(Span(date(2008, 6, 15), date(2008, 6, 15)), day)
    assert (exact.fewest, exact.most, exact.years) == (730, 730, 2.0)
    about = untreated(span_of(on=None, age=15, born=BORN), day)
    assert (about.fewest, about.most) == (1462, 1826)
    assert untreated(None, day) is None
    assert untreated(Span(day, day), None) is None
    assert untreated(Span(day, day), day - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("found", "facts", "warned"),
    [
        (Specifiers("opioid", criteria_count=6), {}, []),
        (Specifiers("opioid", criteria_count=6), {"suggested": "F11.10"}, [Warned.CODE_DIFFERS, Warned.REASON_MISSING]),
        (Specifiers("opioid", criteria_count=6, code_reason="x"), {"suggested": "F11.10"}, [Warned.CODE_DIFFERS]),
        (Specifiers("opioid", criteria_count=1), {}, [Warned.TOO_FEW_CRITERIA]),
        (Specifiers("opioid", remission_since=date(2026, 2, 1)), {}, [Warned.NO_REMISSION_YET]),
        (Specifiers("opioid"), {"has_onset": False}, [Warned.ONSET_NOT_SAID]),
        (Specifiers("panic"), {"axis": "mental_health"}, [Warned.RELATION_NOT_SAID]),
        (Specifiers("panic", relation_to_use="unclear"), {"axis": "mental_health", "last_use_on": date(2026, 2, 2)}, [Warned.USE_OF_LATE]),
        (Specifiers("panic", relation_to_use="unclear"), {"axis": "mental_health", "last_use_on": date(2026, 2, 1)}, []),
    ],
)
def test_what_is_worth_a_second_look_stops_nobody(found, facts, warned):
    said = {"axis": "substance_use", "certainty": "provisional", "code": "F11.20", "suggested": "F11.20", "has_onset": True}
    assert warnings_about(found, today=date(2026, 3, 1), last_use_on=facts.pop("last_use_on", None), **(said | facts)) == warned
