"""Decide when a diagnosis that is not sure yet is looked at again."""

from datetime import date, timedelta

ABSTINENT_DAYS = 28
"""Days without use after which what intoxication and withdrawal bring about should have passed (worklist rule ASM-04)."""

LOOK_AGAIN_DAYS = 90
"""Days after which a provisional diagnosis is looked at again whatever happened (worklist rule ASM-04)."""

SOURCE = "Program policy (ASM-04): DSM-5 speaks of about one month without use; PMC2632318 on substance-induced and independent disorders"
MARK = "M"
"""The month of DSM-5 is from memory and the ninety days are ours: shown as program policy."""

TELLS_NOTHING = frozenset({"tobacco"})
"""Substances whose use does not put off the day: they do not bring about what is being told apart."""


def look_again_on(*, looked_on: date, last_use_on: date | None) -> date:
    """Return the day on which a provisional diagnosis is looked at again.

    Four weeks without use make it clearer; where they were over already when somebody last looked, they tell nothing new.
    """
    latest = looked_on + timedelta(days=LOOK_AGAIN_DAYS)
    if last_use_on is None:
        return latest
    abstinent = last_use_on + timedelta(days=ABSTINENT_DAYS)
    return min(abstinent, latest) if abstinent > looked_on else latest


def is_looked_at_again(*, axis: str, certainty: str, course: str) -> bool:
    """Say whether a diagnosis waits to be looked at again: what is provisional on the axis of mental health."""
    return (axis, certainty, course) == ("mental_health", "provisional", "active")
