"""Do what privacy asks for in the demo clinic: agreements, policies, notices, a complaint, incidents."""

from datetime import timedelta
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.core.administration.agreements.actions import record_agreement
from casemgr.demo.life import Life
from casemgr.demo.policies import attest_policies
from casemgr.demo.wayin import take_calls
from patients.complaints.actions import look_into_complaint, take_complaint
from patients.incidents.actions import assess_incident, report_incident
from patients.incidents.rules import FACTORS
from patients.notices.actions import give_notice
from patients.notices.queries import current_version

WITHOUT = 3
"""People in care who were not given the present notice yet."""

LONG = 1095
"""Days of an agreement."""


def do_duties(life: Life) -> None:
    """Do all of it, through the verbs, at the end of the story."""
    take_calls(life)
    _sign_agreements(life)
    attest_policies(life)
    _give_notices(life)
    _take_a_complaint(life)
    _report_incidents(life)


def _sign_agreements(life: Life) -> None:
    """Put two agreements on file: one ends in twenty days, one has ended."""
    officer, today = life.clinic.of_role(Role.PRIVACY_OFFICER, 0)[0], life.today
    partners = list(life.clinic.partners.values())
    for partner, kind, ends_on in zip(partners, ("qsoa", "baa"), (today + timedelta(days=20), today - timedelta(days=6)), strict=False):
        record_agreement(
            program=life.clinic.program,
            organization=partner,
            kind=kind,
            services="Laboratory tests and their results" if kind == "qsoa" else "Keeping the record system running",
            signed_on=ends_on - timedelta(days=LONG),
            expires_on=ends_on,
            signed_for_them="Morgan Ellis",
            bound_by_part2=True,
            resists_proceedings=True,
            by=officer,
            at=life.until,
        )


def _give_notices(life: Life) -> None:
    """Give the notice to all but three of those who are in care."""
    desk, program = life.clinic.of_role(Role.FRONT_DESK, 0)[0], life.clinic.program
    today = life.today
    for number, person in enumerate(life.in_care[WITHOUT:]):
        declined = number % 17 == 5
        give_notice(
            patient=person.course.patient,
            program=program,
            version=current_version(today),
            language="es" if person.course.patient.language == "es" else "en",
            given_on=today,
            method="in_person",
            acknowledgement="declined" if declined else "signed",
            why_not="Wants to read it at home first." if declined else "",
            by=desk,
            at=life.until,
        )


def _take_a_complaint(life: Life) -> None:
    """Take a complaint that is under way."""
    desk, officer = life.clinic.of_role(Role.FRONT_DESK, 0)[0], life.clinic.of_role(Role.PRIVACY_OFFICER, 0)[0]
    complaint = take_complaint(
        program=life.clinic.program,
        from_whom="unnamed",
        about="told",
        received_on=life.today - timedelta(days=9),
        received_how="phone",
        words="My full name was called out in the waiting room, and a neighbor heard it.",
        told_of_program=True,
        by=desk,
        at=life.until,
    )
    look_into_complaint(complaint=complaint, findings="Asked at the desk how people are called in.", by=officer, at=life.until)


def _report_incidents(life: Life) -> None:
    """Report two incidents: a small one that is no breach, and one that is open."""
    desk, officer = life.clinic.of_role(Role.FRONT_DESK, 0)[0], life.clinic.of_role(Role.PRIVACY_OFFICER, 0)[0]
    today = life.today
    facts: dict[str, Any] = {"program": life.clinic.program, "at": life.until}
    small = report_incident(
        kind="wrong_recipient",
        discovered_on=today - timedelta(days=12),
        words="An appointment card went into the wrong envelope; it came back unopened the same day.",
        by=desk,
        **facts,
    )
    words = dict(zip(FACTORS, ("First name and a time.", "Another person in care.", "Unopened.", "Given back the same day."), strict=True))
    assess_incident(
        incident=small, determination="not_a_breach", words=words, levels=dict.fromkeys(FACTORS, "low"), by=officer, at=life.until
    )
    report_incident(
        kind="lost", discovered_on=today - timedelta(days=2), words="A work phone was left on a bus. It was locked.", by=desk, **facts
    )
