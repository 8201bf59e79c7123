"""Decide how long a link works, and which question comes next."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from patients.instruments.rules import Instrument, Item, asked_items

OPENS_WITHIN = timedelta(minutes=60)
"""How long a link can be opened after it was made. Program policy."""

ANSWERS_WITHIN = timedelta(minutes=60)
"""How long the questions stay open after that, and again after each answer that is kept. Program policy."""

LONGEST_SITTING = timedelta(hours=3)
"""How long they stay open at most, however many answers come. Program policy (M)."""

KEPT_OPEN_IN_STEPS_OF = timedelta(minutes=10)
"""By how much the end must move for it to be written down: an answer every few seconds moves it rarely."""

SAFETY_HEARD_FOR = timedelta(minutes=15)
"""How long after the end an answer about safety is still kept: its question stood on the screen by then. Program policy (M)."""


class LinkProblem(StrEnum):
    """Name why a link opens nothing."""

    USED = "used"
    ENDED = "ended"
    TOO_OLD = "too_old"


def problem_with_opening(*, expires_at: datetime, was_opened: bool, has_ended: bool, at: datetime) -> LinkProblem | None:
    """Return why a link cannot be opened; nothing when it can."""
    if has_ended:
        return LinkProblem.ENDED
    if was_opened:
        return LinkProblem.USED
    return LinkProblem.TOO_OLD if at >= expires_at else None


def open_until(*, opened_at: datetime, expires_at: datetime, at: datetime) -> datetime:
    """Return until when the questions stay open after an answer was kept."""
    later = min(at + ANSWERS_WITHIN, opened_at + LONGEST_SITTING)
    is_last = later == opened_at + LONGEST_SITTING
    return later if later - expires_at >= KEPT_OPEN_IN_STEPS_OF or (is_last and later > expires_at) else expires_at


def is_about_safety(instrument: Instrument, item: str) -> bool:
    """Say whether a question asks about somebody's safety."""
    return item in instrument.use.get("safety_items", ())


def questions_alone(instrument: Instrument, answers: Mapping[str, Any]) -> tuple[Item, ...]:
    """Return the questions that a person is asked alone, given the answers so far; some are for staff to ask in private."""
    for_staff = set(instrument.use.get("staff_items", ()))
    return tuple(item for item in asked_items(instrument, answers) if item.text and item.id not in for_staff)


def next_question(instrument: Instrument, answers: Mapping[str, Any], after: str) -> str | None:
    """Return the question that comes after another one, or nothing at the end; an empty name stands for the beginning."""
    return _neighbor(questions_alone(instrument, answers), instrument, after, 1)


def question_before(instrument: Instrument, answers: Mapping[str, Any], before: str) -> str | None:
    """Return the question that came before another one, or nothing at the beginning."""
    return _neighbor(questions_alone(instrument, answers), instrument, before, -1)


def _neighbor(asked: Sequence[Item], instrument: Instrument, at: str, step: int) -> str | None:
    """Return the nearest question that is asked, before or after a place in the instrument."""
    order = [item.id for item in instrument.items]
    place = order.index(at) if at in order else -1
    ids = [item.id for item in asked]
    beyond = [one for one in ids if (order.index(one) - place) * step > 0]
    if not beyond:
        return None
    return beyond[0] if step > 0 else beyond[-1]


def asks_for_staff(instrument: Instrument, item: str, value: Any) -> bool:
    """Say whether an answer asks that somebody talks with the person now, face to face."""
    rules = [rule for rule in instrument.use.get("asks_for", ()) if rule.get("at_once")]
    return isinstance(value, int) and any(rule["when"].get("item") == item and value >= rule["when"]["value"] for rule in rules)
