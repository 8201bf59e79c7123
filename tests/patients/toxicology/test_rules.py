from datetime import date
from decimal import Decimal

import pytest

from patients.diagnoses.models import Substance
from patients.health.medications.rules import BENZODIAZEPINES, OPIOID_ANALGESICS
from patients.toxicology.models import Analyte, HowItReads
from patients.toxicology.rules.analytes import METABOLITE_OF, TRACE_OF, analyte_of, code_of, explained_by
from patients.toxicology.rules.frequency import random_tests, year_before
from patients.toxicology.rules.reading import Finding, Prescribed, Reading, expected_of, read, review_due_on, to_confirm
from patients.toxicology.rules.validity import Doubt, doubts_about, to_look_into

METHADONE = Prescribed(frozenset({"methadone", "eddp"}))
BUPRENORPHINE = Prescribed(frozenset({"buprenorphine", "norbuprenorphine"}))
NALTREXONE = Prescribed(frozenset({"naltrexone"}))
NOTHING = Prescribed()
NO_ANALYTE = {"tramadol", "tapentadol", "meperidine"}
"""Opioid analgesics that no analyte of ours finds."""


def readings(prescribed, *rows):
    found = read([Finding(*(row if len(row) == 3 else (row[0], "screen", row[1]))) for row in rows], prescribed)
    return [found[row[0], row[1] if len(row) == 3 else "screen"].value for row in rows]


@pytest.mark.parametrize(
    ("prescribed", "rows", "expected"),
    [
        (METHADONE, [("methadone", "positive"), ("eddp", "positive")], ["as_expected", "as_expected"]),
        (METHADONE, [("methadone", "positive"), ("eddp", "negative")], ["without_metabolite", "as_expected"]),
        (METHADONE, [("methadone", "negative"), ("eddp", "positive")], ["as_expected", "as_expected"]),
        (METHADONE, [("methadone", "negative"), ("eddp", "negative")], ["unexpected_negative", "unexpected_negative"]),
        (METHADONE, [("methadone", "positive")], ["as_expected"]),
        (METHADONE, [("eddp", "negative")], ["unexpected_negative"]),
        (METHADONE, [("buprenorphine", "positive")], ["unexpected_positive"]),
        (BUPRENORPHINE, [("buprenorphine", "positive"), ("norbuprenorphine", "positive")], ["as_expected", "as_expected"]),
        (BUPRENORPHINE, [("buprenorphine", "positive"), ("norbuprenorphine", "negative")], ["without_metabolite", "as_expected"]),
        (BUPRENORPHINE, [("buprenorphine", "negative"), ("norbuprenorphine", "negative")], ["unexpected_negative"] * 2),
        (BUPRENORPHINE, [("methadone", "positive"), ("eddp", "positive")], ["unexpected_positive", "unexpected_positive"]),
        (NALTREXONE, [("naltrexone", "positive"), ("heroin", "positive")], ["as_expected", "unexpected_positive"]),
        (NALTREXONE, [("naltrexone", "negative")], ["unexpected_negative"]),
        (NOTHING, [("methadone", "negative"), ("fentanyl", "negative")], ["as_expected", "as_expected"]),
        (NOTHING, [("fentanyl", "positive"), ("norfentanyl", "positive")], ["unexpected_positive", "unexpected_positive"]),
        (NOTHING, [("alcohol", "positive"), ("xylazine", "positive")], ["unexpected_positive", "unexpected_positive"]),
        (NOTHING, [("fentanyl", "invalid")], ["not_read"]),
        (METHADONE, [("methadone", "invalid"), ("eddp", "positive")], ["not_read", "as_expected"]),
        (METHADONE, [("methadone", "positive"), ("eddp", "invalid")], ["as_expected", "not_read"]),
        (Prescribed(explained=frozenset({"benzodiazepines"})), [("benzodiazepines", "positive")], ["as_expected"]),
        (Prescribed(explained=frozenset({"benzodiazepines"})), [("benzodiazepines", "negative")], ["as_expected"]),
        (NOTHING, [("fentanyl", "screen", "positive"), ("fentanyl", "confirm", "negative")], ["not_confirmed", "as_expected"]),
        (NOTHING, [("fentanyl", "screen", "positive"), ("fentanyl", "confirm", "positive")], ["unexpected_positive"] * 2),
        (METHADONE, [("methadone", "screen", "negative"), ("methadone", "confirm", "positive")], ["not_confirmed", "as_expected"]),
        (NOTHING, [("fentanyl", "screen", "positive"), ("fentanyl", "confirm", "invalid")], ["unexpected_positive", "not_read"]),
        (
            METHADONE,
            [("methadone", "screen", "positive"), ("eddp", "screen", "negative"), ("eddp", "confirm", "positive")],
            ["as_expected", "not_confirmed", "as_expected"],
        ),
    ],
)
def test_a_result_reads_by_what_is_prescribed(prescribed, rows, expected):
    assert readings(prescribed, *rows) == expected


def test_only_what_rests_on_a_screen_is_to_be_confirmed():
    rows = [
        Finding("fentanyl", "screen", "positive"),
        Finding("cocaine", "screen", "positive"),
        Finding("cocaine", "confirm", "positive"),
        Finding("methadone", "screen", "positive"),
        Finding("heroin", "screen", "invalid"),
    ]
    assert to_confirm(rows, read(rows, METHADONE)) == ["fentanyl"]


