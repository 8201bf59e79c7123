"""State what became of sendings."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class TransmissionNotSent(Event):
    """A sending was withheld, failed, or is in doubt."""

    transmission_id: int
    patient_id: int
