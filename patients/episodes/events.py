"""Say what happened to an episode of care."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class PatientAdmitted(Event):
    """A person was admitted to a program."""

    episode_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class PatientDischarged(Event):
    """A person left a program."""

    episode_id: int
    patient_id: int
