"""Pregnancy, infections, heart, pain, and what was explained."""

from datetime import date
from decimal import Decimal

import pytest

from casemgr.core.refusals import Refused
from patients.health.actions import mark_health_fact_as_error
from patients.health.education.actions import record_education
from patients.health.heart.actions import record_electrocardiogram
from patients.health.heart.queries import electrocardiograms_of, needs_ecg, qtc_in_words
from patients.health.heart.rules import ecg_is_due
from patients.health.infections.actions import record_infection_test, record_vaccination
from patients.health.infections.queries import infection_tests_of, infections_to_screen
from patients.health.infections.rules import KnownTest, screenings_due
from patients.health.pain.actions import plan_pain_step, record_pain, score_pain
from patients.health.pain.queries import pain_series_for
from patients.health.pain.rules import changed_enough, peg_of
from patients.health.pregnancy.actions import record_pregnancy
from patients.health.pregnancy.queries import pregnancies_of, pregnancy_now
from patients.health.pregnancy.rules import linkage_due_on

TODAY = date(2026, 3, 4)
ALL = ["hiv", "hcv", "hbv", "tb"]


@pytest.mark.parametrize(
    ("tests", "due"),
    [
        ([], ALL),
        ([("hiv", "negative", date(2025, 3, 4))], ["hcv", "hbv", "tb"]),
        ([("hiv", "negative", date(2025, 3, 3))], ALL),
        ([("hiv", "positive", date(2010, 1, 1), "in_care")], ["hcv", "hbv", "tb"]),
        ([("hcv", "positive", date(2010, 1, 1), "treated")], ALL),
        ([("hcv", "pending", TODAY), ("hbv", "declined", TODAY), ("tb", "unclear", TODAY)], ALL),
        ([(name, "negative", TODAY) for name in ALL], []),
    ],
)
def test_a_status_is_known_for_a_year_and_a_lasting_one_for_good(tests, due):
    assert screenings_due([KnownTest(*test) for test in tests], TODAY) == due


@pytest.mark.parametrize(("qtc", "band"), [(449, "usual"), (450, "usual"), (451, "long"), (500, "long"), (501, "very_long")])
def test_a_qtc_is_said_in_words(qtc, band):
    code, words = qtc_in_words(qtc)
    assert code == band
    assert words


@pytest.mark.parametrize(
    ("mg", "risk", "last_on", "last_qtc", "due"),
    [
        (None, True, None, None, False),
        (Decimal(60), False, None, None, False),
        (Decimal(60), True, None, None, True),
        (Decimal(100), False, None, None, True),
        (Decimal(100), False, date(2025, 3, 4), 430, False),
        (Decimal(100), False, date(2025, 3, 3), 430, True),
        (Decimal(60), False, date(2026, 3, 1), 501, True),
    ],
)
def test_an_ecg_is_asked_for_by_risk_dose_and_age(mg, risk, last_on, last_qtc, due):
    assert ecg_is_due(methadone_mg=mg, has_risk=risk, last_on=last_on, last_qtc=last_qtc, today=TODAY) is due


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ((5, 6, 7), Decimal("6.0")),
        ((10, 10, 9), Decimal("9.7")),
        ((0, 0, 0), Decimal("0.0")),
        ((5, None, 7), None),
        ((5, 6, 11), None),
        ((5, 6), None),
    ],
)
def test_a_pain_score_needs_all_three_answers(answers, score):
    assert peg_of(answers) == score


@pytest.mark.parametrize(("before", "after", "means"), [("6.0", "4.2", True), ("6.0", "4.3", False), ("0.0", "5.0", False)])
def test_a_third_more_or_less_means_something(before, after, means):
    assert changed_enough(Decimal(before), Decimal(after)) is means


@pytest.mark.parametrize(("noted_on", "due_on"), [(TODAY, date(2026, 3, 11)), (date(2026, 1, 1), TODAY)])
def test_prenatal_care_is_arranged_within_a_week(noted_on, due_on):
    assert linkage_due_on(noted_on, TODAY) == due_on


