"""Know the interventions that the product comes with, how well each is shown to help, and what a program may say of its own."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIST_FILE = Path(__file__).parent / "data" / "interventions.csv"
"""The list as it comes. Its tags and sources are written from memory and shown as program policy, for a clinical lead to confirm."""

OWN = "custom"
"""The tag of what a program brings along itself: it claims no evidence and needs no source."""

LONGEST_CODE = 32


@dataclass(frozen=True)
class Shipped:
    """Hold one intervention as the product lists it."""

    code: str
    evidence: str
    source: str
    is_offered: bool


@dataclass(frozen=True)
class Listed:
    """Hold one intervention as a program lists it."""

    code: str
    name: str
    evidence: str
    source: str
    caution: str
    is_offered: bool
    is_changed: bool


@cache
def shipped() -> dict[str, Shipped]:
    """Return every intervention that the product comes with, by code, in the order in which they are offered."""
    with LIST_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Shipped(row["code"], row["evidence"], row["source"], row["is_offered"] == "yes") for row in csv.DictReader(file)
        }


def code_for(name: str, taken: set[str]) -> str:
    """Return a code for an intervention of a program's own, as its name suggests, that is not taken yet."""
    bare = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[: LONGEST_CODE - 8] or "own"
    return next(code for number in range(1, len(taken) + 3) if (code := bare if number == 1 else f"{bare}_{number}") not in taken)


def lacks_source(evidence: str, source: str) -> bool:
    """Say whether a tag claims evidence without saying where it is shown."""
    return evidence != OWN and not source.strip()