@pytest.mark.parametrize(
    ("last_dose", "collected", "found"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), {"methadone", "eddp"}),
        (date(2026, 3, 1), date(2026, 3, 4), {"methadone", "eddp"}),
        (date(2026, 3, 1), date(2026, 3, 5), set()),
        (None, date(2026, 3, 5), set()),
    ],
)
def test_a_dose_that_was_missed_is_not_expected_to_show(last_dose, collected, found):
    assert expected_of({"methadone": last_dose}, collected) == found


def test_each_medication_given_brings_its_own_traces():
    day = date(2026, 3, 1)
    assert expected_of({"buprenorphine": day, "naltrexone": day}, day) == {"buprenorphine", "norbuprenorphine", "naltrexone"}
    assert expected_of({"something else": day}, day) == set()


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (["Clonazepam 0.5 MG Oral Tablet"], {"benzodiazepines"}),
        (["Lisdexamfetamine 30 MG"], {"amphetamines"}),
        (["oxycodone / acetaminophen"], {"oxycodone", "opiates"}),
        (["Xanax 1 mg at night"], {"benzodiazepines"}),
        (["Suboxone film"], {"buprenorphine", "norbuprenorphine"}),
        (["Sertraline 50 MG, dose to confirm"], set()),
        ([], set()),
    ],
)
def test_other_medicines_explain_what_they_leave_behind(titles, found):
    assert explained_by(titles) == found


@pytest.mark.parametrize("name", sorted({*BENZODIAZEPINES, *OPIOID_ANALGESICS} - NO_ANALYTE))
def test_a_medicine_of_which_the_prescriber_is_warned_explains_what_it_leaves_behind(name):
    assert explained_by([f"{name} 5 mg"]) & {"benzodiazepines", "opiates", "oxycodone", "fentanyl"}


@pytest.mark.parametrize(
    ("analyte", "method", "specimen", "code"),
    [
        ("methadone", "screen", "urine", "19550-3"),
        ("methadone", "confirm", "urine", "16199-2"),
        ("eddp", "confirm", "urine", "58428-4"),
        ("norfentanyl", "screen", "urine", "43199-9"),
        ("cocaine", "screen", "urine", "14314-9"),
        ("cocaine", "confirm", "urine", "3393-6"),
        ("xylazine", "screen", "urine", ""),
        ("naltrexone", "screen", "urine", ""),
        ("methadone", "screen", "oral_fluid", ""),
    ],
)
def test_a_test_of_urine_has_its_loinc_code_where_there_is_one(analyte, method, specimen, code):
    assert code_of(analyte, method, specimen) == code


def test_a_code_leads_back_to_what_it_looks_for():
    assert analyte_of("40839-3") == ("fentanyl", "confirm")
    assert analyte_of("1-1") is None


def test_the_words_of_rules_and_tables_are_the_same():
    assert set(Reading) == set(HowItReads.values)
    assert set(TRACE_OF) | set(METABOLITE_OF) | set(METABOLITE_OF.values()) <= set(Analyte.values)
    assert set(TRACE_OF.values()) <= set(Substance.values)


@pytest.mark.parametrize(
    ("temperature", "creatinine", "doubts", "look"),
    [
        (None, None, [], False),
        ("90", "20", [], False),
        ("100", "20", [], False),
        ("89.9", None, [Doubt.TEMPERATURE], True),
        ("100.1", None, [Doubt.TEMPERATURE], True),
        (None, "19.9", [Doubt.DILUTE], False),
        (None, "2", [Doubt.DILUTE], False),
        (None, "1.9", [Doubt.NOT_LIKE_URINE], True),
        ("80", "1", [Doubt.TEMPERATURE, Doubt.NOT_LIKE_URINE], True),
    ],
)
def test_a_specimen_is_doubted_at_the_edges(temperature, creatinine, doubts, look):
    numbers = {"temperature_f": Decimal(temperature) if temperature else None, "creatinine": Decimal(creatinine) if creatinine else None}
    assert doubts_about(specimen="urine", **numbers) == doubts
    assert to_look_into(doubts) is look
    assert doubts_about(specimen="oral_fluid", **numbers) == []


def test_an_unexpected_result_is_talked_about_within_three_days():
    assert review_due_on(date(2026, 2, 27)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("taken", "since", "by_now", "behind"),
    [
        (0, None, 0, False),
        (0, date(2026, 3, 2), 0, False),
        (0, date(2026, 3, 1), 0, False),
        (0, date(2026, 1, 15), 1, True),
        (1, date(2026, 1, 15), 1, False),
        (7, date(2025, 3, 2), 8, True),
        (8, date(2020, 1, 1), 8, False),
    ],
)
def test_random_tests_are_counted_pro_rata(taken, since, by_now, behind):
    found = random_tests(taken=taken, in_care_since=since, today=date(2026, 3, 1))
    assert (found.taken, found.by_now, found.a_year, found.is_behind) == (taken, by_now, 8, behind)


def test_the_year_ends_today():
    assert year_before(date(2026, 3, 1)) == date(2025, 3, 2)
