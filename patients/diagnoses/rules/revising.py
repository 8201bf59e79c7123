"""Decide how a diagnosis may change."""

from collections.abc import Iterable
from enum import StrEnum


class RevisionProblem(StrEnum):
    """Name what stands against changing a diagnosis."""

    REFUTED_ALREADY = "refuted_already"
    REFUTED_WITHOUT_BASIS = "refuted_without_basis"
    ENDED_YET_ACTIVE = "ended_yet_active"


def revision_problems(*, was: str, certainty: str, course: str, has_end: bool, basis: str) -> list[RevisionProblem]:
    """Return everything that stands against a diagnosis looking like this.

    A refuted diagnosis stays as it was refuted: who had it in mind once must be able to see why it was dropped.
    """
    if was == "refuted":
        return [RevisionProblem.REFUTED_ALREADY]
    checks: Iterable[tuple[bool, RevisionProblem]] = (
        (certainty == "refuted" and not basis.strip(), RevisionProblem.REFUTED_WITHOUT_BASIS),
        (course == "active" and has_end, RevisionProblem.ENDED_YET_ACTIVE),
    )
    return [problem for holds, problem in checks if holds]
