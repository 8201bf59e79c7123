"""Gather the tables of the first storey."""

from patients.accounting.models import Handout, RecordsRequest
from patients.caseload.models import CareTeamMember
from patients.compartments.models import RestrictedNote
from patients.complaints.models import Complaint, ComplaintStaff
from patients.consent.models import Consent, ConsentPerson, ConsentRecipient, ConsentScan, FundraisingChoice, HandedIn
from patients.diagnoses.models import Diagnosis, DiagnosisEntry, UseReport
from patients.disclosures.bases.models import AuditAccess, AuthorityReport, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.models import Disclosure
from patients.episodes.models import AdmissionFacts, Episode, LeavingPlan, SubstanceTold
from patients.guarding.models import AllowedReader, ChartRestriction, Conflict, GlassAttempt, GlassBreak
from patients.health.allergies.models import Allergy, AllergyQuestion
from patients.health.education.models import Education
from patients.health.heart.models import Electrocardiogram
from patients.health.infections.models import InfectionTest, Vaccination
from patients.health.medications.models import InteractionReview, OtherMedication, Reconciliation
from patients.health.models import HealthFact
from patients.health.naloxone.models import NaloxoneKit
from patients.health.overdoses.models import Overdose
from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.health.pregnancy.models import Pregnancy
from patients.incidents.models import BreachNotice, Incident, IncidentAssessment, IncidentPerson
from patients.inquiries.models import Inquiry, InquiryCall, InquiryStep, ScreeningVisit, Triage, WaitlistPlace
from patients.merging.models import Merge, MovedRows, PossibleDuplicate
from patients.notices.models import NoticeGiven
from patients.record.models import ContactPoint, ExternalId, Identifier, Patient
from patients.relations.models import TreatingRelationship
from patients.restrictions.models import Restriction
from patients.safety.models import (
    SafetyCall,
    SafetyConcern,
    SafetyFollowUp,
    SafetyPlan,
    SafetyPlanContact,
    SafetyPlanReview,
    SafetySignal,
)
from patients.screenings.models import Assessment, Observation, QuestionnaireAnswers
from patients.tablet.models import TabletLink
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from patients.transmissions.models import SecureAddress, Transmission, WebhookEndpoint
from patients.world.models import (
    Barrier,
    CloseOne,
    FamilyHistory,
    LifeEvent,
    OwnGoal,
    SafeStart,
    Strength,
    Stressor,
    UseFunction,
    VeteranStatus,
    Wishes,
)

__all__ = [
    "HEALTH_FACTS",
    "AdmissionFacts",
    "Allergy",
    "AllergyQuestion",
    "AllowedReader",
    "Assessment",
    "AuditAccess",
    "AuthorityReport",
    "Barrier",
    "BreachNotice",
    "CareTeamMember",
    "ChartRestriction",
    "CloseOne",
    "Complaint",
    "ComplaintStaff",
    "Conflict",
    "Consent",
    "ConsentPerson",
    "ConsentRecipient",
    "ConsentScan",
    "ContactPoint",
    "CourtOrder",
    "Diagnosis",
    "DiagnosisEntry",
    "Disclosure",
    "Education",
    "Electrocardiogram",
    "EmergencyDisclosure",
    "Episode",
    "ExternalId",
    "FamilyHistory",
    "FundraisingChoice",
    "GlassAttempt",
    "GlassBreak",
    "HandedIn",
    "Handout",
    "Identifier",
    "Incident",
    "IncidentAssessment",
    "IncidentPerson",
    "InfectionTest",
    "Inquiry",
    "InquiryCall",
    "InquiryStep",
    "InteractionReview",
    "LeavingPlan",
    "LifeEvent",
    "Merge",
    "MovedRows",
    "NaloxoneKit",
    "NoticeGiven",
    "Observation",
    "OtherMedication",
    "Overdose",
    "OwnGoal",
    "PainProblem",
    "PainScore",
    "PainStep",
    "Patient",
    "PossibleDuplicate",
    "Pregnancy",
    "QuestionnaireAnswers",
    "Reconciliation",
    "RecordsRequest",
    "ResearchApproval",
    "RestrictedNote",
    "Restriction",
    "SafeStart",
    "SafetyCall",
    "SafetyConcern",
    "SafetyFollowUp",
    "SafetyPlan",
    "SafetyPlanContact",
    "SafetyPlanReview",
    "SafetySignal",
    "ScreeningVisit",
    "SecureAddress",
    "Strength",
    "Stressor",
    "SubstanceTold",
    "TabletLink",
    "ToxicologyPanel",
    "ToxicologyResult",
    "Transmission",
    "TreatingRelationship",
    "Triage",
    "UseFunction",
    "UseReport",
    "Vaccination",
    "VeteranStatus",
    "WaitlistPlace",
    "WebhookEndpoint",
    "Wishes",
]

HEALTH_FACTS: tuple[type[HealthFact], ...] = tuple(HealthFact.__subclasses__())
"""Every table of health, for whoever treats them alike: history, record room, digests."""
