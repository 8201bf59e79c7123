"""Say what happens to a concern about somebody's safety."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class SafetyConcernRaised(Event):
    """Say that somebody may be in danger, or in more than was known; the nth telling of the same concern."""

    concern_id: int
    patient_id: int
    telling: int


@dataclass(frozen=True, kw_only=True)
class SafetyConcernWaits(Event):
    """Say that a concern is to be looked at again, in case nobody has taken it or nobody has written what was done."""

    concern_id: int
    patient_id: int
    turn: int


@dataclass(frozen=True, kw_only=True)
class SafetyConcernTaken(Event):
    """Say that a clinician sees to a concern."""

    concern_id: int
    patient_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class SafetyConcernClosed(Event):
    """Say that a disposition was written."""

    concern_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class SafetyFollowUpPlanned(Event):
    """Say that somebody is to be called or seen after a concern."""

    follow_up_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class SafetyFollowUpDone(Event):
    """Say what came of following up."""

    follow_up_id: int
    patient_id: int
