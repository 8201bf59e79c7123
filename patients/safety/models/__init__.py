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

__all__ = [
    "CalledAs",
    "ConcernState",
    "Disposition",
    "FollowUpKind",
    "FollowUpOutcome",
    "RiskLevel",
    "SafetyCall",
    "SafetyConcern",
    "SafetyFollowUp",
    "SafetySignal",
    "SafetySource",
    "ScreenerResult",
]
