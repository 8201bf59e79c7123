"""Begin an assessment, take answers one by one, complete it; the only writer of assessments."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Denied, Reason, Refused
from patients.compartments.queries import RIGHT_OF
from patients.instruments.data import known
from patients.instruments.rules import AnswerProblem, Instrument, Problem, Result, problem_of, score, score_of_total, takes_a_total
from patients.record.models import Patient
from patients.record.queries import locked
from patients.safety.actions import note_answer, note_screener, withdraw_screener
from patients.screenings.assessing.rules import barriers_in, is_one_sitting
from patients.screenings.models import Assessment, AssessmentMode, AssessmentState
from patients.screenings.queries import NINE_WORDS, draft_of, locked_assessment, nine_in_total, ref_of, words_beside
from patients.screenings.rules import NINE, PHQ9, nine_known, nine_problem
from patients.world.actions import record_barrier
from patients.world.models import Barrier

LONGEST_REASON = 200
CSSRS = "cssrs_screener"
"""The screener whose result stands on an open concern for somebody's safety."""


@action(Can.RECORD_SCREENING)
def start_assessment(
    *, patient: Patient, program: Program, instrument: str, by: User, at: datetime, language: str = "en", mode: str = AssessmentMode.STAFF
) -> Assessment:
    """Begin an instrument; a draft of the same sitting is gone on with, an older one is cancelled first and says so."""
    told = _open_to(by, program, instrument)
    if not told.items:
        raise Refused(Reason(_("The answers to this instrument come from partners; it is not asked here."), field="instrument"))
    row = locked(patient)
    begun = draft_of(row, program, instrument)
    if begun is not None and is_one_sitting(started_at=begun.started_at, at=at):
        return begun
    if begun is not None:
        day = begun.started_at.astimezone(program.zone).date().isoformat()
        _end(begun, AssessmentState.CANCELLED, _("Not finished on %(day)s.") % {"day": day}, by=by, at=at)
    return Assessment.objects.create(
        patient=row,
        program=program,
        instrument=told.id,
        version=told.version,
        language=language if language in told.languages() else "en",
        mode=mode,
        started_at=at,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.RECORD_SCREENING)
def save_answers(*, assessment: Assessment, answers: Mapping[str, Any], by: User, at: datetime, alone: bool = False) -> Assessment:
    """Keep answers to a draft; None takes one back. An answer that asks for safety is told in the same transaction."""
    row = _draft(assessment, by)
    told = _instrument_of(row)
    problems = [problem for item, given in answers.items() if (problem := problem_of(told, item, given)) is not None]
    if problems:
        raise Refused(*(_reason_of(told, problem) for problem in problems))
    before = row.answers
    changed = {item: given for item, given in answers.items() if before.get(item) != given}
    if changed:
        row.answers = {item: given for item, given in {**row.answers, **changed}.items() if given not in (None, [])}
        row.answered_alone = sorted((set(row.answered_alone) - set(changed)) | (set(changed) & set(row.answers) if alone else set()))
        row.mode = AssessmentMode.TABLET if row.answered_alone else AssessmentMode.STAFF
        row.save(update_fields=["answers", "answered_alone", "mode"])
    for item in told.use.get("safety_items", ()):
        given = answers.get(item)
        if (item in changed and (given or before.get(item))) or (alone and given):
            note_answer(
                patient=row.patient,
                program=row.program,
                instrument=told.id,
                item=item,
                answer=given,
                assessment_ref=ref_of(row),
                by=by,
                at=at,
                alone=alone,
            )
    return row


@action(Can.RECORD_SCREENING)
def complete_assessment(*, assessment: Assessment, by: User, at: datetime) -> Assessment:
    """Complete an assessment and score it; what is missing is named, and nothing is scored without it."""
    row = _draft(assessment, by)
    told = _instrument_of(row)
    result = score(told, row.answers, sex=row.patient.sex)
    if not result.is_complete:
        raise Refused(*(_reason_of(told, problem) for problem in result.problems), *_reasons_for_missing(told, result))
    _write_down(row, result)
    row.state, row.completed_at = AssessmentState.COMPLETE, at
    row.save()
    if told.id == CSSRS:
        note_screener(patient=row.patient, program=row.program, result=row.band, assessment_ref=ref_of(row), by=by, at=at)
    return row


