"""Decide what changed since the last time, and whether the change is more than chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from patients.instruments.rules.definition import Instrument

LOWER, HIGHER = "lower", "higher"


class Direction(StrEnum):
    """Name which way a score went."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """Hold the change of one score since the last time."""

    score: str
    before: int | float
    after: int | float
    direction: Direction
    is_reliable: bool = False
    is_meaningful: bool = False
    is_response: bool = False
    is_remission: bool = False

    @property
    def points(self) -> int | float:
        """Return by how many points it rose or fell."""
        return round(self.after - self.before, 1)


def change_since(instrument: Instrument, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the change of every score that both times have; thresholds are program policy with their source in the data file."""
    better: Mapping[str, str] = instrument.change.get("better", {"total": LOWER})
    return tuple(
        _change(instrument.change, name, way, before[name], after[name])
        for name, way in better.items()
        if isinstance(before.get(name), int | float) and isinstance(after.get(name), int | float)
    )


def _change(policy: Mapping[str, Any], name: str, better: str, before: int | float, after: int | float) -> Change:
    """Judge the change of one score."""
    gain = (before - after) if better == LOWER else (after - before)
    direction = Direction.SAME if gain == 0 else Direction.BETTER if gain > 0 else Direction.WORSE
    least, meaningful = policy.get("reliable_points"), policy.get("meaningful_points")
    below, response = policy.get("remission_below"), policy.get("response_percent")
    is_meaningful = _reaches(abs(gain), meaningful) or _is_partial(policy.get("or_improved"), gain, before)
    return Change(
        score=name,
        before=before,
        after=after,
        direction=direction,
        is_reliable=_reaches(abs(gain), least) if least is not None else is_meaningful,
        is_meaningful=is_meaningful,
        is_response=response is not None and before > 0 and gain * 100 >= response * before,
        is_remission=below is not None and after < below <= before,
    )


def _reaches(gain: int | float, least: int | float | None) -> bool:
    """Say whether a change is at least so large."""
    return least is not None and gain >= least


def _is_partial(policy: Mapping[str, Any] | None, gain: int | float, before: int | float) -> bool:
    """Say whether an improvement counts by its share of the score before, and not by its points alone."""
    return policy is not None and before > 0 and gain >= policy["points"] and gain * 100 >= policy["percent"] * before
