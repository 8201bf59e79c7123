"""Decide who may do what: roles, rights, and the table that joins them."""

from enum import StrEnum

IDLE_MINUTES = 15
"""Minutes without a request after which a session ends. 45 CFR 164.312(a)(2)(iii) asks for automatic logoff; the figure is ours."""

ABSOLUTE_HOURS = 12
"""Hours after which a session ends however busy it was. The figure is ours, one long shift."""


class Role(StrEnum):
    """Name what a person does in a program."""

    CASE_MANAGER = "case_manager"
    THERAPIST = "therapist"
    PEER = "peer"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    FRONT_DESK = "front_desk"
    DIRECTOR = "director"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


class Can(StrEnum):
    """Name a right; each verb and each page asks for exactly one."""

    SEE_PATIENTS = "see_patients"
    SEE_CHART = "see_chart"
    SEE_MEDICATION = "see_medication"
    SEE_STOCK = "see_stock"
    SEE_CASEWORK = "see_casework"
    SEE_CALENDAR = "see_calendar"
    SEE_MEASURES = "see_measures"
    SEE_AUDIT = "see_audit"
    SEE_DISCLOSURES = "see_disclosures"
    SEE_OWN_ACCOUNT = "see_own_account"
    REGISTER_PATIENT = "register_patient"
    CHANGE_PATIENT = "change_patient"
    ADMIT_PATIENT = "admit_patient"
    DISCHARGE_PATIENT = "discharge_patient"
    ASSIGN_CARE_TEAM = "assign_care_team"
    RECORD_DIAGNOSIS = "record_diagnosis"
    RECORD_SCREENING = "record_screening"
    RECORD_CONSENT = "record_consent"
    DISCLOSE_RECORD = "disclose_record"
    DISCLOSE_IN_EMERGENCY = "disclose_in_emergency"
    DISCLOSE_ON_ORDER = "disclose_on_order"
    ASK_RESTRICTION = "ask_restriction"
    BREAK_GLASS = "break_glass"
    RESTRICT_CHART = "restrict_chart"
    WRITE_COUNSELING_NOTE = "write_counseling_note"
    SEE_TRAUMA = "see_trauma"
    SEE_LEGAL = "see_legal"
    SEE_PARTNER_VIOLENCE = "see_partner_violence"
    GIVE_NOTICE = "give_notice"
    TAKE_COMPLAINT = "take_complaint"
    REPORT_INCIDENT = "report_incident"
    OVERSEE_PRIVACY = "oversee_privacy"
    WRITE_PLAN = "write_plan"
    BOOK_APPOINTMENT = "book_appointment"
    WRITE_SESSION = "write_session"
    COSIGN_NOTES = "cosign_notes"
    ARRANGE_SUPERVISION = "arrange_supervision"
    PRESCRIBE = "prescribe"
    ADMINISTER_DOSE = "administer_dose"
    MANAGE_STOCK = "manage_stock"
    WRITE_TASK = "write_task"
    MAKE_REFERRAL = "make_referral"
    ANSWER_REFERRAL = "answer_referral"
    MANAGE_ORGANIZATIONS = "manage_organizations"
    ADMINISTER_ACCOUNTS = "administer_accounts"
    FOUND_PROGRAM = "found_program"
    IMPORT_RECORDS = "import_records"
    RUN_SCHEDULE = "run_schedule"
    HAND_IN_CONSENT = "hand_in_consent"
    TAKE_INQUIRY = "take_inquiry"
    MERGE_PATIENTS = "merge_patients"
    ASSESS_SAFETY = "assess_safety"
    RECORD_HEALTH = "record_health"
    RECORD_WORLD = "record_world"
    MANAGE_ROOMS = "manage_rooms"
    SET_PRACTICE = "set_practice"


_EVERYBODY = frozenset({Can.SEE_OWN_ACCOUNT, Can.REPORT_INCIDENT})
_FRONT = _EVERYBODY | {
    Can.SEE_PATIENTS,
    Can.SEE_CALENDAR,
    Can.REGISTER_PATIENT,
    Can.CHANGE_PATIENT,
    Can.BOOK_APPOINTMENT,
    Can.GIVE_NOTICE,
    Can.TAKE_COMPLAINT,
    Can.TAKE_INQUIRY,
}
_CARE = _FRONT | {
    Can.SEE_CHART,
    Can.SEE_CASEWORK,
    Can.WRITE_TASK,
    Can.RECORD_SCREENING,
    Can.RECORD_CONSENT,
    Can.DISCLOSE_RECORD,
    Can.SEE_DISCLOSURES,
    Can.ASK_RESTRICTION,
    Can.RECORD_HEALTH,
    Can.RECORD_WORLD,
}
_CLINICIAN = _CARE | {Can.DISCLOSE_IN_EMERGENCY, Can.BREAK_GLASS, Can.SEE_PARTNER_VIOLENCE, Can.ASSESS_SAFETY}