@action(Can.RECORD_SCREENING)
def record_total(
    *,
    patient: Patient,
    program: Program,
    instrument: str,
    total: Decimal | int | None,
    answered_at: datetime,
    by: User,
    at: datetime,
    nine: str = "",
) -> Assessment:
    """Record the total of an instrument that was answered and added up elsewhere.

    Beside a total of the PHQ-9 stands what question 9 was answered with; a yes calls somebody as if it were given here.
    """
    told = _open_to(by, program, instrument)
    if reasons := [*_against_total(told, total, at - answered_at), *_against_nine(told, total, nine)]:
        raise Refused(*reasons)
    known_nine = nine_known(nine) if told.id == PHQ9 else None
    answers = {} if known_nine is None else {NINE: known_nine}
    row = Assessment(
        patient=patient,
        program=program,
        instrument=told.id,
        version=told.version,
        state=AssessmentState.COMPLETE,
        mode=AssessmentMode.SCORE_ONLY,
        started_at=answered_at,
        completed_at=answered_at,
        answers=answers,
        recorded_at=at,
        recorded_by=by,
    )
    _write_down(row, score_of_total(told, int(total or 0), sex=patient.sex, given=answers))
    row.save(force_insert=True)
    _tell_of_total(row, by=by, at=at)
    return row


@action(Can.RECORD_SCREENING)
def cancel_assessment(*, assessment: Assessment, reason: str, by: User, at: datetime) -> Assessment:
    """Cancel a draft, saying why; the answers so far stay on the record."""
    return _end(_draft(assessment, by), AssessmentState.CANCELLED, reason, by=by, at=at)


@action(Can.RECORD_SCREENING)
def mark_assessment_in_error(*, assessment: Assessment, reason: str, by: User, at: datetime) -> Assessment:
    """Mark a completed assessment as entered in error, saying why; it is not changed, and no list counts it any more.

    The result of a C-SSRS goes from the open concern with it.
    """
    row = locked_assessment(assessment)
    _may_open(by, row)
    if row.state != AssessmentState.COMPLETE:
        raise Refused(_("Only a completed assessment is marked as entered in error; a draft is cancelled."))
    ended = _end(row, AssessmentState.IN_ERROR, reason, by=by, at=at)
    if row.instrument == CSSRS:
        withdraw_screener(patient=row.patient, program=row.program, assessment_ref=ref_of(row), by=by, at=at)
    return ended


def _end(row: Assessment, state: AssessmentState, reason: str, *, by: User, at: datetime) -> Assessment:
    """End an assessment with its reason."""
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Refused(Reason(_("Say why, in at most 200 characters."), field="reason"))
    row.state, row.reason, row.ended_at, row.ended_by = state, words, at, by
    row.save(update_fields=["state", "reason", "ended_at", "ended_by"])
    return row


def _tell_of_total(row: Assessment, *, by: User, at: datetime) -> None:
    """Tell of the yes to question 9 that stands beside a total of the PHQ-9 or follows from it, while it is recent enough to act on."""
    if (nine := nine_in_total(row, at)) == 0:
        return
    day = (row.completed_at or at).astimezone(row.program.zone).date().isoformat()
    words = words_beside(day, only_total=None if row.answers else int(row.total or 0))
    said: dict[str, Any] = {"instrument": PHQ9, "item": NINE, "answer": nine, "assessment_ref": ref_of(row), "words": words}
    note_answer(patient=row.patient, program=row.program, **said, by=by, at=at)


def _write_down(row: Assessment, result: Result) -> None:
    """Write on the row what its answers come to."""
    row.total = None if result.total is None else Decimal(str(result.total))
    row.band = result.band
    row.subscores = dict(result.subscores)
    row.findings = {
        "bands": dict(result.bands),
        "derived": dict(result.derived),
        "positive": list(result.positive),
        "alerts": list(result.alerts),
    }


