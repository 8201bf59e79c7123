from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction

from casemgr.core.refusals import Denied, Refused
from patients.safety.queries import open_concerns_for
from patients.screenings.actions import record_observation
from patients.screenings.assessing.actions import (
    cancel_assessment,
    complete_assessment,
    mark_assessment_in_error,
    record_total,
    save_answers,
    start_assessment,
)
from patients.screenings.models import Assessment
from patients.screenings.queries import assessments_for, drafts_for, scores_for

PHQ9 = {str(number): 1 for number in range(1, 9)} | {"9": 0}
BAM = {str(number): 0 for number in (*range(1, 7), *range(8, 17))}


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.staff["therapist"], "at": now}


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def begin(clinic, patient, by):
    return lambda instrument="phq9", **more: start_assessment(
        patient=patient, program=clinic.program, instrument=instrument, **{**by, **more}
    )


def test_a_draft_has_no_score_until_it_is_complete(begin, by, patient):
    draft = begin()
    save_answers(assessment=draft, answers={"1": 2}, **by)
    draft.refresh_from_db()
    assert (draft.state, draft.answers, draft.total, draft.band) == ("draft", {"1": 2}, None, "")
    with pytest.raises(Refused) as refused:
        complete_assessment(assessment=draft, **by)
    assert [reason.field for reason in refused.value.reasons] == [f"item_{number}" for number in range(2, 10)]
    save_answers(assessment=draft, answers=PHQ9, **by)
    complete_assessment(assessment=draft, **by)
    draft.refresh_from_db()
    assert (draft.state, draft.total, draft.band, draft.completed_at) == ("complete", Decimal("8.0"), "mild", by["at"])
    assert list(assessments_for(patient)) == [draft]
    assert not drafts_for(patient).exists()


def test_beginning_again_goes_on_with_the_draft(begin):
    assert begin().pk == begin().pk
    assert begin("gad7").pk != begin().pk


def test_answers_of_another_sitting_are_not_mixed_into_todays(begin, by, patient, clinic):
    then = {**by, "at": by["at"] - timedelta(hours=24)}
    old = begin(at=then["at"])
    save_answers(assessment=old, answers=PHQ9, **then)
    assert begin().pk == old.pk, "the same sitting, a day at most"
    new = begin(at=by["at"] + timedelta(minutes=1))
    old.refresh_from_db()
    assert (old.state, old.reason, old.ended_by, old.answers) == ("cancelled", "Not finished on 2026-03-03.", by["by"], PHQ9)
    assert (new.pk != old.pk, new.answers, list(drafts_for(patient))) == (True, {}, [new])


def test_an_impossible_answer_is_refused_and_nothing_kept(begin, by):
    draft = begin("cows")
    with pytest.raises(Refused) as refused:
        save_answers(assessment=draft, answers={"1": 3, "2": 4, "12": 0}, **by)
    assert {reason.field for reason in refused.value.reasons} == {"item_1", "item_12"}
    draft.refresh_from_db()
    assert draft.answers == {}


def test_an_answer_can_be_taken_back_and_who_gave_it_is_known(begin, by):
    draft = begin()
    save_answers(assessment=draft, answers={"1": 2, "2": 0}, alone=True, **by)
    draft = save_answers(assessment=draft, answers={"1": None, "3": 1}, **by)
    assert (draft.answers, draft.answered_alone, draft.mode) == ({"2": 0, "3": 1}, ["2"], "tablet")


def test_what_is_complete_stays_and_can_only_be_marked(begin, by, patient):
    draft = begin()
    save_answers(assessment=draft, answers=PHQ9, **by)
    done = complete_assessment(assessment=draft, **by)
    for verb, more in ((save_answers, {"answers": {"1": 3}}), (complete_assessment, {}), (cancel_assessment, {"reason": "x"})):
        with pytest.raises(Refused):
            verb(assessment=done, **more, **by)
    for change in ({"answers": {"1": 3}}, {"total": 3}, {"state": "draft", "completed_at": None}):
        with pytest.raises(Error), transaction.atomic():
            Assessment.objects.filter(pk=done.pk).update(**change)
    with pytest.raises(Refused) as refused:
        mark_assessment_in_error(assessment=done, reason=" ", **by)
    assert refused.value.reasons[0].field == "reason"
    mark_assessment_in_error(assessment=done, reason="Another person's answers", **by)
    done.refresh_from_db()
    assert (done.state, done.total, done.ended_by) == ("entered_in_error", Decimal(8), by["by"])
    assert not assessments_for(patient).exists()
    with pytest.raises(Error), transaction.atomic():
        done.delete()


def test_a_draft_is_cancelled_with_a_reason(begin, by):
    draft = begin()
    with pytest.raises(Refused):
        mark_assessment_in_error(assessment=draft, reason="x", **by)
    cancel_assessment(assessment=draft, reason="Called away", **by)
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("cancelled", "Called away")
    assert begin().pk != draft.pk


@pytest.mark.parametrize(
    ("instrument", "total", "field"),
    [
        ("isi", 29, "total"),
        ("isi", None, "total"),
        ("isi", Decimal("7.5"), "total"),
        ("bam", 3, "instrument"),
        ("nothing", 3, "instrument"),
    ],
)
def test_a_total_alone_is_checked_like_any_other(clinic, patient, by, instrument, total, field):
    with pytest.raises(Refused) as refused:
        record_total(patient=patient, program=clinic.program, instrument=instrument, total=total, answered_at=by["at"], **by)
    assert refused.value.reasons[0].field == field


