"""Say what happened around an overdose."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class OverdoseRecorded(Event):
    """Somebody wrote down an overdose, or one that a person reversed."""

    overdose_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class OverdoseRevised(Event):
    """Somebody wrote otherwise whose overdose it was, when, whether it was meant, or how it ended."""

    overdose_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class OverdoseInError(Event):
    """Somebody marked an overdose as an error."""

    overdose_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class OverdoseContactWaits(Event):
    """A week went by since an overdose was written down; look whether somebody spoke with the person."""

    overdose_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class OverdoseContactNoted(Event):
    """Somebody wrote that they spoke with a person after an overdose."""

    overdose_id: int
    patient_id: int
