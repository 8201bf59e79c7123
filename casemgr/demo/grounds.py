"""Tell something without a consent in the demo clinic: an emergency, a court's paper that opens nothing, a bill kept from a health plan."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from casemgr.core.administration.directory.actions import add_organization
from casemgr.demo.life import Life
from patients.disclosures.actions import Withheld
from patients.disclosures.without_consent.actions import disclose_in_emergency, record_court_order, tell_on_order
from patients.record.models import Patient
from patients.restrictions.actions import ask_restriction, decide_restriction

DAYS_AGO = 3
"""How many days before the present these things happened: late enough that the emergency still waits for its review."""


def happen_without_consent(life: Life, today: date) -> None:
    """Let one of each happen, near the end of the story."""
    day = today - timedelta(days=DAYS_AGO)
    at = life.moment(day, 15)
    if len(life.in_care) < 3 or not life.is_past(at):
        return
    clinic, staff = life.clinic, life.clinic.staff
    emergency, court, bill = (person.course.patient for person in life.in_care[:3])
    disclose_in_emergency(
        patient=emergency,
        program=clinic.program,
        organization=clinic.partners["St. Anne Hospital"],
        recipient_name="Dr. Osei",
        recipient_facility="St. Anne Hospital, emergency department",
        profession="doctor",
        nature="Found unconscious at a bus stop; breathing slowly. They asked which medication and which dose.",
        categories=["demographics", "medications"],
        by=staff["nurse@demo.test"],
        at=at,
    )
    order = record_court_order(
        patient=court,
        program=clinic.program,
        kind="criminal",
        court="County Superior Court",
        case_number="26-CR-0417",
        ordered_on=day,
        notice_given=True,
        categories=["diagnoses", "appointments"],
        subpoena="Subpoena served at the front desk",
        by=staff["privacy@demo.test"],
        at=at,
    )
    with suppress(Withheld):  # the court found nothing of what it must find: the account says so
        tell_on_order(court_order=order, categories=["appointments"], description="", by=staff["privacy@demo.test"], at=at)
    _keep_from_health_plan(life, bill, day, at)


def _keep_from_health_plan(life: Life, bill: Patient, day: date, at: datetime) -> None:
    """Let somebody who paid for sessions keep them from the health plan."""
    clinic, staff = life.clinic, life.clinic.staff
    plan = add_organization(
        name="Good Health Plan", kind="health_plan", hipaa_role="covered_entity", address="7 Payer Plaza", by=clinic.administrator, at=at
    )
    asked = ask_restriction(
        patient=bill,
        program=clinic.program,
        asked_by=bill.legal_name,
        asked_on=day,
        to_whom="named",
        organization=plan,
        purposes=["payment", "operations"],
        words="I paid for these sessions myself. My health plan need not know.",
        paid_in_full=True,
        services="Three counseling sessions",
        by=staff["case.manager@demo.test"],
        at=at,
    )
    decide_restriction(restriction=asked, agree=True, decision="", by=staff["privacy@demo.test"], at=at)