@pytest.mark.parametrize(
    ("total", "nine", "days", "answer"),
    [(25, "not_known", 0, 1), (27, "not_known", 0, 3), (24, "not_known", 0, None), (24, "0", 0, None), (4, "2", 30, 2), (4, "2", 31, None)],
)
def test_the_question_about_safety_behind_a_total_calls_as_if_it_were_asked_here(clinic, patient, by, total, nine, days, answer):
    facts = {"patient": patient, "program": clinic.program, "instrument": "phq9", "total": total, "nine": nine}
    row = record_total(**facts, answered_at=by["at"] - timedelta(days=days), **by)
    said = [signal for concern in open_concerns_for(patient) for signal in concern.signals.all()]
    assert [(signal.item, signal.answer, signal.ref) for signal in said] == ([("9", answer, f"assessment:{row.pk}")] if answer else [])


@pytest.mark.parametrize(("total", "nine"), [(25, ""), (25, "0"), (26, "1"), (2, "3"), (5, "4")])
def test_a_total_of_the_phq_9_says_what_question_nine_was_answered_with(clinic, patient, by, total, nine):
    facts = {"patient": patient, "program": clinic.program, "instrument": "phq9", "total": total, "nine": nine}
    with pytest.raises(Refused) as refused:
        record_total(**facts, answered_at=by["at"], **by)
    assert [reason.field for reason in refused.value.reasons] == ["nine"]


def test_a_total_alone_has_its_band(clinic, patient, by):
    row = record_total(patient=patient, program=clinic.program, instrument="isi", total=15, answered_at=by["at"] - timedelta(days=1), **by)
    assert (row.mode, row.total, row.band, row.findings["positive"]) == ("score_only", Decimal(15), "moderate", ["clinical_insomnia"])


def test_childhood_is_asked_by_those_who_may_open_the_trauma_compartment(clinic, patient, begin, by, now):
    with pytest.raises(Denied):
        begin("ace", by=clinic.staff["case_manager"])
    with pytest.raises(Denied):
        record_total(patient=patient, program=clinic.program, instrument="ace", total=3, answered_at=now, by=clinic.staff["nurse"], at=now)
    draft = begin("ace")
    with pytest.raises(Denied):
        save_answers(assessment=draft, answers={"1": 1}, by=clinic.staff["nurse"], at=now)
    assert not draft.answers


def test_what_partners_score_is_not_asked_here(begin):
    with pytest.raises(Refused):
        begin("prapare")


def test_front_desk_asks_nothing(clinic, begin):
    with pytest.raises(Denied):
        begin(by=clinic.front_desk)


def test_the_course_has_assessments_and_told_totals_in_one_line(clinic, patient, begin, by, now, query_count):
    record_observation(
        patient=patient, kind="survey", code="44261-6", title="PHQ-9", value_number=Decimal(18), observed_at=now - timedelta(days=30), **by
    )
    draft = begin("bam")
    save_answers(assessment=draft, answers=BAM, **by)
    complete_assessment(assessment=draft, **by)
    record_total(patient=patient, program=clinic.program, instrument="ace", total=4, answered_at=now, **by)
    with query_count(2):
        points = [(point.instrument, point.score, point.value, point.band) for point in scores_for(patient)]
    assert points == [
        ("phq9", "total", 18, "moderately_severe"),
        ("bam", "protective", 0, "low"),
        ("bam", "risk", 0, "lower"),
        ("bam", "use", 0, "none"),
    ]
    assert len(scores_for(patient, since=now - timedelta(days=1))) == 3


def test_answering_is_cheap(begin, by, query_count):
    draft = begin()
    assert by["by"].current_memberships
    with query_count(7):
        save_answers(assessment=draft, answers=PHQ9, **by)
    with query_count(7):
        complete_assessment(assessment=draft, **by)


def test_a_yes_counts_while_it_is_a_draft_and_only_once(begin, by, patient):
    draft = begin()
    save_answers(assessment=draft, answers={"9": 1}, alone=True, **by)
    save_answers(assessment=draft, answers={"9": 1, "8": 0}, **by)
    concern = open_concerns_for(patient).get()
    assert [(row.instrument, row.item, row.answer) for row in concern.signals.all()] == [("phq9", "9", 1)]
    cssrs = begin("cssrs_screener")
    save_answers(assessment=cssrs, answers={"1": 1, "2": 0, "6": 0}, **by)
    complete_assessment(assessment=cssrs, **by)
    concern.refresh_from_db()
    assert (concern.screener_result, concern.screener_ref) == ("low", f"assessment:{cssrs.pk}")
    mark_assessment_in_error(assessment=cssrs, reason="Another person's answers", **by)
    concern.refresh_from_db()
    assert (concern.is_open, concern.screener_result, concern.screener_ref) == (True, "", "")


def test_an_answer_that_asks_for_nothing_raises_nothing(begin, by, patient):
    save_answers(assessment=begin(), answers=PHQ9, **by)
    save_answers(assessment=begin("gad7"), answers={"1": 3}, **by)
    assert not open_concerns_for(patient).exists()
