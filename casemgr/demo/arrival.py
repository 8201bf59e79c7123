"""Let people arrive at the demo clinic and leave it: record, admission, team, diagnoses, plan, consents."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.illness import diagnose
from casemgr.demo.life import Life
from casemgr.demo.people import Course, Persona
from casemgr.demo.planning import write_plan
from casemgr.demo.wayin import answer_the_state, answers_of, ask_for_help
from casemgr.demo.world import tell_of_the_own_world
from patients.caseload.actions import assign_care_team_member
from patients.consent.actions import record_consent
from patients.episodes.actions import admit_patient, discharge_patient
from patients.record.actions import add_contact_point, add_identifier, register_patient
from patients.record.models import Patient
from patients.record.queries import duplicate_candidates


def arrive(life: Life, day: date) -> None:
    """Take in everybody whose care begins today."""
    at = life.moment(day, 5, 5)
    if not life.is_past(at):
        return
    for person in life.people:
        if person.admitted_on == day:
            _take_in(life, person, at)
            life.in_care.append(person)


def leave(life: Life, day: date) -> None:
    """Discharge everybody whose care ends today."""
    at = life.moment(day, 17, 45)
    for person in [p for p in life.in_care if p.discharged_on == day]:
        if life.is_past(at):
            by = staff_of(life, person)[Role.CASE_MANAGER]
            discharge_patient(
                episode=person.course.episode, on=day, reason=person.discharge_reason, **answers_of(person, day, by), by=by, at=at
            )
            life.in_care.remove(person)


def staff_of(life: Life, person: Persona) -> dict[Role, User]:
    """Return who looks after a person: one of each role at their site."""
    site = life.site_number(person)
    return {
        role: people[person.number % len(people)]
        for role in (Role.CASE_MANAGER, Role.THERAPIST, Role.NURSE, Role.PRESCRIBER, Role.FRONT_DESK)
        if (people := life.clinic.of_role(role, site))
    }


def _take_in(life: Life, person: Persona, at: datetime) -> None:
    """Register and admit one person, name the team, write down diagnoses, plan and consents."""
    staff = staff_of(life, person)
    patient = _register(life, person, staff[Role.FRONT_DESK], at)
    ask_for_help(life, person, patient, staff[Role.FRONT_DESK], at)
    episode = admit_patient(
        patient=patient,
        site=life.clinic.sites[life.site_number(person)],
        admitted_on=person.admitted_on,
        referral_source=life.random.choice(("1", "1", "2", "3", "6", "7")),
        by=staff[Role.PRESCRIBER],
        at=at,
    )
    person.began = Course(patient, episode, episode.site)
    answer_the_state(person, person.course, staff[Role.PRESCRIBER], at)
    _name_team(life, person, staff, at)
    diagnoses = diagnose(person, staff[Role.THERAPIST], at)
    tell_of_the_own_world(life, person, staff[Role.CASE_MANAGER], at)
    write_plan(life, person, staff[Role.THERAPIST], diagnoses, at)
    _consent(life, person, staff[Role.CASE_MANAGER], at)


def _register(life: Life, person: Persona, by: User, at: datetime) -> Patient:
    """Make the record with identifiers and contact points."""
    facts: dict[str, Any] = {"given_name": person.given, "family_name": person.family, "birth_date": person.born}
    known = duplicate_candidates(program=life.clinic.program, **facts)
    patient = register_patient(
        site=life.clinic.sites[life.site_number(person)],
        chosen_name=person.chosen,
        pronouns=person.pronouns,
        sex=person.sex,
        language=person.language,
        interpreter_needed=person.interpreter,
        has_no_phone=not person.phone,
        has_no_address=not person.has_address,
        not_same_as=[candidate.patient for candidate in known],
        by=by,
        at=at,
        **facts,
    )
    add_identifier(patient=patient, kind="mrn", value=f"CIC-{1000 + person.number}", system="Cedar Integrated Care", by=by, at=at)
    if person.phone:
        add_contact_point(
            patient=patient,
            kind="phone",
            value=person.phone,
            ok_to_call=not person.unsafe_phone,
            ok_to_text=not person.unsafe_phone,
            is_unsafe=person.unsafe_phone,
            wants_reminders=person.wants_reminders,
            greet_by_name=person.wants_reminders and person.number % 2 == 0,
            by=by,
            at=at,
        )
    if person.has_address:
        add_contact_point(
            patient=patient, kind="post", value=f"{person.number * 3 + 1} Elm Street", is_shared=person.number % 4 == 0, by=by, at=at
        )
    return patient


def _name_team(life: Life, person: Persona, staff: dict[Role, User], at: datetime) -> None:
    """Put case manager and therapist, and for some a peer worker, on the care team."""
    team = [staff[Role.CASE_MANAGER], staff[Role.THERAPIST]]
    roles = [Role.CASE_MANAGER, Role.THERAPIST]
    peers = life.clinic.of_role(Role.PEER, life.site_number(person))
    if peers and person.number % 4 == 0:
        team.append(peers[0])
        roles.append(Role.PEER)
    for user, role in zip(team, roles, strict=True):
        assign_care_team_member(
            patient=person.course.patient,
            program=life.clinic.program,
            user=user,
            role=role,
            since=person.admitted_on,
            is_lead=role is Role.CASE_MANAGER,
            by=life.clinic.staff["director@demo.test"],
            at=at,
        )


def _consent(life: Life, person: Persona, by: User, at: datetime) -> None:
    """Sign the consents that this person gives."""
    common: dict[str, Any] = {
        "patient": person.course.patient,
        "discloser": life.clinic.program,
        "revocation_statement": "You may take this back at any time, in writing, at the front desk. What was shared before stays shared.",
        "signed_by": f"{person.given} {person.family}",
        "signer_relationship": "patient",
        "signed_on": person.admitted_on,
        "by": by,
        "at": at,
    }
    if person.consents:
        record_consent(
            kind="tpo",
            recipients=[life.clinic.partners["St. Anne Hospital"], life.clinic.partners["Eastside Primary Care"]],
            purposes=["treatment", "payment", "operations"],
            categories=["demographics", "contact", "medications", "diagnoses", "plan", "appointments"],
            description="What my doctors need to treat me: who I am, my medications, diagnoses, plan and appointments.",
            redisclosure_statement="Who receives this may share it again as federal rules allow, but not in proceedings against you.",
            refusal_statement="Not signing does not end your care here; your other doctors may then not know of it.",
            ends_with="end of the treatment",
            **common,
        )
    if person.housing_consent:
        record_consent(
            kind="specific",
            recipients=[life.clinic.partners["Grove Street Homes"], life.clinic.partners["Harbor Shelter"]],
            purposes=["housing"],
            categories=["demographics", "contact", "housing"],
            description="My name, how to reach me, and what concerns my search for a place to live. Nothing about my health.",
            valid_until=person.admitted_on + timedelta(days=365),
            **common,
        )
