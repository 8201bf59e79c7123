from dataclasses import replace
from datetime import date, timedelta

import pytest

from patients.instruments.data import BrokenInstrument, instrument, instruments
from patients.instruments.rules import Direction, change_since, due_on, faults_of, instruments_asked_for

NO_TEXT = {"taps2", "dast10", "mdq", "msibpd", "isi", "whoqol_bref", "promis10", "ace", "ort_oud", "prapare"}
ADMITTED = date(2026, 1, 5)


def test_every_instrument_is_whole():
    assert [fault for told in instruments().values() for fault in faults_of(told)] == []
    assert len(instruments()) == 21
    assert list(instruments())[0] == "phq9"
    assert BrokenInstrument.__doc__


@pytest.mark.parametrize("told", instruments().values(), ids=lambda told: told.id)
def test_text_is_printed_only_where_the_license_lets_it(told):
    assert told.has_text == (told.id not in NO_TEXT)
    assert any(item.text for item in told.items) == told.has_text
    assert told.license["attribution"]
    assert not told.may_be_on_tablet or told.has_text


def test_no_tablet_asks_what_needs_somebody_at_hand():
    assert {told.id for told in instruments().values() if told.may_be_on_tablet} == {
        "phq9", "gad7", "phq2", "pcl5", "pcptsd5", "bam", "bamr", "auditc", "ahc_hrsn",
    }  # fmt: skip
    assert instrument("ace").compartment == "trauma"


def test_spanish_is_whole_where_it_is_at_hand():
    for told in instruments().values():
        if "es" in told.languages():
            spanish = told.in_language("es")
            assert all(spanish.question(item) != item.words for item in told.items)
            assert all(
                words != option.label
                for item in told.items
                for (_, words), option in zip(spanish.labels(item), item.options.options, strict=True)
            )
    assert [told.id for told in instruments().values() if "es" in told.languages()] == ["phq9", "gad7", "phq2"]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ({"items": instrument("phq9").items * 2}, "two questions have one id"),
        ({"license": {**instrument("phq9").license, "ship_item_text": False}}, "1 has a text that the license does not let us print"),
        ({"informant": "nobody"}, "unknown informant nobody"),
        ({"scoring": {"method": "algorithm", "algorithm": "x"}}, "unknown algorithm x"),
        ({"scoring": {"method": "sum", "items": ["99"]}}, "scores questions that are not there: ['99']"),
        ({"bands": {"total": ({"min": 0, "max": 3}, {"min": 5, "max": 27})}}, "the bands of total do not follow each other at 5"),
        ({"bands": {"total": ({"min": 0, "max": 3},)}}, "the bands of total do not span [0, 27]"),
    ],
)
def test_a_broken_file_is_found(spoil, fault):
    assert f"phq9: {fault}" in faults_of(replace(instrument("phq9"), **spoil))


@pytest.mark.parametrize(
    ("which", "before", "after", "direction", "reliable", "meaningful"),
    [
        ("phq9", 15, 10, "better", True, True),
        ("phq9", 15, 12, "better", True, True),
        ("phq9", 16, 13, "better", False, False),
        ("phq9", 12, 10, "better", False, False),
        ("phq9", 10, 14, "worse", False, False),
        ("phq9", 10, 15, "worse", True, True),
        ("phq9", 10, 10, "same", False, False),
        ("gad7", 12, 8, "better", True, True),
        ("gad7", 12, 9, "better", False, False),
        ("pcl5", 50, 45, "better", True, False),
        ("pcl5", 50, 40, "better", True, True),
        ("pcl5", 40, 50, "worse", True, True),
        ("isi", 20, 14, "better", True, True),
        ("cows", 20, 2, "better", False, False),
    ],
)
def test_a_change_is_judged_by_the_points_that_the_file_names(which, before, after, direction, reliable, meaningful):
    change = change_since(instrument(which), {"total": before}, {"total": after})[0]
    assert (change.direction, change.is_reliable, change.is_meaningful) == (Direction(direction), reliable, meaningful)
    assert change.points == after - before


def test_response_and_remission_are_said_where_the_file_says_how():
    change = change_since(instrument("phq9"), {"total": 12}, {"total": 4})[0]
    assert (change.is_response, change.is_remission) == (True, True)
    assert not change_since(instrument("phq9"), {"total": 4}, {"total": 3})[0].is_remission


def test_more_is_better_in_some_scores_and_what_is_missing_has_no_change():
    changes = change_since(instrument("bam"), {"use": 3, "risk": 10, "protective": 8}, {"use": 0, "risk": None, "protective": 12})
    assert [(change.score, change.direction) for change in changes] == [("use", "better"), ("protective", "better")]
    assert change_since(instrument("promis10"), {"gph_t": 40.0}, {"gph_t": 45.0})[0].is_meaningful


@pytest.mark.parametrize(
    ("which", "last", "due"),
    [
        ("phq9", None, ADMITTED),
        ("phq9", ADMITTED, ADMITTED + timedelta(days=30)),
        ("phq9", ADMITTED - timedelta(days=400), ADMITTED),
        ("pcl5", None, None),
        ("pcl5", ADMITTED, ADMITTED + timedelta(days=30)),
        ("cssrs_screener", None, ADMITTED),
        ("cssrs_screener", ADMITTED, None),
        ("cows", None, None),
        ("ahc_hrsn", ADMITTED, ADMITTED + timedelta(days=180)),
        ("ort_oud", None, None),
    ],
)
def test_what_is_due_follows_from_the_file(which, last, due):
    assert due_on(instrument(which), last_on=last, admitted_on=ADMITTED) == due


def test_one_instrument_asks_for_the_next():
    assert instruments_asked_for(instrument("phq9"), {"9": 1}, {}) == ("cssrs_screener",)
    assert instruments_asked_for(instrument("phq9"), {"9": 0}, {}) == ()
    assert instruments_asked_for(instrument("phq2"), {}, {"total": 3}) == ("phq9",)
    assert instruments_asked_for(instrument("pcptsd5"), {}, {"total": 2}) == ()