RIGHTS: dict[Role, frozenset[Can]] = {
    Role.FRONT_DESK: _FRONT,
    Role.PEER: _CARE - {Can.DISCLOSE_RECORD, Can.RECORD_CONSENT, Can.SEE_DISCLOSURES} | {Can.WRITE_SESSION},
    Role.CASE_MANAGER: _CLINICIAN
    | {
        Can.SEE_LEGAL,
        Can.MERGE_PATIENTS,
        Can.ADMIT_PATIENT,
        Can.DISCHARGE_PATIENT,
        Can.ASSIGN_CARE_TEAM,
        Can.WRITE_PLAN,
        Can.WRITE_SESSION,
        Can.MAKE_REFERRAL,
        Can.ANSWER_REFERRAL,
        Can.MANAGE_ORGANIZATIONS,
        Can.SEE_MEDICATION,
    },
    Role.THERAPIST: _CLINICIAN
    | {
        Can.WRITE_COUNSELING_NOTE,
        Can.COSIGN_NOTES,
        Can.SEE_TRAUMA,
        Can.ADMIT_PATIENT,
        Can.ASSIGN_CARE_TEAM,
        Can.RECORD_DIAGNOSIS,
        Can.WRITE_PLAN,
        Can.WRITE_SESSION,
        Can.MAKE_REFERRAL,
        Can.ANSWER_REFERRAL,
        Can.SEE_MEDICATION,
    },
    Role.NURSE: _CLINICIAN | {Can.ADMINISTER_DOSE, Can.MANAGE_STOCK, Can.SEE_MEDICATION, Can.SEE_STOCK},
    Role.PRESCRIBER: _CLINICIAN
    | {
        Can.SEE_TRAUMA,
        Can.ADMIT_PATIENT,
        Can.DISCHARGE_PATIENT,
        Can.RECORD_DIAGNOSIS,
        Can.PRESCRIBE,
        Can.COSIGN_NOTES,
        Can.ADMINISTER_DOSE,
        Can.SEE_MEDICATION,
        Can.SEE_STOCK,
        Can.WRITE_PLAN,
        Can.MAKE_REFERRAL,
        Can.ANSWER_REFERRAL,
    },
    Role.DIRECTOR: _EVERYBODY
    | {
        Can.SEE_MEASURES,
        Can.COSIGN_NOTES,
        Can.ARRANGE_SUPERVISION,
        Can.SEE_PATIENTS,
        Can.SEE_CALENDAR,
        Can.SEE_CASEWORK,
        Can.SEE_MEDICATION,
        Can.SEE_STOCK,
        Can.ASSIGN_CARE_TEAM,
        Can.MANAGE_ORGANIZATIONS,
        Can.MANAGE_ROOMS,
        Can.SET_PRACTICE,
    },
    Role.PRIVACY_OFFICER: _EVERYBODY
    | {
        Can.SEE_PATIENTS,
        Can.SEE_AUDIT,
        Can.SEE_DISCLOSURES,
        Can.RECORD_CONSENT,
        Can.MANAGE_ORGANIZATIONS,
        Can.DISCLOSE_RECORD,
        Can.DISCLOSE_ON_ORDER,
        Can.ASK_RESTRICTION,
        Can.RESTRICT_CHART,
        Can.GIVE_NOTICE,
        Can.TAKE_COMPLAINT,
        Can.OVERSEE_PRIVACY,
        Can.MERGE_PATIENTS,
    },
    Role.ADMINISTRATOR: _EVERYBODY | {Can.ADMINISTER_ACCOUNTS, Can.MANAGE_ORGANIZATIONS, Can.MANAGE_ROOMS, Can.SEE_AUDIT, Can.SET_PRACTICE},
}
"""What each role may do. Who may dispense is law (21 CFR 1301.74(i)-(k)): only nurses and prescribers hold that right."""

SYSTEM_RIGHTS: frozenset[Can] = frozenset(
    {
        Can.RUN_SCHEDULE,
        Can.FOUND_PROGRAM,
        Can.IMPORT_RECORDS,
        Can.DISCLOSE_RECORD,
        Can.WRITE_TASK,
        Can.REGISTER_PATIENT,
        Can.CHANGE_PATIENT,
        Can.ADMIT_PATIENT,
        Can.DISCHARGE_PATIENT,
        Can.ASSIGN_CARE_TEAM,
        Can.RECORD_DIAGNOSIS,
        Can.RECORD_SCREENING,
        Can.RECORD_HEALTH,
        Can.BOOK_APPOINTMENT,
        Can.WRITE_PLAN,
        Can.WRITE_SESSION,
        Can.MANAGE_ORGANIZATIONS,
        Can.REPORT_INCIDENT,
    }
)
"""What the schedule and the import may do on nobody's behalf. It can never dose, prescribe or consent."""

CLIENT_RIGHTS: frozenset[Can] = frozenset({Can.DISCLOSE_RECORD, Can.ANSWER_REFERRAL, Can.HAND_IN_CONSENT, Can.WRITE_PLAN})
"""What a partner's API client may do: ask the gate, which decides the rest, answer what was sent to its own organization, and propose
plans: its doors lead to drafts only, and nothing of them comes into force but by the clinic."""

CASELOAD_ROLES = frozenset({Role.CASE_MANAGER, Role.THERAPIST, Role.PEER})
"""Roles that see the patients of their own care team only (need-to-know, 42 CFR 2.12(c)(3)); the others see their site."""


def rights_of(roles: frozenset[Role]) -> frozenset[Can]:
    """Return everything that these roles together may do."""
    return frozenset[Can]().union(*(RIGHTS[role] for role in roles))
