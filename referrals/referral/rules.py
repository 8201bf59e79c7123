"""Decide what a referral tells, and how long one waits for an answer."""

import re
from collections.abc import Iterable
from functools import cache

WAITS_TOO_LONG_DAYS = 7
"""Days after which an unanswered referral is marked. The figure is ours."""

ALWAYS_TOLD = ("demographics", "contact")
TOLD_FOR = {
    "treatment": ("medications", "diagnoses", "plan"),
    "housing": ("housing",),
    "employment": ("employment",),
}
"""Parts of the record that a referral tells for each purpose, and no more than these (42 CFR 2.13(a))."""

MINIMUM_SOURCE = "42 CFR 2.13(a)"
ANSWERS = ("accepted", "declined")

WORDS_OF = {
    "medications": (
        "methadone", "buprenorphine", "suboxone", "sublocade", "brixadi", "naltrexone", "vivitrol", "metadona",
        "buprenorfina", "naltrexona",
    ),
    "diagnoses": ("opioid use disorder", "alcohol use disorder", "OUD", "AUD", "schizophrenia", "bipolar", "PTSD", "esquizofrenia"),
    "infections": ("HIV", "AIDS", "hepatitis", "hep C", "HCV", "syphilis", "tuberculosis", "VIH", "SIDA", "sífilis"),
    "pregnancy": ("pregnant", "pregnancy", "prenatal", "embarazada", "embarazo"),
    "trauma": ("trauma", "traumatic", "rape", "raped", "sexual assault", "sexual abuse", "violación", "abuso sexual"),
    "legal": ("probation", "parole", "arrested", "convicted", "jail", "prison", "drug court", "court date", "cárcel", "tribunal"),
    "partner_violence": (
        "domestic violence", "partner violence", "restraining order", "protective order", "violencia doméstica", "violencia de pareja",
        "orden de protección",
    ),
}  # fmt: skip
"""Words by which a message speaks of a part of the record. The choice is ours, and nobody is stopped by it: the writer is asked to look."""


def what_is_told(purpose: str) -> tuple[str, ...]:
    """Return the parts of the record that a referral for this purpose tells."""
    return (*ALWAYS_TOLD, *TOLD_FOR.get(purpose, ()))


def tells_all(purpose: str, categories: Iterable[str]) -> bool:
    """Say whether these parts are all that a referral for this purpose tells; only then do its own words go along."""
    return set(what_is_told(purpose)) <= set(categories)


def parts_beside(purpose: str, text: str) -> list[str]:
    """Return the parts of the record that a text seems to speak of although a referral for this purpose does not tell them."""
    told = set(what_is_told(purpose))
    return [part for part in WORDS_OF if part not in told and _words_of(part).search(text)]


@cache
def _words_of(part: str) -> re.Pattern[str]:
    """Return the pattern of the words of a part, as whole words; an abbreviation is meant as it is written."""
    spelled = (re.escape(word) if word.isupper() else f"(?i:{re.escape(word)})" for word in WORDS_OF[part])
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)")


def waits_too_long(days: int) -> bool:
    """Say whether a referral has waited longer than it should."""
    return days > WAITS_TOO_LONG_DAYS
