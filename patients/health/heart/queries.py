"""Read electrocardiograms."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from patients.health.heart.models import QTC_WORDS, Electrocardiogram
from patients.health.heart.rules import band_of, ecg_is_due
from patients.record.models import Patient


def electrocardiograms_of(patient: Patient) -> QuerySet[Electrocardiogram]:
    """Return every electrocardiogram, the latest first."""
    return Electrocardiogram.objects.filter(patient=patient).select_related("recorded_by").order_by("-taken_on", "-pk")


def qtc_in_words(qtc_ms: int) -> tuple[str, str]:
    """Return how long a QTc is: its code and what that says."""
    band = band_of(qtc_ms)
    return band.value, str(QTC_WORDS[band])


def needs_ecg(ecgs: list[Electrocardiogram], methadone_mg: Decimal | None, today: date) -> bool:
    """Say whether an ECG should be taken, given those on record and the methadone that is ordered."""
    last = next((ecg for ecg in ecgs if ecg.stands), None)
    return ecg_is_due(
        methadone_mg=methadone_mg,
        has_risk=bool(last and last.risks),
        last_on=last.taken_on if last else None,
        last_qtc=last.qtc_ms if last else None,
        today=today,
    )
