"""Decide whether a plan treats both disorders, and what is still missing from it."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

TREATED_TOGETHER = ("substance_use", "mental_health")
"""The two axes that one plan has to cover when a person has an active diagnosis on both (SAMHSA TIP 42: one plan, both disorders)."""

ASKS_CLEARANCE = ("yoga", "exercise")
"""Interventions before which one asks what makes them unwise: of the body, for people whose bodies went through much. Program policy."""


class Part(StrEnum):
    """Name the steps of the thread that leads from a problem to what is done about it."""

    PROBLEM = "problem"
    GOAL = "goal"
    OBJECTIVE = "objective"
    INTERVENTION = "intervention"


@dataclass(frozen=True)
class GoalShape:
    """Say how far one goal has come on paper."""

    objectives: int
    interventions: int

    @property
    def missing(self) -> tuple[Part, ...]:
        """Return what the goal still lacks."""
        lacking = [(Part.OBJECTIVE, self.objectives), (Part.INTERVENTION, self.interventions)]
        return tuple(part for part, number in lacking if not number)


@dataclass(frozen=True)
class ProblemShape:
    """Say on which axis a problem lies and which open goals stand under it."""

    axis: str
    goals: Sequence[GoalShape]


@dataclass(frozen=True)
class Gap:
    """Tell what is missing on one axis; with no axis named, on all of them."""

    axis: str
    parts: tuple[Part, ...]


def gaps(diagnosed: Collection[str], problems: Sequence[ProblemShape]) -> list[Gap]:
    """Return what a plan lacks: on each axis with an active diagnosis, or anywhere when nothing is diagnosed yet."""
    axes = [axis for axis in TREATED_TOGETHER if axis in diagnosed] or [""]
    found = [Gap(axis, missing_parts([p for p in problems if axis in ("", p.axis)])) for axis in axes]
    return [gap for gap in found if gap.parts]


def missing_parts(problems: Iterable[ProblemShape]) -> tuple[Part, ...]:
    """Return what keeps the most advanced goal of these problems from being whole."""
    shapes = list(problems)
    if not shapes:
        return (Part.PROBLEM,)
    goals = [goal for problem in shapes for goal in problem.goals]
    if not goals:
        return (Part.GOAL,)
    return min((goal.missing for goal in goals), key=len)


def needs_one_axis_reason(diagnosed: Collection[str], found: Sequence[Gap]) -> bool:
    """Say whether a reason could stand in for what is missing: both axes are diagnosed and one of them is covered."""
    return all(axis in diagnosed for axis in TREATED_TOGETHER) and len(found) == 1


def lost(diagnosed: Collection[str], before: Sequence[Gap], after: Sequence[Gap], *, is_signed_for_one: bool) -> list[Gap]:
    """Return the disorders that were covered and are so no longer; a signed reason stands in for one of two, never for both."""
    if is_signed_for_one and needs_one_axis_reason(diagnosed, after):
        return []
    gone = {gap.axis for gap in before}
    return [gap for gap in after if gap.axis and gap.axis not in gone]


def is_own_name(typed: str, full_name: str) -> bool:
    """Say whether somebody typed their own name: capitals, accents and spaces do not matter, every name does."""
    return bool(typed.strip()) and _bare(typed) == _bare(full_name)


def _bare(name: str) -> str:
    """Return a name without accents, capitals and needless spaces."""
    letters = unicodedata.normalize("NFKD", " ".join(name.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
