"""Say what happened to naloxone."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class NaloxoneGiven(Event):
    """A person was given naloxone, or has some."""

    kit_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class NaloxoneGone(Event):
    """A kit was used, lost, given on or thrown away."""

    kit_id: int
    patient_id: int
