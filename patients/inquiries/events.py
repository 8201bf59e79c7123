"""Say what happens to somebody who asked for help."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class InquiryToldOfDanger(Event):
    """Say that somebody whom nobody knows yet may be in danger, and at which turn it is looked who sees to it.

    The telling is the triage that told of it, or nothing when a pace told of it; since is the moment it was told.
    """

    inquiry_id: int
    telling: int
    turn: int
    since: str
