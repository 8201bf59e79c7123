"""Say what happened around a specimen."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class ToxicologyConfirmationAsked(Event):
    """Somebody asked that a second method look at an unexpected result."""

    panel_id: int
    patient_id: int
