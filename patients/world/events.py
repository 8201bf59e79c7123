"""Say what happened in somebody's own world."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class BarrierNamed(Event):
    """Something that keeps a person from coming was written down."""

    barrier_id: int
    patient_id: int
