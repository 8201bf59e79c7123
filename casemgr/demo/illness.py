"""Say what the people of the demo clinic live with, look at it again, and take specimens; nothing here draws on chance."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from casemgr.desk.toxicology.queries import prescribed_for
from patients.diagnoses.actions import add_evidence, look_at_diagnosis_again, record_diagnosis, record_use, revise_diagnosis
from patients.diagnoses.models import Diagnosis
from patients.diagnoses.rules import Specifiers, disorder_of
from patients.diagnoses.rules.severity import CRITERIA
from patients.toxicology.actions import record_toxicology, review_toxicology

RELATIONS = ("independent", "worsened_by_use", "unclear")
SPECIMEN_EVERY = 56
"""Days between two specimens of one person in the demo; four in thirty people give any."""

EPISODE = {"F33.1": ("recurrent", "moderate")}


def diagnose(person: Persona, by: User, at: datetime) -> dict[str, Any]:
    """Write down what the person lives with, on both axes and in their life."""
    patient = person.course.patient
    common: dict[str, Any] = {"by": by, "at": at}
    rows = {
        "substance_use": record_diagnosis(
            patient=patient,
            axis="substance_use",
            code="F11.20",
            certainty="confirmed",
            onset_on=person.admitted_on - timedelta(days=365 * (2 + person.number % 9)),
            basis="Interview and history.",
            specifiers=_opioid_use(person),
            **common,
        ),
        "mental_health": record_diagnosis(
            patient=patient,
            axis="mental_health",
            code=person.mental_health[0],
            certainty="confirmed" if person.number % 3 else "provisional",
            basis="Interview; older records." if person.number % 3 else "Seen in the first days, in withdrawal.",
            specifiers=_of_mind(person),
            **common,
        ),
    }
    if person.homeless:
        record_diagnosis(patient=patient, axis="social", code="Z59.01", certainty="confirmed", **common)
    if person.jobless:
        record_diagnosis(patient=patient, axis="social", code="Z56.0", certainty="confirmed", **common)
    if person.number % 3 == 0:
        day = person.admitted_on - timedelta(days=1)
        record_use(patient=patient, substance="opioid", used_on=day, route="injected" if person.number % 2 else "smoked", **common)
    return rows


def _opioid_use(person: Persona) -> Specifiers:
    """Return how severe the use disorder is; everybody here has at least four criteria."""
    met = tuple(name for place, name in enumerate(CRITERIA) if (place * 5 + person.number) % 7 < 5)
    return Specifiers(disorder="opioid", criteria=met, on_maintenance=bool(person.substance), first_treated_on=person.admitted_on)


def _of_mind(person: Persona) -> Specifiers:
    """Return what is said more exactly of the mental illness; for most it was there first."""
    code = person.mental_health[0]
    episode, severity = EPISODE.get(code, ("", ""))
    return Specifiers(
        disorder=disorder_of(code),
        episode=episode,
        severity=severity,
        relation_to_use=RELATIONS[person.number % 3],
        onset_age=12 + person.number % 11,
    )


def look_at_illness(life: Life, day: date) -> None:
    """Look again at what was provisional, and take the specimens of the day."""
    at = life.moment(day, 13, 20)
    if not life.is_past(at):
        return
    for person in life.in_care:
        days = (day - person.admitted_on).days
        if person.number % 6 == 0 and days == 30:
            _look_again(life, person, at)
        if person.number % 4 == 1 and days % SPECIMEN_EVERY == 7:
            _take_specimen(life, person, days, at)


def _look_again(life: Life, person: Persona, at: datetime) -> None:
    """Confirm, refute or leave open what was provisional."""
    therapist = _staff(life, person, Role.THERAPIST)
    found = Diagnosis.objects.filter(patient=person.course.patient, axis="mental_health", certainty="provisional").first()
    if found is None:
        return
    common: dict[str, Any] = {"diagnosis": found, "by": therapist, "at": at}
    add_evidence(source="interview", weight="for" if person.number % 12 else "against", words="Four weeks without use.", **common)
    if person.number % 18 == 0:
        look_at_diagnosis_again(words="Sleep is still poor; dose not steady yet.", **common)
    elif person.number % 12 == 0:
        revise_diagnosis(certainty="refuted", basis="Gone after four weeks without use.", **common)
    else:
        revise_diagnosis(certainty="confirmed", basis="Stayed after four weeks without use.", **common)


def _take_specimen(life: Life, person: Persona, days: int, at: datetime) -> None:
    """Take a specimen; now and then something is unexpected and is talked about, except for the last days."""
    patient, turn = person.course.patient, person.number + days // SPECIMEN_EVERY
    prescribed = prescribed_for(patient, at.date())
    results = dict.fromkeys(("fentanyl", "heroin", "cocaine", "benzodiazepines", "amphetamines"), "negative")
    results |= dict.fromkeys(prescribed.expected, "positive")
    if turn % 5 == 2:
        results["fentanyl"] = "positive"
    nurse = _staff(life, person, Role.NURSE)
    panel = record_toxicology(
        patient=patient,
        program=life.clinic.program,
        collected_at=at,
        results=results,
        prescribed=prescribed,
        is_random=turn % 3 > 0,
        by=nurse,
        at=at,
    )
    if panel.is_unexpected and (life.until - at).days > 2:
        told: dict[str, Any] = {"substance": "opioid", "used_on": at.date() - timedelta(days=2)} if turn % 2 else {}
        review_toxicology(
            panel=panel,
            talk="use_told" if told else "no_use_told",
            words="Talked it through; a second look by the laboratory was offered. Goes on with the dose as ordered.",
            confirm=["fentanyl"] if not told else [],
            by=_staff(life, person, Role.THERAPIST),
            at=at + timedelta(minutes=30),
            **told,
        )


def _staff(life: Life, person: Persona, role: Role) -> User:
    """Return who of this role looks after a person."""
    people = life.clinic.of_role(role, life.site_number(person))
    return people[person.number % len(people)]
