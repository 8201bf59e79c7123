"""Name the intervals of plans: what a program decides, within what bounds, and what holds when it decided nothing."""

from dataclasses import dataclass
from datetime import date, timedelta

REVIEW_DAYS = 90
"""How long a plan stands before it is looked at again. 42 CFR 8.12(f)(4) asks for updates and leaves the interval to the program (M)."""

WARN_DAYS = 14
"""Days before its day from which a review stands on the worklist (PLN-01; program policy)."""

UNTOUCHED_DAYS = 30
"""Days without a session, dose or score after which an axis is named on the worklist (ASM-05; program policy)."""

SHORTEST, LONGEST = 7, 366
"""Between these a program may choose; the bounds are ours, so that no slip of a digit puts a review off for years."""

SOURCE = "42 CFR 8.12(f)(4); program policy"


@dataclass(frozen=True)
class Intervals:
    """Hold the days that a program goes by."""

    review_days: int = REVIEW_DAYS
    warn_days: int = WARN_DAYS
    untouched_days: int = UNTOUCHED_DAYS

    def next_review(self, after: date) -> date:
        """Return the day by which a plan that was written or looked at on this day is looked at again."""
        return after + timedelta(days=self.review_days)
