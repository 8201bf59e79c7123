"""Keep what is known about somebody's safety, and what was agreed for it."""

from patients.safety.models.concerns import (
    CalledAs,
    ConcernState,
    Disposition,
    FollowUpKind,
    FollowUpOutcome,
    RiskLevel,
    SafetyCall,
    SafetyConcern,
    SafetyFollowUp,
    SafetySignal,
    SafetySource,
    ScreenerResult,
)
from patients.safety.models.plans import PlanContactKind, PlanSignature, SafetyPlan, SafetyPlanContact, SafetyPlanReview

__all__ = [
    "CalledAs",
    "ConcernState",
    "Disposition",
    "FollowUpKind",
    "FollowUpOutcome",
    "PlanContactKind",
    "PlanSignature",
    "RiskLevel",
    "SafetyCall",
    "SafetyConcern",
    "SafetyFollowUp",
    "SafetyPlan",
    "SafetyPlanContact",
    "SafetyPlanReview",
    "SafetySignal",
    "SafetySource",
    "ScreenerResult",
]
