"""Decide when a message may go out, and check that its words give nothing away."""

import re
import unicodedata
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

GSM_LETTERS = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n"
)
"""The letters of which 160 fit into one text message (GSM 03.38); with a single other one only 70 do."""

_REVEALING = re.compile(r"\b(" + "|".join(REVEALING) + ")", re.IGNORECASE)


def revealing_words(text: str) -> list[str]:
    """Return the words in a text that would give away what kind of place writes."""
    return [match.group(1).lower() for match in _REVEALING.finditer(text)]


def in_gsm_letters(text: str) -> str:
    """Return the text with every letter that a text message does not know replaced by its plain form."""
    if GSM_LETTERS.issuperset(text):
        return text
    return "".join(letter if letter in GSM_LETTERS else _plain(letter) for letter in text)


def _plain(letter: str) -> str:
    """Return a letter without its accent, or a question mark."""
    base = "".join(part for part in unicodedata.normalize("NFKD", letter) if part in GSM_LETTERS)
    return base or {"’": "'", "–": "-"}.get(letter, "?")


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
