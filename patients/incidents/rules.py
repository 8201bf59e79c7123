"""Decide what an incident needs: the assessment, who must be told of a breach, and when that is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
