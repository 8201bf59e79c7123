"""Decide what a calendar in somebody's own program may say: an hour is taken, and nothing else."""

from datetime import timedelta
from hashlib import sha256

DAYS_BACK = timedelta(days=14)
DAYS_AHEAD = timedelta(days=180)
"""How much of a calendar leaves the house. The figures are ours: what is needed to plan, no history."""

MAKER = "-//calendar//EN"
"""What calendar files ask for as the name of the program that wrote them; it says nothing (RFC 5545, 3.7.3)."""


def fingerprint(token: str) -> str:
    """Return under which words the secret of an address is known; from them nobody finds the secret."""
    return sha256(token.encode()).hexdigest()


def name_of_event(fingerprint: str, key: str) -> str:
    """Return the name under which a calendar knows an hour again when it moves; it tells of no other."""
    return sha256(f"{fingerprint}:{key}".encode()).hexdigest()[:32]
