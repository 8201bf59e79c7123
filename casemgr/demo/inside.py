"""Keep private what is private in the demo clinic: notes of one's own, compartments, a guarded chart, and broken glass."""

from datetime import date, datetime
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.compartments.actions import write_restricted_note
from patients.disclosures.glass.actions import break_glass_and_tell
from patients.guarding.actions import Identity, break_glass, record_conflict, restrict_chart, review_glass
from patients.guarding.models import GlassBreak
from patients.guarding.rules import Ground
from treatment_plans.counseling.actions import add_counseling_addendum, save_counseling_note, sign_counseling_note
from treatment_plans.sessions.models import Attendance

WRITTEN, REVIEWED, WAITING = 6, 3, 1
"""Days before today on which something private is written down, a chart is opened and reviewed, and another waits for its review."""

RESTRICTED_NOTES = (
    ("trauma", Role.THERAPIST, "Spoke for the first time about the fire in the house. Wants nobody else to bring it up."),
    ("legal", Role.CASE_MANAGER, "Hearing about custody next month. The lawyer asks for nothing yet; no letter without a consent."),
    ("partner_violence", Role.NURSE, "Came with a bruise. The former partner waits outside some mornings; leaves by the back door."),
)
COUNSELING = (
    "I noticed that I wanted to comfort before listening. Silence after the question about the mother; stay there next time.",
    "Anger at me, I think, for the holiday. It was the first honest hour. Bring my own part to supervision.",
)


def keep_private(life: Life, day: date) -> None:
    """Do what belongs to this day of the story, at its noon."""
    at, left = life.moment(day, 12, 30), life.days_since(day)
    people = [person for person in life.in_care if life.site_number(person) == 0]
    if not life.is_past(at) or len(people) < len(RESTRICTED_NOTES) + 1:
        return
    if left == WRITTEN:
        _write_apart(life, people, at)
        _guard(life, people[-1], at)
    if left == REVIEWED:
        ground = Ground(kind="internal", reason="covering", words="Carmen is away and the landlord calls about the lease")
        glass = _break(life, "case.manager.two@demo.test", people, ground, at)
        privacy = life.clinic.staff["privacy@demo.test"]
        if glass is not None:
            words = "Asked the team: covering was agreed for this week."
            review_glass(glass=glass, verdict="justified", words=words, by=privacy, at=life.moment(day, 16))
    if left == WAITING:
        ground = Ground(
            kind="emergency",
            medical_personnel="Dr. Ada Ruiz",
            affiliation="St. Anne Hospital, emergency department",
            disclosed_by="Tess Okafor",
            disclosed_at=at,
            nature="Brought in without consciousness, asks for current medication",
            personnel_at="outside",
        )
        _break(life, "therapist.two@demo.test", people, ground, at, profession="doctor", told=["demographics", "medications"])


def _write_apart(life: Life, people: list[Persona], at: datetime) -> None:
    """Write into each compartment, and two counseling notes."""
    program = life.clinic.program
    for person, (compartment, role, words) in zip(people, RESTRICTED_NOTES, strict=False):
        by = staff_of(life, person)[role]
        write_restricted_note(patient=person.course.patient, program=program, compartment=compartment, body=words, by=by, at=at)
    therapist = life.clinic.staff["therapist@demo.test"]
    held = Attendance.objects.filter(session__clinician=therapist, session__kind="individual", state="present")
    parts = list(held.select_related("session__site", "patient").order_by("-session__starts_at")[: len(COUNSELING)])
    for part, words in zip(parts, COUNSELING, strict=False):
        note = save_counseling_note(attendance=part, body=words, by=therapist, at=at)
        sign_counseling_note(note=note, by=therapist, at=at)
        note.signed_at = at
        add_counseling_addendum(note=note, body="Talked it through in supervision.", by=therapist, at=at)


def _guard(life: Life, person: Persona, at: datetime) -> None:
    """Restrict the chart of somebody's relative to those who care for them."""
    staff, privacy = staff_of(life, person), life.clinic.staff["privacy@demo.test"]
    common: dict[str, Any] = {"patient": person.course.patient, "program": life.clinic.program, "by": privacy, "at": at}
    readers = [staff[role] for role in (Role.CASE_MANAGER, Role.THERAPIST, Role.PRESCRIBER)]
    restrict_chart(reason="relative", words="Cousin of somebody at the front desk", readers=readers, **common)
    record_conflict(user=life.clinic.staff["front.desk@demo.test"], kind="relative", words="Cousin, told us", **common)


def _break(life: Life, email: str, people: list[Persona], ground: Ground, at: datetime, **telling: Any) -> GlassBreak | None:
    """Let somebody open the chart of a person whom others care for, and tell medical personnel elsewhere if there is something to tell."""
    by = life.clinic.staff[email]
    stranger = next((person for person in people[:-1] if by not in staff_of(life, person).values()), None)
    if stranger is None:
        return None
    patient = stranger.course.patient
    identity = Identity(name=patient.legal_name, birth_date=patient.birth_date)
    verb = break_glass_and_tell if telling else break_glass
    return verb(program=life.clinic.program, identity=identity, ground=ground, by=by, at=at, **telling)
