"""Read pain, its score over time, and the plan against it."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.record.models import Patient


def pains_of(patient: Patient) -> QuerySet[PainProblem]:
    """Return every lasting pain."""
    return PainProblem.objects.filter(patient=patient).select_related("recorded_by").order_by("-until", "site", "pk")


def pain_scores_of(patient: Patient) -> QuerySet[PainScore]:
    """Return the scores, the latest first."""
    return PainScore.objects.filter(patient=patient).select_related("recorded_by").order_by("-scored_on", "-pk")


def pain_steps_of(patient: Patient) -> QuerySet[PainStep]:
    """Return the plan against pain without opioids, the latest first."""
    return PainStep.objects.filter(patient=patient).select_related("recorded_by").order_by("-since", "-pk")


def pain_series_for(patient: Patient, since: date) -> list[dict[str, Any]]:
    """Return the pain scores from a day on, the earliest first, for the recovery chart; one statement."""
    rows = PainScore.objects.filter(patient=patient, in_error_why="", scored_on__gte=since).order_by("scored_on", "pk")
    return [{"on": day, "value": score} for day, score in rows.values_list("scored_on", "score")]
