"""Say what became of a tablet that was handed out."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class TabletHandedBack(Event):
    """Say that a person finished, stopped, or was asked to give the tablet back."""

    link_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class TabletLinkWaits(Event):
    """Say that a link is looked at again once its time is over, in case nobody opened it or nobody came to the end."""

    link_id: int
    patient_id: int
