"""Decide what a diagnosis is: its code and axis, how severe, how sure, since when, and when to look at it again."""

from patients.diagnoses.rules.codes import IcdCode, axis_of, find_codes, icd_codes, tidy_code
from patients.diagnoses.rules.revising import RevisionProblem, revision_problems
from patients.diagnoses.rules.suggesting import Specifiers, Suggestion, disorder_of, suggest

__all__ = [
    "IcdCode",
    "RevisionProblem",
    "Specifiers",
    "Suggestion",
    "axis_of",
    "disorder_of",
    "find_codes",
    "icd_codes",
    "revision_problems",
    "suggest",
    "tidy_code",
]
