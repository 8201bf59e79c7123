"""Keep what a person has on both axes, its story, and what was used when."""

from patients.diagnoses.models.diagnoses import SPECIFIED, Diagnosis, DiagnosisEntry, criteria_in_words
from patients.diagnoses.models.use import UseReport
from patients.diagnoses.models.vocabulary import (
    Axis,
    Certainty,
    CourseOfDiagnosis,
    Criterion,
    Disorder,
    EntryKind,
    EpisodeKind,
    EvidenceSource,
    Pole,
    RelationToUse,
    RemissionExtent,
    Route,
    Severity,
    Substance,
    UseSource,
    Weight,
)

__all__ = [
    "SPECIFIED",
    "Axis",
    "Certainty",
    "CourseOfDiagnosis",
    "Criterion",
    "Diagnosis",
    "DiagnosisEntry",
    "Disorder",
    "EntryKind",
    "EpisodeKind",
    "EvidenceSource",
    "Pole",
    "RelationToUse",
    "RemissionExtent",
    "Route",
    "Severity",
    "Substance",
    "UseReport",
    "UseSource",
    "Weight",
    "criteria_in_words",
]
