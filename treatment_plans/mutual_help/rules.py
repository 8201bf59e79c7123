"""Decide what a list of mutual-help meetings says first, and how often somebody went."""

from collections.abc import Iterable
from datetime import date, timedelta

SOURCE = "Program policy: mutual help is offered and never required; whether somebody goes is theirs to tell (M)"

RECHECK_DAYS = 180
"""Days after which somebody asks whether a meeting still takes place. Program policy (M)."""

WEEKS = 4
"""Weeks over which meetings are counted."""

LATEST_HOUR = 23
"""Last hour of a day at which a meeting may begin."""


def is_stale(checked_on: date | None, today: date) -> bool:
    """Say whether somebody should ask whether a meeting still takes place."""
    return checked_on is None or checked_on + timedelta(days=RECHECK_DAYS) <= today


def per_week(days: Iterable[date], today: date) -> float:
    """Return how many meetings a week were told of in the last weeks, today included."""
    first = today - timedelta(weeks=WEEKS)
    return round(sum(first < day <= today for day in days) / WEEKS, 1)


def in_order_of(fits: Iterable[tuple[bool, bool]]) -> list[int]:
    """Return places in the order in which meetings are offered: those that welcome medication first, then those in one's language."""
    listed = list(enumerate(fits))
    return [place for place, _fit in sorted(listed, key=lambda one: (not one[1][0], not one[1][1]))]
