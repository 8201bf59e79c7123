"""Decide what a written consent must hold, and what it allows (42 CFR 2.31, 2.33, 2.12(d)(1))."""

from patients.consent.rules.carrying import (
    consent_carrying,
    established_nearby,
    has_ended,
    redisclosure_of,
    scope_of,
)
from patients.consent.rules.elements import (
    BOUND_BY_HIPAA,
    BOUND_CLASSES,
    doubts_about_the_signer,
    missing_elements,
    what_the_signer_cannot_be,
)
from patients.consent.rules.kinds import (
    CJ_REFERRAL,
    END_OF_ENROLLMENT,
    END_OF_STUDY,
    END_OF_TREATMENT,
    JUSTICE,
    JUSTICE_KINDS,
    KINDS,
    NO_END,
    PDMP,
    REGISTRY,
    REGISTRY_RECIPIENTS,
    TPO,
    TPO_PURPOSES,
)
from patients.consent.rules.papers import ConsentFacts, Decision, Missing, Paper, Recipient

__all__ = [
    "BOUND_BY_HIPAA",
    "BOUND_CLASSES",
    "CJ_REFERRAL",
    "END_OF_ENROLLMENT",
    "END_OF_STUDY",
    "END_OF_TREATMENT",
    "JUSTICE",
    "JUSTICE_KINDS",
    "KINDS",
    "NO_END",
    "PDMP",
    "REGISTRY",
    "REGISTRY_RECIPIENTS",
    "TPO",
    "TPO_PURPOSES",
    "ConsentFacts",
    "Decision",
    "Missing",
    "Paper",
    "Recipient",
    "consent_carrying",
    "doubts_about_the_signer",
    "established_nearby",
    "has_ended",
    "missing_elements",
    "redisclosure_of",
    "scope_of",
    "what_the_signer_cannot_be",
]
