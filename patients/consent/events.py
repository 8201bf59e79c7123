"""Say what happened to a consent."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked(Event):
    """A person took a consent back; what rests on it must stop."""

    consent_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class PaperSent(Event):
    """A partner sent a paper, and somebody must look whom it is about."""

    paper_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentHandedIn(Event):
    """A partner handed in a paper that somebody here must compare with the original."""

    consent_id: int
    patient_id: int
