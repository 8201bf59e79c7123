"""Gather the tables of the first storey."""

from patients.caseload.models import CareTeamMember
from patients.complaints.models import Complaint, ComplaintStaff
from patients.consent.models import Consent, ConsentRecipient
from patients.diagnoses.models import Diagnosis
from patients.disclosures.bases.models import AuditAccess, AuthorityReport, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.models import Disclosure
from patients.episodes.models import Episode
from patients.incidents.models import BreachNotice, Incident, IncidentAssessment, IncidentPerson
from patients.notices.models import NoticeGiven
from patients.record.models import ContactPoint, ExternalId, Identifier, Patient
from patients.restrictions.models import Restriction
from patients.screenings.models import Observation, QuestionnaireAnswers
from patients.transmissions.models import SecureAddress, Transmission, WebhookEndpoint

__all__ = [
    "AuditAccess",
    "AuthorityReport",
    "BreachNotice",
    "CareTeamMember",
    "Complaint",
    "ComplaintStaff",
    "Consent",
    "ConsentRecipient",
    "ContactPoint",
    "CourtOrder",
    "Diagnosis",
    "Disclosure",
    "EmergencyDisclosure",
    "Episode",
    "ExternalId",
    "Identifier",
    "Incident",
    "IncidentAssessment",
    "IncidentPerson",
    "NoticeGiven",
    "Observation",
    "Patient",
    "QuestionnaireAnswers",
    "ResearchApproval",
    "Restriction",
    "SecureAddress",
    "Transmission",
    "WebhookEndpoint",
]
