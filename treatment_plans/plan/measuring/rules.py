"""Decide what makes an objective measurable, how far somebody has come, and whether the target is reached."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MEASURES = ("number", "date", "instrument")
WAYS = ("up", "down")


@dataclass(frozen=True)
class Yardstick:
    """Say by what an objective is measured: a number, a date, or the score of an instrument."""

    measured_as: str = ""
    start_value: Decimal | None = None
    target_value: Decimal | None = None
    direction: str = ""
    unit: str = ""
    instrument: str = ""
    score: str = ""
    target_on: date | None = None


@dataclass(frozen=True)
class Progress:
    """Say how far somebody has come: the latest value, the share of the way in percent, whether the target is reached."""

    latest: Decimal
    on: date
    percent: int | None
    is_reached: bool


def missing_of(yardstick: Yardstick) -> list[str]:
    """Return the fields that keep an objective from being measured as it says; one that does not say how lacks only that."""
    if yardstick.measured_as == "date":
        return [] if yardstick.target_on else ["target_on"]
    if yardstick.measured_as not in MEASURES:
        return ["measured_as"]
    needed = {"target_value": yardstick.target_value is not None, "direction": yardstick.direction in WAYS}
    if yardstick.measured_as == "instrument":
        needed["instrument"] = bool(yardstick.instrument)
    return [field for field, is_there in needed.items() if not is_there]


def is_turned_round(yardstick: Yardstick) -> bool:
    """Say whether the start lies beyond the target already, so that the direction cannot be meant."""
    start, target = yardstick.start_value, yardstick.target_value
    if start is None or target is None or yardstick.direction not in WAYS:
        return False
    return start > target if yardstick.direction == "up" else start < target


def is_reached(value: Decimal, target: Decimal, direction: str) -> bool:
    """Say whether a value is at the target or beyond it."""
    return value >= target if direction == "up" else value <= target


def progress(yardstick: Yardstick, latest: Decimal, on: date) -> Progress | None:
    """Return how far the latest value has come from the start to the target; the share is unknown without a start."""
    start, target = yardstick.start_value, yardstick.target_value
    if target is None:
        return None
    reached = is_reached(latest, target, yardstick.direction)
    if start is None or start == target:
        return Progress(latest, on, 100 if reached else None, reached)
    share = (latest - start) / (target - start)
    return Progress(latest, on, int(max(Decimal(0), min(Decimal(1), share)) * 100), reached)