def test_pregnancy_keeps_its_history_and_the_latest_that_stands_counts(here, by, patient):
    record_pregnancy(status="not_pregnant", noted_on=date(2026, 1, 5), known_by="test_here", **here)
    record_pregnancy(status="pregnant", noted_on=date(2026, 2, 5), known_by="test_here", due_on=date(2026, 9, 30), **here)
    wrong = record_pregnancy(status="ended", noted_on=TODAY, **here)
    mark_health_fact_as_error(fact=wrong, why="another person", **by)
    assert pregnancy_now(patient).status == "pregnant"
    assert pregnancies_of(patient).count() == 3


def test_a_due_date_belongs_to_a_pregnancy(here):
    with pytest.raises(Refused, match="due date"):
        record_pregnancy(status="not_pregnant", noted_on=TODAY, due_on=date(2026, 9, 30), **here)


def test_an_infection_test_never_says_its_result_where_it_is_named(here, by, patient):
    test = record_infection_test(infection="hiv", result="positive", tested_on=TODAY, linkage="in_care", linked_on=TODAY, **here)
    assert "ositive" not in str(test)
    assert infections_to_screen(infection_tests_of(patient), TODAY) == ["Hepatitis C", "Hepatitis B", "Tuberculosis"]
    mark_health_fact_as_error(fact=test, why="mixed up in the laboratory", **by)
    assert "HIV" in infections_to_screen(infection_tests_of(patient), TODAY)


def test_an_ecg_marked_as_an_error_does_not_count(here, by, patient):
    ecg = record_electrocardiogram(taken_on=TODAY, qtc_ms=430, risks=["syncope"], **here)
    assert not needs_ecg(list(electrocardiograms_of(patient)), Decimal(120), TODAY)
    mark_health_fact_as_error(fact=ecg, why="another person", **by)
    assert needs_ecg(list(electrocardiograms_of(patient)), Decimal(120), TODAY)


def test_pain_is_told_from_its_origin_to_the_plan(here, patient, query_count):
    record_pain(site="Lower back", origin="work_injury", injured_on=date(2012, 6, 1), first_opioid_prescriber="Emergency room", **here)
    for day, score in ((date(2026, 1, 1), Decimal("7.3")), (TODAY, Decimal("4.0"))):
        score_pain(scored_on=day, score=score, **here)
    plan_pain_step(relief="physical_therapy", words="Twice a week", since=TODAY, **here)
    with query_count(1):
        series = pain_series_for(patient, date(2025, 1, 1))
    assert [float(point["value"]) for point in series] == [7.3, 4.0]


def test_education_says_whether_it_was_said_back(here):
    education = record_education(topic="overdose", format="practice", language="es", given_on=TODAY, teach_back="said_back", **here)
    assert education.get_teach_back_display() == "Said it back"


@pytest.mark.parametrize(
    ("verb", "facts", "wrong"),
    [
        (record_pregnancy, {"status": "?", "noted_on": date(2026, 3, 5)}, {"status", "noted_on"}),
        (record_infection_test, {"infection": "flu", "result": "positive", "tested_on": TODAY}, {"infection"}),
        (
            record_infection_test,
            {"infection": "hiv", "result": "positive", "tested_on": TODAY, "linked_on": date(2026, 1, 1)},
            {"linked_on"},
        ),
        (record_vaccination, {"vaccine": "hepatitis_b", "given_on": None}, {"given_on"}),
        (record_electrocardiogram, {"taken_on": TODAY, "qtc_ms": 4500}, {"qtc_ms"}),
        (record_pain, {"site": ""}, {"site"}),
        (score_pain, {"scored_on": TODAY, "score": Decimal(11)}, {"score"}),
        (plan_pain_step, {"relief": "pills", "since": TODAY}, {"relief"}),
        (record_education, {"topic": "?", "given_on": TODAY}, {"topic"}),
    ],
)
def test_what_cannot_be_is_refused(here, fields, verb, facts, wrong):
    with pytest.raises(Refused) as refused:
        verb(**facts, **here)
    assert fields(refused) == wrong
