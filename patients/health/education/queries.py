"""Read what was explained to a person."""

from django.db.models import QuerySet

from patients.health.education.models import Education
from patients.record.models import Patient


def education_of(patient: Patient) -> QuerySet[Education]:
    """Return what was explained, the latest first."""
    return Education.objects.filter(patient=patient).select_related("recorded_by").order_by("-given_on", "-pk")
