"""Decide how long a sitting lasts, and what an answered questionnaire may become in somebody's own world."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

ONE_SITTING = timedelta(hours=24)
"""How long after its beginning a draft is gone on with: what asks about “the last 2 weeks” is answered on one day, and answers of two days
make a total of neither. Program policy (M)."""


def is_one_sitting(*, started_at: datetime, at: datetime) -> bool:
    """Say whether a draft may still be gone on with as if it were begun now."""
    return at - started_at <= ONE_SITTING


BARRIER_OF_NEED: Mapping[str, str] = {
    "housing": "housing",
    "food": "food",
    "transportation": "transport",
    "utilities": "utilities",
    "financial": "cost",
    "employment": "work",
    "family_community_support": "loneliness",
    "education_language": "education",
    "disability": "disability",
}
"""Which need that the AHC-HRSN found is which barrier.

Safety at home, substance use, mental health and exercise are left out: they have chains of their own, and the first stands in a
restricted compartment.
"""


def barriers_in(needs: Iterable[str] | None) -> list[tuple[str, str]]:
    """Return need and barrier of each need that can be taken over, in the order of the table."""
    found = set(needs or ())
    return [(need, barrier) for need, barrier in BARRIER_OF_NEED.items() if need in found]
