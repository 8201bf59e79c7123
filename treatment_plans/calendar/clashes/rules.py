"""Decide what speaks against a time besides what cannot be: hours of the house, hours of the person, the dose of the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

SECOND_TRIP = timedelta(hours=1)
"""How far from the dosing hours a meeting may lie before it means coming twice on one day. The figure is ours."""

COVERS, COMES_TWICE = "covers", "comes_twice"
Hours = Sequence[tuple[time, time]]


@dataclass(frozen=True)
class Clash:
    """Say what speaks against one of the wished times; what is hard stops it, the rest is for the person to weigh."""

    time: tuple[datetime, datetime]
    code: str
    text: str
    is_hard: bool = False


def is_within(starts: time, ends: time, hours: Iterable[tuple[time, time]]) -> bool:
    """Say whether a meeting lies within one of the opening hours of its day."""
    return any(opens <= starts and ends <= closes for opens, closes in hours)


def against_the_dose(starts: datetime, ends: datetime, hours: Hours) -> str:
    """Say whether a meeting leaves no time for the dose of the day, or means a second trip; both in the site's own time."""
    if not hours:
        return ""
    windows = [_on_day_of(starts, opens, closes) for opens, closes in hours]
    if all(starts <= opens and closes <= ends for opens, closes in windows):
        return COVERS
    is_near = any(opens - SECOND_TRIP <= ends and starts <= closes + SECOND_TRIP for opens, closes in windows)
    return "" if is_near else COMES_TWICE


def _on_day_of(moment: datetime, opens: time, closes: time) -> tuple[datetime, datetime]:
    """Return when hours begin and end on the day of a moment."""
    begins, ends = (moment.replace(hour=at.hour, minute=at.minute, second=0) for at in (opens, closes))
    return begins, ends
