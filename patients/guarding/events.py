"""Facts about guarded charts."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class GlassBroken(Event):
    """Somebody opened a chart out of their reach."""

    glass_id: int
    patient_id: int
