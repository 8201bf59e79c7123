"""Read what was measured, answered and tested."""

from django.db.models import QuerySet

from patients.record.models import Patient
from patients.screenings.models import Observation, QuestionnaireAnswers

IN_ERROR = "entered-in-error"


def observations_for(patient: Patient, *, kind: str = "") -> QuerySet[Observation]:
    """Return what was measured, the latest first; what was entered in error is left out."""
    found = Observation.objects.filter(patient=patient).exclude(status=IN_ERROR)
    return found.filter(kind=kind) if kind else found


def answers_for(patient: Patient) -> QuerySet[QuestionnaireAnswers]:
    """Return the questionnaires a person answered, the latest first; what was entered in error is left out."""
    return QuestionnaireAnswers.objects.filter(patient=patient).exclude(status=IN_ERROR)


def scores_for(patient: Patient, code: str) -> QuerySet[Observation]:
    """Return the course of one score, the earliest first."""
    return observations_for(patient).filter(code=code, value_number__isnull=False).order_by("observed_at", "id")