@action(Can.RECORD_WORLD)
def take_need_over(*, assessment: Assessment, need: str, by: User, at: datetime) -> Barrier:
    """Write a need that a completed questionnaire found among the person's barriers; whoever reacts to barriers proposes the task."""
    row = locked_assessment(assessment)
    if row.state != AssessmentState.COMPLETE:
        raise Refused(_("Complete the questionnaire first. A need is taken over from its result."), code="not_complete")
    kind = dict(barriers_in(row.subscores.get("needs"))).get(need)
    if kind is None:
        raise Refused(Reason(_("This questionnaire did not find this need."), field="need", code="no_such_need"))
    on = (row.completed_at or at).astimezone(row.program.zone).date()
    source = row.told.short_name if row.told else row.instrument
    facts: dict[str, Any] = {"kind": kind, "since": on, "from_questionnaire": source}
    return record_barrier(patient=row.patient, program=row.program, by=by, at=at, **facts)


def _draft(assessment: Assessment, by: User) -> Assessment:
    """Return a draft as it is now, held until the transaction ends."""
    row = locked_assessment(assessment)
    _may_open(by, row)
    if not row.is_draft:
        raise Refused(_("This assessment is finished and stays as it is. Begin a new one, or mark it as entered in error."))
    return row


def _instrument_of(row: Assessment) -> Instrument:
    """Return the instrument of an assessment."""
    told = known(row.instrument)
    if told is None:
        raise Refused(_("This instrument is not known here any more."))
    return told


def _open_to(by: User, program: Program, instrument: str) -> Instrument:
    """Return an instrument that this user may ask in this program."""
    told = known(instrument)
    if told is None:
        raise Refused(Reason(_("Choose the instrument."), field="instrument"))
    if told.compartment and not by.may(RIGHT_OF[told.compartment], program_id=program.pk):
        raise Denied(RIGHT_OF[told.compartment])
    return told


def _against_total(told: Instrument, total: Decimal | int | None, age: timedelta) -> list[Reason]:
    """Return in sentences what is missing or impossible in a total of this age."""
    if not takes_a_total(told) or told.range is None:
        return [Reason(_("This instrument has no total; enter its answers."), field="instrument")]
    lowest, highest = told.range
    span = _("This total goes from %(lowest)s to %(highest)s.") % {"lowest": lowest, "highest": highest}
    checks = (
        (total is None, "total", _("Enter the total.")),
        (total is not None and not lowest <= total <= highest, "total", span),
        (total is not None and total != int(total), "total", _("This total is a whole number.")),
        (age < timedelta(0), "answered_at", _("The moment lies in the future.")),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def _against_nine(told: Instrument, total: Decimal | int | None, nine: str) -> list[Reason]:
    """Return in a sentence what is wrong with question 9 beside a total of the PHQ-9."""
    problem = nine_problem(total=total, nine=nine) if told.id == PHQ9 and total is not None else None
    return [Reason(str(NINE_WORDS[problem]), field="nine", code=problem)] if problem else []


def _may_open(by: User, row: Assessment) -> None:
    """Stop whoever may not open the compartment in which an instrument is kept."""
    told = known(row.instrument)
    if told is not None and told.compartment and not by.may(RIGHT_OF[told.compartment], program_id=row.program_id):
        raise Denied(RIGHT_OF[told.compartment])


def _reason_of(told: Instrument, problem: Problem) -> Reason:
    """Say in a sentence what is wrong with an answer."""
    words = {
        AnswerProblem.UNKNOWN_ITEM: _("This instrument has no question %(item)s."),
        AnswerProblem.NOT_AN_OPTION: _("Question %(item)s cannot be answered like this."),
        AnswerProblem.CONTRADICTS_ITSELF: _("Question %(item)s: “none of the above” stands alone."),
    }
    return Reason(words[problem.code] % {"item": problem.item}, field=f"item_{problem.item}", code=problem.code)


def _reasons_for_missing(told: Instrument, result: Result) -> list[Reason]:
    """Name each question that is still open."""
    said = _("Answer question %(item)s. A total is never made up from a missing answer.")
    return [Reason(said % {"item": item}, field=f"item_{item}", code="missing") for item in result.missing]
