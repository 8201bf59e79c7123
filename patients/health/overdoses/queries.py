"""Read overdoses and reversals."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from patients.health.overdoses.models import Overdose, OverdoseOf
from patients.record.models import Patient


def overdoses_of(patient: Patient) -> QuerySet[Overdose]:
    """Return every overdose and reversal ever recorded, the latest first."""
    return Overdose.objects.filter(patient=patient).select_related("recorded_by").order_by("-happened_on", "-pk")


def overdose_series_for(patient: Patient, since: date) -> list[dict[str, Any]]:
    """Return the person's own overdoses from a day on, the earliest first, for the recovery chart; one statement."""
    rows = Overdose.objects.filter(patient=patient, in_error_why="", of=OverdoseOf.PERSON, happened_on__gte=since)
    return [
        {"on": row.happened_on, "words": row.substances_in_words, "hospital": row.hospital, "naloxone": row.naloxone_doses}
        for row in rows.order_by("happened_on", "pk")
    ]
