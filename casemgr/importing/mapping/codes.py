"""Know the value sets of FHIR R4 (4.0.1) that we check, each as the standard lists it."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
NPI = "http://hl7.org/fhir/sid/us-npi"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

ADMINISTRATIVE_GENDER = frozenset({"male", "female", "other", "unknown"})
NAME_USE = frozenset({"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"})
CONTACT_SYSTEM = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
CONTACT_USE = frozenset({"home", "work", "temp", "old", "mobile"})
ADDRESS_USE = frozenset({"home", "work", "temp", "old", "billing"})
CONDITION_CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
CONDITION_VERIFICATION = frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"})
ALLERGY_CLINICAL = frozenset({"active", "inactive", "resolved"})
ALLERGY_VERIFICATION = frozenset({"unconfirmed", "presumed", "confirmed", "refuted", "entered-in-error"})
ALLERGY_TYPE = frozenset({"allergy", "intolerance"})
ALLERGY_CATEGORY = frozenset({"food", "medication", "environment", "biologic"})
ALLERGY_CRITICALITY = frozenset({"low", "high", "unable-to-assess"})
REACTION_SEVERITY = frozenset({"mild", "moderate", "severe"})
MEDICATION_REQUEST_INTENT = frozenset(
    {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"}
)
CARE_PLAN_INTENT = frozenset({"proposal", "plan", "order", "option"})
GOAL_LIFECYCLE = frozenset(
    {"proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"}
)

APPOINTMENT_STATUS = ("proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "checked-in", "waitlist")
ENCOUNTER_STATUS = ("planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "unknown")
STATUS: dict[str, frozenset[str]] = {
    kind: frozenset((*statuses, "entered-in-error"))
    for kind, statuses in {
        "Appointment": APPOINTMENT_STATUS,
        "CarePlan": ("draft", "active", "on-hold", "revoked", "completed", "unknown"),
        "CareTeam": ("proposed", "active", "suspended", "inactive"),
        "Encounter": ENCOUNTER_STATUS,
        "MedicationAdministration": ("in-progress", "not-done", "on-hold", "completed", "stopped", "unknown"),
        "MedicationRequest": ("active", "on-hold", "cancelled", "completed", "stopped", "draft", "unknown"),
        "Observation": ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "unknown"),
        "QuestionnaireResponse": ("in-progress", "completed", "amended", "stopped"),
    }.items()
}
"""Statuses by resource type."""


def is_possible_loinc(code: str) -> bool:
    """Say whether a LOINC code can exist: digits, a hyphen, and the check digit that follows from the others.

    The check digit is that of Luhn (mod 10), as the LOINC Users' Guide describes it in its appendix on check digits.
    """
    number, hyphen, check = code.partition("-")
    if not (hyphen and number.isascii() and number.isdigit() and check.isascii() and check.isdigit() and len(check) == 1):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(check)
