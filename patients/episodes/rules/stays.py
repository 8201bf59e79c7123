"""Decide when somebody can be admitted, moved or discharged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Stay:
    """Hold one stay in care: from a day on, until a day (not included) or still."""

    start: date
    end: date | None = None

    def overlaps(self, other: "Stay") -> bool:
        """Say whether two stays share a day; the day of leaving is free again."""
        if self.end == self.start or other.end == other.start:
            return False
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)


class AdmissionProblem(StrEnum):
    """Name what stands against an admission."""

    IN_CARE = "in_care"
    OVERLAPS_EARLIER_STAY = "overlaps_earlier_stay"
    IN_FUTURE = "in_future"
    BEFORE_BIRTH = "before_birth"
    AFTER_DEATH = "after_death"


def admission_problems(
    *, admitted_on: date, today: date, stays: Iterable[Stay], birth_date: date | None, deceased_on: date | None
) -> list[AdmissionProblem]:
    """Return everything that stands against admitting somebody on a day."""
    wanted = Stay(admitted_on)
    found = []
    if admitted_on > today:
        found.append(AdmissionProblem.IN_FUTURE)
    if birth_date is not None and admitted_on < birth_date:
        found.append(AdmissionProblem.BEFORE_BIRTH)
    if deceased_on is not None and admitted_on > deceased_on:
        found.append(AdmissionProblem.AFTER_DEATH)
    in_the_way = [stay for stay in stays if stay.overlaps(wanted)]
    if any(stay.end is None for stay in in_the_way):
        found.append(AdmissionProblem.IN_CARE)
    elif in_the_way:
        found.append(AdmissionProblem.OVERLAPS_EARLIER_STAY)
    return found


class EndProblem(StrEnum):
    """Name what stands against the end of a stay."""

    ENDED_ALREADY = "ended_already"
    BEFORE_ADMISSION = "before_admission"
    IN_FUTURE = "in_future"


def end_problems(*, stay: Stay, on: date, today: date) -> list[EndProblem]:
    """Return everything that stands against ending a stay on a day."""
    if stay.end is not None:
        return [EndProblem.ENDED_ALREADY]
    checks = ((on < stay.start, EndProblem.BEFORE_ADMISSION), (on > today, EndProblem.IN_FUTURE))
    return [problem for holds, problem in checks if holds]
