"""Say what may be done from each panel of a chart, and who may do it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from treatment_plans.medication.models import Order


@dataclass(frozen=True)
class Act:
    """Name one thing that can be done: the button's words, the page, the right it needs, the key that presses it."""

    label: str | Promise
    url_name: str
    right: Can
    key: str = ""
    in_query: bool = False
    """Whether the page is about nobody in particular and is told whom one comes from."""


@dataclass(frozen=True)
class Button:
    """Hold an act as it stands on this person's chart."""

    label: str | Promise
    url: str
    key: str = ""


ACTS: dict[str, tuple[Act, ...]] = {
    "head": (
        Act(_("Book"), "treatment_plans:book", Can.BOOK_APPOINTMENT, "b"),
        Act(_("Write a session"), "treatment_plans:write_session", Can.WRITE_SESSION, "s"),
        Act(_("Add a task"), "referrals:add_task", Can.WRITE_TASK, "a"),
        Act(_("Correct"), "patients:edit", Can.CHANGE_PATIENT, "e"),
        Act(_("Tell in an emergency"), "patients:tell_in_emergency", Can.DISCLOSE_IN_EMERGENCY),
    ),
    "diagnoses": (
        Act(_("All"), "patients:diagnoses", Can.SEE_CHART),
        Act(_("Record"), "patients:add_diagnosis", Can.RECORD_DIAGNOSIS),
    ),
    "plan": (Act(_("Open the plan"), "treatment_plans:plan", Can.SEE_CHART, "p"),),
    "medication": (
        Act(_("All orders"), "treatment_plans:orders", Can.SEE_MEDICATION, "m"),
        Act(_("Write an order"), "treatment_plans:order_new", Can.PRESCRIBE, "o"),
    ),
    "sessions": (
        Act(_("Restricted notes"), "patients:restricted_notes", Can.SEE_PARTNER_VIOLENCE),
        Act(_("Write a session"), "treatment_plans:write_session", Can.WRITE_SESSION),
    ),
    "tasks": (Act(_("Add a task"), "referrals:add_task", Can.WRITE_TASK),),
    "referrals": (Act(_("Refer"), "referrals:refer", Can.MAKE_REFERRAL, "r"),),
    "screenings": (
        Act(_("All"), "patients:observations", Can.SEE_CHART),
        Act(_("Enter a score"), "patients:add_score", Can.RECORD_SCREENING),
        Act(_("Enter a result"), "patients:add_laboratory", Can.RECORD_SCREENING),
    ),
    "appointments": (Act(_("Book"), "treatment_plans:book", Can.BOOK_APPOINTMENT),),
    "contact": (
        Act(_("Change"), "patients:contacts", Can.CHANGE_PATIENT, "c"),
        Act(_("Add a number"), "patients:add_identifier", Can.CHANGE_PATIENT),
        Act(_("Privacy notice"), "patients:notice", Can.GIVE_NOTICE),
        Act(_("Requests"), "patients:records_requests", Can.TAKE_COMPLAINT),
    ),
    "team": (
        Act(_("All"), "patients:team", Can.SEE_PATIENTS),
        Act(_("Assign"), "patients:assign", Can.ASSIGN_CARE_TEAM),
        Act(_("Guard"), "patients:guard", Can.RESTRICT_CHART),
        Act(_("Open counseling notes"), "treatment_plans:open_counseling", Can.OVERSEE_PRIVACY),
    ),
    "consents": (
        Act(_("All"), "patients:consents", Can.SEE_DISCLOSURES),
        Act(_("Record"), "patients:add_consent", Can.RECORD_CONSENT),
        Act(_("Accounting"), "patients:accounting", Can.SEE_DISCLOSURES),
        Act(_("Send or print"), "sharing:share", Can.DISCLOSE_RECORD, "x"),
        Act(_("See as partner"), "sharing:as_partner", Can.DISCLOSE_RECORD),
        Act(_("Not to be told"), "patients:restrictions", Can.SEE_DISCLOSURES),
        Act(_("Court order"), "patients:add_court_order", Can.DISCLOSE_ON_ORDER),
        Act(_("Report"), "patients:report_to_authority", Can.DISCLOSE_RECORD),
        Act(_("Who looked"), "desk:who_looked", Can.SEE_DISCLOSURES),
    ),
    "care": (
        Act(_("All"), "patients:care", Can.SEE_PATIENTS),
        Act(_("Admit"), "patients:admit", Can.ADMIT_PATIENT),
        Act(_("Notice of privacy rights"), "patients:notice", Can.GIVE_NOTICE),
        Act(_("Requests about the own record"), "patients:records_requests", Can.TAKE_COMPLAINT),
        Act(_("Write down a complaint"), "patients:take_complaint", Can.TAKE_COMPLAINT, in_query=True),
    ),
}
"""What may be done, by panel; the panel `head` stands beside the name."""


def buttons_for(user: User, patient: Patient, order: Order | None) -> dict[str, list[Button]]:
    """Return what this user may do from each panel of this chart; first of all give the dose that is due."""
    buttons = {panel: [_button(act, patient) for act in acts if user.may(act.right)] for panel, acts in ACTS.items()}
    if order is not None and user.may(Can.ADMINISTER_DOSE, program_id=order.program_id):
        buttons["head"].insert(0, Button(_("Give dose"), reverse("treatment_plans:dose", args=[order.pk]), "d"))
    return buttons


def _button(act: Act, patient: Patient) -> Button:
    """Return an act with its address."""
    url = f"{reverse(act.url_name)}?patient={patient.public_id}" if act.in_query else reverse(act.url_name, args=[patient.public_id])
    return Button(act.label, url, act.key)
