"""Say what happened to an episode of care."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class PatientAdmitted(Event):
    """A person was admitted to a program."""

    episode_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class PatientTransferred(Event):
    """A person moved to another site of the program; the stay named here is the one that began."""

    episode_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class PatientDischarged(Event):
    """A person left a program."""

    episode_id: int
    patient_id: int
