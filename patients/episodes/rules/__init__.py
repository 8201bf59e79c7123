"""Decide when somebody can be admitted, moved or discharged, and what is asked when they come and before they go."""

from patients.episodes.rules.leaving import (
    FOLLOW_UP_DAYS,
    AgainstRecord,
    LeavingAnswers,
    LeavingProblem,
    Standing,
    against_the_record,
    leaving_problems,
)
from patients.episodes.rules.leaving import SOURCE as LEAVING_SOURCE
from patients.episodes.rules.stays import AdmissionProblem, EndProblem, Stay, admission_problems, end_problems
from patients.episodes.rules.teds import (
    ASKED,
    Told,
    completed,
    completed_substance,
    days_waited,
    missing_facts,
    reported,
    wrong_ages,
    wrong_numbers,
)

__all__ = [
    "ASKED",
    "FOLLOW_UP_DAYS",
    "LEAVING_SOURCE",
    "AdmissionProblem",
    "AgainstRecord",
    "EndProblem",
    "LeavingAnswers",
    "LeavingProblem",
    "Standing",
    "Stay",
    "Told",
    "admission_problems",
    "against_the_record",
    "completed",
    "completed_substance",
    "days_waited",
    "end_problems",
    "leaving_problems",
    "missing_facts",
    "reported",
    "wrong_ages",
    "wrong_numbers",
]
