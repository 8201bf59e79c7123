"""Facts about merged records."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class RecordsMerged(Event):
    """Two records became one; what somebody was just writing to the one that is gone comes after."""

    merge_id: int
    patient_id: int
