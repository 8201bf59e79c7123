"""Tell what a counseling note must not hold: the definition keeps it in the ordinary record (42 CFR 2.11)."""

import re
from dataclasses import dataclass
from enum import StrEnum

DEFINITION = "42 CFR 2.11"
"""Source of everything that is named here: the definition of SUD counseling notes says what they exclude."""

OPENING_DAYS = 3
"""Days for which notes may be opened to somebody else at most. 42 CFR 2.31(b)(1) names no figure: program policy (M)."""

EXCERPT = 60
"""Letters around a match that the warning shows, to its author only."""


class Outside(StrEnum):
    """Name what the definition of 42 CFR 2.11 excludes."""

    PRESCRIPTION = "prescription"
    TIMES = "times"
    MODALITY = "modality"
    RESULTS = "results"
    SUMMARY = "summary"


PATTERNS: dict[Outside, re.Pattern[str]] = {
    Outside.PRESCRIPTION: re.compile(
        r"\b\d+([.,]\d+)?\s?(mg|mcg|ml)\b|\b(methadone|buprenorphine|suboxone|sublocade|naltrexone|vivitrol|naloxone)\b"
        r"|\b(prescri\w+|dosage|dose (was )?(increased|reduced|changed)|side effects?|refill\w*)\b",
        re.IGNORECASE,
    ),
    Outside.TIMES: re.compile(
        r"\b([01]?\d|2[0-3]):[0-5]\d\b|\b\d{1,2}\s?(a\.?m\.?|p\.?m\.?)\b"
        r"|\b(session|group) (started|began|ended|stopped)\b|\b\d+\s?minutes?\b",
        re.IGNORECASE,
    ),
    Outside.MODALITY: re.compile(
        r"\b(once|twice|\d times) (a|per) (week|month)\b|\b(weekly|biweekly|fortnightly|every (other )?week)\b"
        r"|\b(cbt|dbt|emdr|motivational interviewing|contingency management|telehealth)\b",
        re.IGNORECASE,
    ),
    Outside.RESULTS: re.compile(
        r"\b(urine|drug screen|toxicology|uds|breathalyzer|lab(oratory)? results?)\b|\btested (positive|negative)\b"
        r"|\b(phq|gad|audit|dast|pcl)-?\w*\s*(score\s*)?(of\s*)?\d+",
        re.IGNORECASE,
    ),
    Outside.SUMMARY: re.compile(
        r"\b[FZ]\d{2}(\.\d{1,3})?\b|\b(diagnos(is|es|ed)|prognosis|functional status|treatment plan)\b"
        r"|\b(symptoms?|progress (to date|towards?|on))\b",
        re.IGNORECASE,
    ),
}
"""Words by which each is recognized. They find what is plain and miss what is not; the author decides."""


@dataclass(frozen=True)
class Found:
    """Hold one thing that belongs outside, and where it was read."""

    what: Outside
    excerpt: str


def belongs_outside(text: str) -> list[Found]:
    """Return what in a note belongs into the ordinary record, each kind once."""
    found = []
    for what, pattern in PATTERNS.items():
        match = pattern.search(text)
        if match is not None:
            start = max(0, match.start() - EXCERPT // 2)
            found.append(Found(what, " ".join(text[start : match.end() + EXCERPT // 2].split())))
    return found
