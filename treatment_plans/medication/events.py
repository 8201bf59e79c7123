"""Say what happened around a dose."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class DoseMissed(Event):
    """A scheduled day went by without its dose; `day` is an ISO date, `in_a_row` counts this day too."""

    order_id: int
    patient_id: int
    day: str
    in_a_row: int
