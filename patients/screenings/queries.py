"""Read what was measured, answered and tested."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from patients.compartments.queries import RIGHT_OF
from patients.episodes.queries import open_episodes_for
from patients.instruments.data import instruments, known
from patients.instruments.rules import SafetyAnswer, safety_answers, safety_questions
from patients.record.models import Patient
from patients.record.queries import locked
from patients.screenings.models import Assessment, AssessmentMode, AssessmentState, Observation, QuestionnaireAnswers
from patients.screenings.rules import NINE, PHQ9, PHQ9_TOTAL, NineProblem, calls_somebody, nine_behind

IN_ERROR = "entered-in-error"
NINE_WORDS = {
    NineProblem.MISSING: gettext_lazy("Say what question 9 of the PHQ-9 was answered with, or that it is not known."),
    NineProblem.IMPOSSIBLE: gettext_lazy("This total cannot come about with this answer to question 9. Look at the sheet again."),
}
QUESTIONS = safety_questions(instruments().values())
"""The questions about safety, under whatever another system calls them."""

Told = Observation | QuestionnaireAnswers
"""What was answered elsewhere and is told here: question by question, or as one measured fact."""


@dataclass(frozen=True)
class ScorePoint:
    """Hold one value of one score: of an assessment answered here, or of a total that was told."""

    instrument: str
    score: str
    at: datetime
    value: float
    band: str
    mode: str
    key: int


def observations_for(patient: Patient, *, kind: str = "") -> QuerySet[Observation]:
    """Return what was measured, the latest first; what was entered in error is left out."""
    found = Observation.objects.filter(patient=patient).exclude(status=IN_ERROR)
    return found.filter(kind=kind) if kind else found


def answers_for(patient: Patient) -> QuerySet[QuestionnaireAnswers]:
    """Return the questionnaires a person answered, the latest first; what was entered in error is left out."""
    return QuestionnaireAnswers.objects.filter(patient=patient).exclude(status=IN_ERROR)


def course_of_total(patient: Patient, code: str) -> QuerySet[Observation]:
    """Return the course of one recorded total, the earliest first."""
    return observations_for(patient).filter(code=code, value_number__isnull=False).order_by("observed_at", "id")


def assessments_for(patient: Patient) -> QuerySet[Assessment]:
    """Return the completed assessments of a person, the latest first; none that was entered in error."""
    return Assessment.objects.filter(patient=patient, state=AssessmentState.COMPLETE).order_by("-completed_at", "-id")


def drafts_for(patient: Patient) -> QuerySet[Assessment]:
    """Return the assessments of a person that were begun and are not complete."""
    return Assessment.objects.filter(patient=patient, state=AssessmentState.DRAFT).order_by("-started_at", "-id")


def open_to(user: User, rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Leave out what a compartment keeps from this user: to them it does not exist."""
    closed = Q()
    for told in instruments().values():
        if told.compartment:
            programs = {membership.program_id for membership in user.reach(RIGHT_OF[told.compartment])}
            closed |= Q(instrument=told.id) & ~Q(program__in=programs)
    return rows.exclude(closed) if closed else rows


def draft_of(patient: Patient, program: Program, instrument: str) -> Assessment | None:
    """Return the draft of an instrument that was begun for a person."""
    return Assessment.objects.filter(patient=patient, program=program, instrument=instrument, state=AssessmentState.DRAFT).first()


def ref_of(row: Assessment) -> str:
    """Return how an assessment is named where its answers are told."""
    return f"assessment:{row.pk}"


def alarms_in(row: Told) -> list[SafetyAnswer]:
    """Return the answers about somebody's safety that are not no, also those that cannot be read; none of what was entered in error."""
    if row.status in (IN_ERROR, "cancelled"):
        return []
    if isinstance(row, QuestionnaireAnswers):
        heard = safety_answers(QUESTIONS, row.questionnaire, row.answers)
    else:
        parts = [{"code": row.code, "value_number": row.value_number, "value_code": row.value_code, "value_text": row.value_text}]
        heard = safety_answers(QUESTIONS, "", [_as_answer(part) for part in (*parts, *row.components)])
        heard += [SafetyAnswer(PHQ9, NINE, nine_behind(row.value_number))] if row.code == PHQ9_TOTAL and not heard else []
    return [answer for answer in heard if answer.value != 0]


def nine_in_total(row: Assessment, at: datetime) -> int:
    """Return the least that question 9 was answered with behind a total of the PHQ-9; nought when nobody is to be called."""
    if row.instrument != PHQ9 or row.mode != AssessmentMode.SCORE_ONLY or row.patient.deceased_on is not None:
        return 0
    is_recent = row.completed_at is not None and calls_somebody(row.completed_at, at)
    return int(row.answers.get(NINE, nine_behind(row.total))) if is_recent else 0


