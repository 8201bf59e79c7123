"""Read pregnancy and its history."""

from django.db.models import QuerySet

from patients.health.pregnancy.models import Pregnancy
from patients.record.models import Patient


def pregnancies_of(patient: Patient) -> QuerySet[Pregnancy]:
    """Return every statement, the latest first."""
    return Pregnancy.objects.filter(patient=patient).select_related("recorded_by").order_by("-noted_on", "-pk")


def pregnancy_now(patient: Patient) -> Pregnancy | None:
    """Return the latest statement that stands."""
    return pregnancies_of(patient).filter(in_error_why="").first()
