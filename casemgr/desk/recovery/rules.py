"""Observe the cycle of two disorders: what was seen first, symptoms that rose or use. Nothing here says why.

These are observations of an order in time, in words that a person may read about themselves: never a diagnosis, a cause or a prediction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

MEANINGFUL: dict[str, int] = {"phq9": 5, "gad7": 4, "pcl5": 10}
"""Points by which a total must differ to mean something.

PHQ-9: Kroenke, carried as program policy. GAD-7: Toussaint et al. 2020, J Affect Disord 265:395, carried as program policy. PCL-5: National
Center for PTSD. `patients.instruments` says the same of each instrument; a test compares.
"""

WINDOW = timedelta(days=30)
"""Days between the two within which one is seen before the other: the time that the Brief Addiction Monitor asks about. Program policy."""

REACH = timedelta(days=90)
"""How far apart two scores may lie and still be compared; a quarter is the longest pause between two routine screenings. Program policy."""


class Order(StrEnum):
    """Say which of the two was seen first."""

    SYMPTOMS_FIRST = "symptoms_first"
    USE_FIRST = "use_first"


@dataclass(frozen=True, order=True)
class Score:
    """Hold one total of one instrument."""

    on: date
    value: float


@dataclass(frozen=True)
class Rise:
    """Say that a total rose by at least its meaningful change, from its lowest value of late to this one."""

    instrument: str
    since: Score
    to: Score

    @property
    def points(self) -> float:
        """Return by how much it rose."""
        return self.to.value - self.since.value


@dataclass(frozen=True)
class Use:
    """Say that use was seen on a day: days of use told after none, a result that no prescription explains, an overdose."""

    on: date
    kind: str
    words: str


@dataclass(frozen=True)
class Mark:
    """Hold one observation: use on one day, and the rises seen within the window before or after it."""

    order: Order
    use: Use
    rises: tuple[Rise, ...]

    @property
    def begins_on(self) -> date:
        """Return the first day of what was seen."""
        return min(self.use.on, *(rise.to.on for rise in self.rises))

    @property
    def ends_on(self) -> date:
        """Return the last day of what was seen."""
        return max(self.use.on, *(rise.to.on for rise in self.rises))


def rises_in(instrument: str, scores: Iterable[Score], *, meaningful: float) -> list[Rise]:
    """Return each time at which a total had risen meaningfully above its lowest value of late.

    After a rise the count begins anew from there, so that a score that stays high is one rise and not one each month.
    """
    rises: list[Rise] = []
    recent: list[Score] = []
    for score in sorted(scores):
        recent = [past for past in recent if score.on - past.on <= REACH]
        lowest = min(recent, key=lambda past: (past.value, -past.on.toordinal()), default=score)
        if score.value - lowest.value >= meaningful:
            rises.append(Rise(instrument, lowest, score))
            recent = []
        recent.append(score)
    return rises


def begun_use(days: Sequence[Score]) -> list[Score]:
    """Return the answers that tell of days of use when the answer before told of none; a first answer has nothing before it."""
    ordered = sorted(days)
    return [now for past, now in pairwise(ordered) if past.value == 0 and now.value > 0 and now.on - past.on <= REACH]


def marks_of_the_cycle(rises: Sequence[Rise], uses: Sequence[Use]) -> list[Mark]:
    """Return the observations, the latest first.

    Use and a rise on one day have no order that could be seen. A rise counts for the nearest use on each side only, and several rises
    around one use make one mark.
    """
    pairs: dict[tuple[Order, Use], list[Rise]] = {}
    for rise in rises:
        later = [use for use in uses if timedelta(0) < use.on - rise.to.on <= WINDOW]
        earlier = [use for use in uses if timedelta(0) < rise.to.on - use.on <= WINDOW]
        if later:
            pairs.setdefault((Order.SYMPTOMS_FIRST, min(later, key=lambda use: use.on)), []).append(rise)
        if earlier:
            pairs.setdefault((Order.USE_FIRST, max(earlier, key=lambda use: use.on)), []).append(rise)
    marks = [Mark(order, use, tuple(found)) for (order, use), found in pairs.items()]
    return sorted(marks, key=lambda mark: (mark.ends_on, mark.begins_on, mark.order), reverse=True)
