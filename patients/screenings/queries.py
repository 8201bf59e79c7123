"""Read what was measured, answered and tested."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import Program, User
from patients.compartments.queries import RIGHT_OF
from patients.instruments.data import instruments, known
from patients.record.models import Patient
from patients.record.queries import locked
from patients.screenings.models import Assessment, AssessmentState, Observation, QuestionnaireAnswers

IN_ERROR = "entered-in-error"


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
