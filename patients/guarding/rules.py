"""Decide what opens a chart that is out of reach, for how long, and what a conflict of interest stands against."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW_MINUTES = 60
"""Minutes for which broken glass opens a chart. 42 CFR 2.51 and 45 CFR 164.312(a)(2)(ii) name no figure: program policy (M)."""

WINDOW = timedelta(minutes=WINDOW_MINUTES)

FEWEST_WORDS = 3
"""Words that a ground needs at least; “emergency” alone tells a reviewer nothing. Program policy (M)."""

MOST_MISSES = 5
MISSES_WITHIN = timedelta(hours=1)
"""How many attempts may find nobody within this time before no more are taken: guessing names is no care. Program policy (M)."""

OLDEST_EMERGENCY = timedelta(hours=24)
"""How long ago medical personnel may have been told at most: 42 CFR 2.51(c) wants it written down immediately. Program policy (M)."""


INSIDE, OUTSIDE = "inside", "outside"
"""Where medical personnel work who are told in an emergency: what those of this program read is no disclosure (42 CFR 2.12(c)(3))."""


class Lack(StrEnum):
    """Name what a ground for breaking the glass lacks."""

    KIND = "kind"
    PERSONNEL = "medical_personnel"
    AFFILIATION = "affiliation"
    DISCLOSED_BY = "disclosed_by"
    DISCLOSED_AT = "disclosed_at"
    IN_FUTURE = "in_future"
    LONG_AGO = "long_ago"
    NATURE = "nature"
    PERSONNEL_AT = "personnel_at"
    REASON = "reason"
    WORDS = "words"


@dataclass(frozen=True)
class Ground:
    """Hold what somebody says when they break the glass."""

    kind: str
    medical_personnel: str = ""
    affiliation: str = ""
    disclosed_by: str = ""
    disclosed_at: datetime | None = None
    nature: str = ""
    personnel_at: str = ""
    """“inside” for medical personnel of this program, “outside” for whoever is told something that leaves it."""
    reason: str = ""
    words: str = ""


def lacking(ground: Ground, now: datetime) -> list[Lack]:
    """Return everything that a ground lacks: the four facts of 42 CFR 2.51(c), or a reason with words."""
    if ground.kind == "emergency":
        return _lacking_of_an_emergency(ground, now)
    if ground.kind == "internal":
        missing = [] if ground.reason else [Lack.REASON]
        return missing if _says_enough(ground.words) else [*missing, Lack.WORDS]
    return [Lack.KIND]


def _lacking_of_an_emergency(ground: Ground, now: datetime) -> list[Lack]:
    """Return which of the four facts of 42 CFR 2.51(c) is missing or cannot be, and whether it is said if anything leaves."""
    found = [lack for lack in (Lack.PERSONNEL, Lack.AFFILIATION, Lack.DISCLOSED_BY) if not getattr(ground, lack).strip()]
    if ground.disclosed_at is None:
        found.append(Lack.DISCLOSED_AT)
    elif ground.disclosed_at > now + WINDOW:
        found.append(Lack.IN_FUTURE)
    elif ground.disclosed_at < now - OLDEST_EMERGENCY:
        found.append(Lack.LONG_AGO)
    if not _says_enough(ground.nature):
        found.append(Lack.NATURE)
    return found if ground.personnel_at in (INSIDE, OUTSIDE) else [*found, Lack.PERSONNEL_AT]


def _says_enough(text: str) -> bool:
    """Say whether a reviewer could learn anything from these words."""
    return len(text.split()) >= FEWEST_WORDS


def conflict_stands_against(conflict: str, kind: str) -> bool:
    """Say whether a tie between the reader and the person keeps the glass whole.

    Nobody ever opens their own chart here: 42 CFR 2.23 has another way for that. For somebody close it yields to a medical emergency
    alone, where a life may hang on it and nobody else may be there.
    """
    return bool(conflict) and (conflict == "self" or kind != "emergency")


def may_try_again(misses: int) -> bool:
    """Say whether another attempt may be taken after so many that found nobody."""
    return misses < MOST_MISSES
