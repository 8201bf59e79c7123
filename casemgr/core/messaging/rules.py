"""Decide when a message may go out, and check that its words give nothing away."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_BEFORE = time(8)
QUIET_FROM = time(21)
"""No message outside 08:00-21:00 in the recipient's own time; the hours of 47 CFR 64.1200(c)(1), which we keep for every channel."""

LONGEST_TEXT = 160
"""Characters of one text message; a condition of the healthcare exemption in 47 CFR 64.1200(a)(9)(iv)."""

REVEALING = (
    "methadone", "buprenorphine", "suboxone", "naltrexone", "dose", "dosing", "drug", "opioid", "recovery", "addict", "substance",
    "rehab", "detox", "mental", "psychiat", "therap", "terap", "counsel", "consejer", "ptsd", "urine", "orina", "court", "probation",
    "metadona", "droga", "dosis", "opioide", "adicci", "sustancia", "tratamiento", "treatment", "medication", "medicament", "clinic",
)  # fmt: skip
"""Beginnings of words that would tell a stranger what kind of place writes (42 CFR 2.11: an appointment reminder is a record)."""

_REVEALING = re.compile(r"\b(" + "|".join(REVEALING) + ")", re.IGNORECASE)


def revealing_words(text: str) -> list[str]:
    """Return the words in a text that would give away what kind of place writes."""
    return [match.group(1).lower() for match in _REVEALING.finditer(text)]


def in_quiet_hours(moment: datetime, zone: ZoneInfo) -> bool:
    """Say whether a message at this moment would reach the person at night."""
    local = moment.astimezone(zone).time()
    return not QUIET_BEFORE <= local < QUIET_FROM


def after_quiet_hours(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment itself, or the next morning's first when it lies in the quiet hours: delayed, never dropped."""
    if not in_quiet_hours(moment, zone):
        return moment
    local = moment.astimezone(zone)
    day = local.date() if local.time() < QUIET_BEFORE else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_BEFORE, tzinfo=zone)
