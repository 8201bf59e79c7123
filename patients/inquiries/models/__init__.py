"""Keep inquiries, what was asked at once, who waits, and screening visits."""

from patients.inquiries.models.inquiries import Inquiry, InquiryCall, InquiryStep, Triage
from patients.inquiries.models.vocabulary import (
    REACHED_THE_PERSON,
    AskedBy,
    AskedFor,
    Asker,
    DoneAtOnce,
    InquiryEnd,
    InquiryState,
    InterimHelp,
    Pace,
    ScreeningOutcome,
    StepKind,
    TriageAnswer,
)
from patients.inquiries.models.waiting import ScreeningVisit, WaitingPriority, WaitlistPlace

__all__ = [
    "REACHED_THE_PERSON",
    "AskedBy",
    "AskedFor",
    "Asker",
    "DoneAtOnce",
    "Inquiry",
    "InquiryCall",
    "InquiryEnd",
    "InquiryState",
    "InquiryStep",
    "InterimHelp",
    "Pace",
    "ScreeningOutcome",
    "ScreeningVisit",
    "StepKind",
    "Triage",
    "TriageAnswer",
    "WaitingPriority",
    "WaitlistPlace",
]