def words_beside(day: str, *, only_total: int | None) -> str:
    """Return what stands beside an answer that was not given here; where only a total was told, what follows from it."""
    if only_total is None:
        return _("Answered on %(day)s, and not asked here.") % {"day": day}
    words = _("Only the total of %(day)s was told: %(total)s. Questions 1 to 8 come to 24 at most, so question 9 was not answered with no.")
    return words % {"day": day, "total": only_total}


def is_alarming_now(row: Told, patient: Patient, at: datetime) -> bool:
    """Say whether what was told about a living person calls somebody: an answer of one or more, recent enough to act on."""
    return patient.deceased_on is None and calls_somebody(answered_at_of(row), at) and any(answer.value for answer in alarms_in(row))


def answered_at_of(row: Told) -> datetime:
    """Return when a person answered."""
    return row.observed_at if isinstance(row, Observation) else row.answered_at


def program_told_by(user: User, patient: Patient) -> Program:
    """Return the program that is told of danger: the newest stay where this user records, or the one that registered the person.

    Where the user records in neither, whoever has the person in care is told all the same.
    """
    stays = [stay.program for stay in open_episodes_for(patient).select_related("program")]
    known = [*stays, patient.registered_site.program]
    return next((program for program in known if user.may(Can.RECORD_SCREENING, program_id=program.pk)), known[0])


def ref_of_told(row: Told) -> str:
    """Return how answers from elsewhere are named where they are told."""
    return f"{'observation' if isinstance(row, Observation) else 'answers'}:{row.pk}"


def locked_assessment(assessment: Assessment) -> Assessment:
    """Return an assessment as it is now, held until the transaction ends; its patient is held first, as whoever merges records does."""
    patient = locked(assessment.patient)
    row = Assessment.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=assessment.pk)
    row.patient = patient
    return row


def scores_for(patient: Patient, *, since: datetime | None = None) -> list[ScorePoint]:
    """Return every score of a person over time, the earliest first: of assessments, and of totals that were told or imported.

    What a compartment keeps apart (ACE) is no series and never among them.
    """
    begun = {"completed_at__gte": since} if since else {}
    seen = {"observed_at__gte": since} if since else {}
    rows = assessments_for(patient).filter(**begun).exclude(instrument__in=[told.id for told in instruments().values() if told.compartment])
    totals = observations_for(patient).filter(code__in=INSTRUMENT_OF_CODE, value_number__isnull=False, **seen)
    points = [*(point for row in rows for point in points_of(row)), *(_point_of(row) for row in totals)]
    return sorted(points, key=lambda point: (point.at, point.key, point.score))


def _as_answer(part: Any) -> dict[str, Any]:
    """Return a measured fact, or a part of one, as an answer to the question of its code."""
    return {
        "link_id": part.get("code", ""),
        "question": part.get("title", ""),
        "answers": [{"number": part.get("value_number"), "code": part.get("value_code"), "text": part.get("value_text")}],
    }


def points_of(row: Assessment) -> Iterable[ScorePoint]:
    """Yield the total and the parts of one assessment, those that are numbers."""
    if row.completed_at is None:
        return
    bands = {"total": row.band, **row.findings.get("bands", {})}
    named = {"total": row.total, **row.subscores}
    for name, value in named.items():
        if value is not None and not isinstance(value, bool | str | list):
            yield ScorePoint(row.instrument, name, row.completed_at, float(value), bands.get(name, ""), row.mode, row.pk)


def _codes() -> dict[str, str]:
    """Return the instrument behind each code under which a total is told."""
    found = {str(told.loinc["total"]): told.id for told in instruments().values() if told.loinc.get("total")}
    return {**found, "cows": "cows"}


INSTRUMENT_OF_CODE = _codes()
"""LOINC codes of totals, and our own code where LOINC has none, by which recorded totals belong to an instrument."""


def _point_of(row: Observation) -> ScorePoint:
    """Return a recorded total as a point of its instrument's course."""
    told = known(INSTRUMENT_OF_CODE[row.code])
    value = float(row.value_number or 0)
    bands = told.bands.get("total", ()) if told else ()
    band = next((entry["code"] for entry in bands if entry["min"] <= value <= entry["max"]), "")
    return ScorePoint(INSTRUMENT_OF_CODE[row.code], "total", row.observed_at, value, band, "recorded", row.pk)
