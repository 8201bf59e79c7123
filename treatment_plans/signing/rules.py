"""Decide what is late, what needs a second signature, and how long notes have waited."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

LATE_AFTER_HOURS = 24
"""Hours after the end of a session after which its note is a late entry. Program policy (M): no law names a figure."""

SIGN_WITHIN_HOURS = 72
"""Hours within which a note is signed. Program policy (M), the default of PLN-03: no law names a figure."""

SAMPLE_PERCENT = 0
"""Percent of the other signed notes that a supervisor reads: none until a program says how many it can read."""

IS_PEERS_COSIGNED = True
"""Whether notes of those who work as peers only need a co-signature. Program policy (M): peers work under supervision."""

MOST_HOURS = 24 * 30
"""Hours that a policy may name at most; with more nothing would ever be late."""

COSIGNED_ROLES = frozenset({"peer"})
"""Roles whose notes need a co-signature, unless somebody holds another role beside it in which sessions are held."""

HOLDS_SESSIONS = frozenset({"peer", "case_manager", "therapist", "prescriber"})
"""Roles in which people hold sessions."""

PRESENT = frozenset({"present", "late"})
"""States of attendance in which somebody was there, so that there is something to read."""

BANDS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""Ages at which an unsigned note moves to the next band. The figures are ours: a day, the three of PLN-03, a week."""


@dataclass(frozen=True)
class Terms:
    """Hold what a program asks of signatures."""

    late_after_hours: int = LATE_AFTER_HOURS
    sign_within_hours: int = SIGN_WITHIN_HOURS
    sample_percent: int = SAMPLE_PERCENT
    is_peers_cosigned: bool = IS_PEERS_COSIGNED


@dataclass(frozen=True)
class Lateness:
    """Say how late a note was written and signed, counted from the end of the session; nothing when it was in time."""

    written: timedelta | None = None
    signed: timedelta | None = None

    def __bool__(self) -> bool:
        """Say whether anything was late."""
        return self.written is not None or self.signed is not None


def lateness(*, ended_at: datetime, recorded_at: datetime, signed_at: datetime | None, terms: Terms) -> Lateness:
    """Say whether a note was written or signed later than the program asks; one that is not signed yet cannot be signed late."""
    written = recorded_at - ended_at
    signed = signed_at - ended_at if signed_at is not None else timedelta(0)
    return Lateness(
        written if written > timedelta(hours=terms.late_after_hours) else None,
        signed if signed > timedelta(hours=terms.sign_within_hours) else None,
    )


def band_of(age: timedelta) -> int:
    """Return in which band of age an unsigned note is: 0 is new, 3 has waited for more than a week."""
    return sum(age > edge for edge in BANDS)


def why_cosigned(*, state: str, roles: Collection[str], is_every_note: bool, key: int, terms: Terms) -> str:
    """Return why a signed note needs a second signature: `role`, `trainee`, `sample`, or nothing.

    Of somebody who was not there, there is nothing to read.
    """
    if state not in PRESENT:
        return ""
    if is_every_note:
        return "trainee"
    held = set(roles) & HOLDS_SESSIONS
    if terms.is_peers_cosigned and held and held <= COSIGNED_ROLES:
        return "role"
    return "sample" if is_in_sample(key, terms.sample_percent) else ""


def is_in_sample(key: int, percent: int) -> bool:
    """Say whether a note is among those that are read: the same note always gets the same answer, and nobody chooses.

    The digest of the row's key is compared with the percentage, so that an auditor can repeat the choice.
    """
    number = int.from_bytes(hashlib.sha256(f"note:{key}".encode()).digest()[:8], "big")
    return number % 10_000 < percent * 100


def wrong_terms(terms: Terms) -> list[str]:
    """Return which of these terms cannot be."""
    hours = {"late_after_hours": terms.late_after_hours, "sign_within_hours": terms.sign_within_hours}
    wrong = [name for name, value in hours.items() if not 1 <= value <= MOST_HOURS]
    return wrong if 0 <= terms.sample_percent <= 100 else [*wrong, "sample_percent"]
