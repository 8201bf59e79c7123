"""Read what else a person takes, and when the list was compared."""

from datetime import date

from django.db.models import Max, Min, QuerySet

from patients.health.medications.models import InteractionReview, OtherMedication, Reconciliation
from patients.health.medications.rules import Interaction, interactions_of, reconciliation_due_on
from patients.record.models import Patient


def other_medications_of(patient: Patient) -> QuerySet[OtherMedication]:
    """Return everything ever listed, what is taken now first."""
    return OtherMedication.objects.filter(patient=patient).select_related("recorded_by").order_by("-until", "name", "pk")


def medications_taken_by(patient: Patient) -> QuerySet[OtherMedication]:
    """Return what is on the list of today."""
    return OtherMedication.objects.filter(patient=patient, in_error_why="", until__isnull=True).order_by("name", "pk")


def reconciliations_of(patient: Patient) -> QuerySet[Reconciliation]:
    """Return when the list was compared with whom, the latest first."""
    return Reconciliation.objects.filter(patient=patient).select_related("recorded_by").order_by("-done_on", "-pk")


def interaction_reviews_of(patient: Patient) -> QuerySet[InteractionReview]:
    """Return what was decided about warnings, the latest first."""
    return InteractionReview.objects.filter(patient=patient).select_related("recorded_by").order_by("-recorded_at", "-pk")


def reconciliation_due_for(patient: Patient) -> date | None:
    """Return by when the list of a person is compared, or nothing when nothing is on it."""
    last = Reconciliation.objects.filter(patient=patient, in_error_why="").aggregate(day=Max("done_on"))["day"]
    listed = medications_taken_by(patient).order_by().aggregate(at=Min("recorded_at"))["at"]
    return reconciliation_due_on(last, listed.date() if listed else None)


def interactions_among(
    names: list[str], given: list[str], reviews: list[InteractionReview]
) -> list[tuple[Interaction, InteractionReview | None]]:
    """Return the warnings about these medications, each with the latest decision about it, if there is one."""
    decided: dict[tuple[str, str], InteractionReview] = {}
    for review in reviews:
        if review.stands:
            decided.setdefault((review.rule, review.about.casefold()), review)
    return [(found, decided.get((found.rule, found.about.casefold()))) for found in interactions_of(names, given)]
