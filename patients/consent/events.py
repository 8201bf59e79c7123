"""Say what happened to a consent."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked(Event):
    """A person took a consent back; what rests on it must stop."""

    consent_id: int
    patient_id: int
