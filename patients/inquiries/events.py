"""Say what happened with an inquiry."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class InquiryInDanger(Event):
    """Somebody answered yes to a question about overdose or suicide; `patient_id` is 0 while the inquiry has no chart."""

    inquiry_id: int
    triage_id: int
    patient_id: int
