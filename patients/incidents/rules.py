"""Decide what an incident needs: the assessment, who must be told of a breach, and when that is done."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SOURCE = "42 CFR 2.16(b), 45 CFR 164.402"
MARK = "S"
"""The numbers below are from a secondary source and are shown with their mark."""

FACTORS = ("nature", "recipient", "acquired", "mitigated")
"""What a breach risk assessment looks at, all four of them: 45 CFR 164.402(2)(i)-(iv)."""

FACTORS_SOURCE = "45 CFR 164.402(2)"

MEDIA_FROM = 500
"""Residents of one state above which the media are told too (more than 500): 45 CFR 164.406(a)."""

SUBSTITUTE_FROM = 10
"""People with outdated addresses from which a notice goes on the web or into the media: 45 CFR 164.404(d)(2)(ii)."""

INDIVIDUALS, SUBSTITUTE, HHS, MEDIA = "individuals", "substitute", "hhs", "media"

NOTICE_SOURCE = "45 CFR 164.404-408"

WRITTEN = frozenset({"letter", "email"})
"""How the people concerned are told; a call comes beside it, or instead of it where no address is known: 45 CFR 164.404(d)."""

_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Reached:
    """Say how many people an incident reached: listed one by one, or known by number only, by state."""

    by_state: Mapping[str, int]
    outdated: int = 0

    @property
    def people(self) -> int:
        """Return everybody."""
        return sum(self.by_state.values())


class Notice(NamedTuple):
    """Hold one notice: to whom, how, about how many people, and whether that was said to be everybody."""

    audience: str
    way: str
    number: int
    is_complete: bool


def missing_factors(words: Mapping[str, str], levels: Mapping[str, str]) -> list[str]:
    """Return the factors of which the assessment does not speak yet."""
    return [name for name in FACTORS if not words.get(name, "").strip() or not levels.get(name)]


def who_must_be_told(reached: Reached) -> list[str]:
    """Return who must be told of a breach that reached these people."""
    told = {
        INDIVIDUALS: True,
        SUBSTITUTE: reached.outdated >= SUBSTITUTE_FROM,
        HHS: True,
        MEDIA: any(number > MEDIA_FROM for number in reached.by_state.values()),
    }
    return [name for name, must in told.items() if must]


def people_to_tell(audience: str, reached: Reached) -> int:
    """Return of how many people the notices to an audience must speak; where a notice for all takes their place, no letter is counted."""
    large = sum(number for number in reached.by_state.values() if number > MEDIA_FROM)
    by_letter = reached.people - (reached.outdated if reached.outdated >= SUBSTITUTE_FROM else 0)
    return {INDIVIDUALS: by_letter, SUBSTITUTE: reached.outdated, HHS: reached.people, MEDIA: large}[audience]


def people_told(audience: str, notices: Sequence[Notice], reached: Reached) -> int:
    """Return of how many people these notices to one audience speak.

    People are counted as they are told, those called only as far as no letter finds them; HHS and the media hear the whole number each
    time, so the largest counts.
    """
    if audience in (HHS, MEDIA):
        return max((notice.number for notice in notices), default=0)
    if audience == SUBSTITUTE:
        return sum(notice.number for notice in notices)
    written = sum(notice.number for notice in notices if notice.way in WRITTEN)
    otherwise = sum(notice.number for notice in notices if notice.way not in WRITTEN)
    return written + min(otherwise, reached.outdated if reached.outdated < SUBSTITUTE_FROM else 0)


def all_were_told(audience: str, notices: Sequence[Notice], reached: Reached) -> bool:
    """Say whether somebody wrote that all of an audience were told, and the numbers up to there reach everybody known today."""
    mine = [notice for notice in notices if notice.audience == audience]
    while mine and not mine[-1].is_complete:
        mine.pop()
    return bool(mine) and people_told(audience, mine, reached) >= people_to_tell(audience, reached)


def states_that_are_none(by_state: Mapping[str, int]) -> list[str]:
    """Return what was written as a state and is none: two letters and a number of people are wanted."""
    return [name for name, number in by_state.items() if not _STATE.fullmatch(name) or number < 0]


def read_by_state(text: str) -> dict[str, int]:
    """Read "NY 12, NJ 3" as numbers of people by state; what cannot be read raises ValueError."""
    numbers: dict[str, int] = {}
    for part in re.split(r"[,;\n]+", text.strip()):
        if not part.strip():
            continue
        found = re.fullmatch(r"\s*([A-Za-z]{2})\s*[:=]?\s*(\d{1,7})\s*", part)
        if found is None:
            raise ValueError(part.strip())
        name = found[1].upper()
        numbers[name] = numbers.get(name, 0) + int(found[2])
    return numbers
