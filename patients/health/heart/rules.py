"""Decide what a QTc says beside methadone; nothing here stops or changes a dose."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

QTC_LONG_MS = 450
QTC_VERY_LONG_MS = 500
"""Milliseconds above which the risks are talked through, and above which the prescriber looks anew. Program policy (SAF-10, memory)."""

ECG_FROM_MG = Decimal(100)
ECG_AFTER_DAYS = 365
"""Daily methadone from which, and days after which, an ECG is asked for. Program policy (SAF-10, from memory)."""

SOURCE = "Program policy (SAF-10), after the methadone label's warning on QT prolongation; the figures are ours"


class QtcBand(StrEnum):
    """Say how long a QTc is."""

    USUAL = "usual"
    LONG = "long"
    VERY_LONG = "very_long"


def band_of(qtc_ms: int) -> QtcBand:
    """Return how long a QTc is."""
    if qtc_ms > QTC_VERY_LONG_MS:
        return QtcBand.VERY_LONG
    return QtcBand.LONG if qtc_ms > QTC_LONG_MS else QtcBand.USUAL


def ecg_is_due(*, methadone_mg: Decimal | None, has_risk: bool, last_on: date | None, last_qtc: int | None, today: date) -> bool:
    """Say whether somebody who takes methadone should have an ECG: a risk or a high dose and none in a year, or the last one very long."""
    if methadone_mg is None:
        return False
    if last_qtc is not None and band_of(last_qtc) == QtcBand.VERY_LONG:
        return True
    stale = last_on is None or (today - last_on) > timedelta(days=ECG_AFTER_DAYS)
    return stale and (has_risk or methadone_mg >= ECG_FROM_MG)
