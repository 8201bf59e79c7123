"""Say what happened in a session."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class SessionMissed(Event):
    """A person who was expected in a session was absent, unexcused."""

    session_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class NotesSigned(Event):
    """The notes of a session were signed by whoever held it; from then on they stay."""

    session_id: int
