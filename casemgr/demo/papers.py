"""Sign papers of several kinds in the demo clinic: for groups, alone, ended, taken back, and one that waits to be compared."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.consent.actions import expire_consents, record_consent, revoke_consent
from patients.consent.papers.actions import hand_in_consent, match_paper
from patients.consent.papers.queries import Meant
from patients.consent.wording import CURRENT, language_for, wording_of
from patients.relations.actions import record_relationship

SIGNED, TAKEN_BACK, HANDED_IN = 9, 7, 2
"""Days before today on which the papers are signed, one is taken back, and a partner hands one in."""
ENDED = 5
"""Days before today on which one of them ended."""
DOCTOR, HOSPITAL, EMPLOYER = "Eastside Primary Care", "St. Anne Hospital", "Second Chance Works"
PEOPLE = 3
"""How many people it takes; with fewer there is no story to tell."""


def sign_papers(life: Life, day: date) -> None:
    """Do with papers what belongs to this day of the story."""
    at, ago = life.moment(day, 13, 15), life.days_since(day)
    people = [person for person in life.in_care if person.admitted_on <= day - timedelta(days=1) and not person.consents]
    if not life.is_past(at) or len(people) < PEOPLE:
        return
    if ago == SIGNED:
        _sign_for_groups(life, people[0], day, at)
        _sign_alone(life, people[1], day, at)
        _sign(life, people[2], "specific", EMPLOYER, _for_work(life, until=ENDED), day, at)
    if ago == TAKEN_BACK:
        _sign_and_take_back(life, people[-1], day, at)
    if ago == HANDED_IN:
        expire_consents(by=life.clinic.system, at=at)
        _hand_in(life, people[-1], day, at)


def _sign(life: Life, person: Persona, kind: str, whom: str, facts: dict[str, Any], day: date, at: datetime) -> Any:
    """Record a paper of a kind in the words of its form."""
    named = {"recipients": [life.clinic.partners[whom]] if whom else [], **_words(person, kind), **facts}
    by = staff_of(life, person)[Role.CASE_MANAGER]
    return record_consent(
        patient=person.course.patient, discloser=life.clinic.program, kind=kind, signed_on=day, **_signature(person), **named, by=by, at=at
    )


def _words(person: Persona, kind: str) -> dict[str, Any]:
    """Return the statements of a form in the person's language."""
    language = language_for(person.language)
    words = wording_of(kind, language=language)
    said = {name: words[name] for name in ("revocation_statement", "redisclosure_statement", "hipaa_statement", "refusal_statement")}
    return {**said, "wording_version": CURRENT, "language": language}


def _signature(person: Persona) -> dict[str, Any]:
    """Return who signed."""
    return {"signed_by": f"{person.given} {person.family}", "signer_relationship": "patient"}


def _sign_for_groups(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Let a person allow whoever treats them and pays for it, and write down who that is."""
    record_relationship(
        patient=person.course.patient,
        organization=life.clinic.partners[DOCTOR],
        capacity="treating_providers",
        since=person.admitted_on,
        by=staff_of(life, person)[Role.CASE_MANAGER],
        at=at,
    )
    facts = {
        "recipient_classes": ["treating_providers", "health_plans"],
        "purposes": ["treatment", "payment", "operations"],
        "categories": ["demographics", "contact", "medications", "diagnoses", "plan", "appointments"],
        "description": "All that my treating providers and my health plan need.",
        "ends_with": "none",
    }
    _sign(life, person, "tpo", "", facts, day, at)


def _sign_alone(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Let a person allow the counselor's own notes to be told, in a paper for nothing else."""
    facts = {
        "purposes": ["treatment"],
        "categories": ["counseling_notes"],
        "description": "The notes of my counselor, for my next counselor.",
        "valid_until": day + timedelta(days=180),
    }
    _sign(life, person, "counseling_notes", DOCTOR, facts, day, at)


def _for_work(life: Life, *, until: int = -90) -> dict[str, Any]:
    """Return what a consent for finding work says; it ends this many days before today."""
    return {
        "purposes": ["employment"],
        "categories": ["demographics", "employment"],
        "description": "That I look for work, and how to reach me. Nothing about my health.",
        "valid_until": life.today - timedelta(days=until),
    }


def _sign_and_take_back(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Let a person sign, and think better of it an hour later."""
    consent = _sign(life, person, "specific", EMPLOYER, _for_work(life), day, at)
    by, name = staff_of(life, person)[Role.CASE_MANAGER], f"{person.given} {person.family}"
    revoke_consent(consent=consent, revoked_by=name, revoked_as="patient", revoked_how="paper", by=by, at=at + timedelta(hours=1))


def _hand_in(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Let the hospital's system hand in a paper that was signed at its place; it waits."""
    hospital, patient = life.clinic.partners[HOSPITAL], person.course.patient
    paper = hand_in_consent(
        person=Meant(patient.given_name, patient.family_name, patient.birth_date or day),
        discloser=life.clinic.program,
        recipients=[hospital],
        kind="specific",
        purposes=["treatment"],
        categories=["demographics", "medications"],
        description="My medications, for the emergency department.",
        signed_on=day,
        valid_until=day + timedelta(days=180),
        **_words(person, "specific"),
        **_signature(person),
        by=User.objects.get(kind="client", organization=hospital),
        at=at,
    )
    match_paper(paper=paper, by=life.clinic.system, at=at)
