"""Say what a clock makes due later: looking at it again."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class ClockWarningDue(Event):
    """A clock comes near its day, or (with -1 days left) has passed it; whoever reacts looks at the clock again first."""

    clock_id: int
    ends_on: str
    days_left: int
