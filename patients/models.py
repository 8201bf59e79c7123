"""Gather the tables of the first storey."""

from patients.caseload.models import CareTeamMember
from patients.consent.models import Consent, ConsentRecipient
from patients.diagnoses.models import Diagnosis
from patients.disclosures.models import Disclosure
from patients.episodes.models import Episode
from patients.record.models import ContactPoint, ExternalId, Identifier, Patient
from patients.screenings.models import Observation, QuestionnaireAnswers

__all__ = [
    "CareTeamMember",
    "Consent",
    "ConsentRecipient",
    "ContactPoint",
    "Diagnosis",
    "Disclosure",
    "Episode",
    "ExternalId",
    "Identifier",
    "Observation",
    "Patient",
    "QuestionnaireAnswers",
]
