"""State what became of sendings."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class TransmissionNotSent(Event):
    """A sending was withheld, failed, or is in doubt."""

    transmission_id: int
    patient_id: int


@dataclass(frozen=True, kw_only=True)
class NewsForPartners(Event):
    """Something happened that partners' systems may want to know at once; recorded only while one of them asks for news of this kind.

    With an `organization_id` of 0 the news is for whoever a consent reaches.
    """

    news: str
    patient_id: int
    program_id: int
    organization_id: int
    subject: str
