"""Join each kind of resource with its mapper and the table that holds it."""

from collections.abc import Callable
from typing import Any

from casemgr.importing.mapping.allergies import map_allergy
from casemgr.importing.mapping.care_plans import map_care_plan
from casemgr.importing.mapping.conditions import map_condition
from casemgr.importing.mapping.consents import map_consent
from casemgr.importing.mapping.directory import map_organization, map_practitioner
from casemgr.importing.mapping.medications import map_medication_administration, map_medication_request
from casemgr.importing.mapping.nodes import Context, Node
from casemgr.importing.mapping.observations import map_observation, map_questionnaire_response
from casemgr.importing.mapping.people import map_patient
from casemgr.importing.mapping.unmapped import map_care_team
from casemgr.importing.mapping.visits import MeetingFacts, map_appointment, map_encounter

MAPPERS: dict[str, Callable[[Node, Context], Any]] = {
    "Organization": map_organization,
    "Practitioner": map_practitioner,
    "Patient": map_patient,
    "AllergyIntolerance": map_allergy,
    "Condition": map_condition,
    "Observation": map_observation,
    "QuestionnaireResponse": map_questionnaire_response,
    "MedicationRequest": map_medication_request,
    "MedicationAdministration": map_medication_administration,
    "Encounter": map_encounter,
    "Appointment": map_appointment,
    "Consent": map_consent,
    "CarePlan": map_care_plan,
    "CareTeam": map_care_team,
}

TABLES = {
    "Organization": "casemgr.organization",
    "Practitioner": "casemgr.practitioner",
    "Patient": "patients.patient",
    "AllergyIntolerance": "patients.allergy",
    "Condition": "patients.diagnosis",
    "Observation": "patients.observation",
    "QuestionnaireResponse": "patients.questionnaireanswers",
    "MedicationRequest": "treatment_plans.medicationstatement",
    "MedicationAdministration": "treatment_plans.medicationstatement",
    "Encounter": "treatment_plans.session",
    "Appointment": "treatment_plans.appointment",
    "Consent": "patients.consent",
    "CarePlan": "treatment_plans.plan",
}
"""The table that holds what became of a resource."""

NAMED_EVERYWHERE = frozenset({"Organization", "Practitioner", "Patient"})
"""Resources that other bundles refer to; they belong to no patient, or are one."""


def table_of(kind: str, facts: object) -> str:
    """Return the table for a resource; a planned encounter is an appointment."""
    return TABLES["Appointment"] if isinstance(facts, MeetingFacts) else TABLES.get(kind, "")
