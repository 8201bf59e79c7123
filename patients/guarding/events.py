"""Facts about guarded charts."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class GlassBroken(Event):
    """Somebody opened a chart out of their reach."""

    glass_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class GlassNotJustified(Event):
    """A review found that a chart was opened for no good reason."""

    glass_id: int
    patient_id: int
