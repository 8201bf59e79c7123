"""Let families of the demo clinic come along on consents, let one call, and list where people help each other."""

from datetime import date, time, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.consent.actions import record_consent
from patients.consent.wording import CURRENT, language_for, wording_of
from patients.world.actions import record_world_fact
from patients.world.models import CloseOne
from treatment_plans.family.actions import Guest, record_family_session, write_collateral_note
from treatment_plans.mutual_help.actions import list_meeting, tell_of_meeting
from treatment_plans.sessions.actions import Part

SIGNED, HELD, CALLED = 12, 6, 4
"""Days before today on which a consent is signed, the family comes, and somebody calls."""
PEOPLE = 4
"""How many people the story takes, counted from those who are here longest."""

MEETINGS: tuple[tuple[str, str, int, time, str, str, str], ...] = (
    ("dra", "Both Sides", 1, time(19), "Community center, Elm Street", "yes", "Open; step-free"),
    ("na", "Noon Reset", 4, time(12), "Library, room 2", "unknown", "Closed"),
    ("aa", "Early Birds", 0, time(7), "St. Mark's hall", "no", "Bring your own cup"),
    ("smart", "SMART Tools", 2, time(18, 30), "12 Cedar Avenue, upstairs", "yes", "With a trained facilitator"),
    ("recovery_dharma", "Sitting Together", 6, time(10), "Yoga loft, Mill Road", "yes", "Meditation, 30 minutes"),
    ("family", "Families Evening", 3, time(18), "Community center, Elm Street", "unknown", "For families and friends"),
)


def list_mutual_help(life: Life, day: date) -> None:
    """Write down where people help each other."""
    by, at = life.clinic.of_role(Role.CASE_MANAGER, 0)[0], life.moment(day, 10)
    for fellowship, name, weekday, starts, place, medication, words in MEETINGS:
        list_meeting(
            program=life.clinic.program,
            fellowship=fellowship,
            name=name,
            weekday=weekday,
            starts=starts,
            place=place,
            medication=medication,
            words=words,
            by=by,
            at=at,
        )


def bring_families(life: Life, day: date) -> None:
    """Do with families what belongs to this day of the story."""
    ago = life.days_since(day)
    at = life.moment(day, 16)
    people = [person for person in life.in_care if person.admitted_on < day][:PEOPLE]
    if ago not in {SIGNED, HELD, CALLED} or len(people) < PEOPLE or not life.is_past(at):
        return
    if ago == SIGNED:
        _sign(life, people[0], day)
        list_mutual_help(life, day)
    if ago == HELD:
        _come_along(life, people[0], day)
    if ago == CALLED:
        _call(life, people[1], day)
        _tell(life, people[2], day)


def _common(life: Life, person: Persona, by: User, day: date, hour: int) -> dict[str, Any]:
    """Return whose it is, who writes it, and when."""
    return {"patient": person.course.patient, "by": by, "at": life.moment(day, hour)}


def _sister(person: Persona) -> CloseOne | None:
    """Return the sister of the story."""
    return CloseOne.objects.filter(patient=person.course.patient, relation="sister", in_error_why="").first()


def _sign(life: Life, person: Persona, day: date) -> None:
    """Let a person name a sister in a consent."""
    common = _common(life, person, staff_of(life, person)[Role.CASE_MANAGER], day, 11)
    record_world_fact(of="people", name="Amelia", relation="sister", may_talk="ask", supports=True, program=life.clinic.program, **common)
    sister = _sister(person)
    words = wording_of("specific", language=language_for(person.language))
    record_consent(
        discloser=life.clinic.program,
        kind="specific",
        recipients=[],
        people=[sister] if sister else [],
        purposes=["treatment"],
        categories=["plan", "appointments"],
        description="My plan, and when I come here.",
        revocation_statement=words["revocation_statement"],
        redisclosure_statement=words["redisclosure_statement"],
        hipaa_statement=words["hipaa_statement"],
        wording_version=CURRENT,
        language=language_for(person.language),
        signed_by=f"{person.given} {person.family}",
        signer_relationship="patient",
        signed_on=day,
        valid_until=day + timedelta(days=180),
        **common,
    )


def _come_along(life: Life, person: Persona, day: date) -> None:
    """Hold a session with the sister."""
    sister, by, starts = _sister(person), staff_of(life, person)[Role.THERAPIST], life.moment(day, 14)
    if sister is None:
        return
    record_family_session(
        part=Part(
            patient=person.course.patient,
            note="Planned evenings at home with the sister: who calls whom when it gets hard.",
            no_goal_reason="The family came for the first time.",
            offered="To come with the sister, or to begin alone.",
            chosen="To come with the sister.",
        ),
        guests=[Guest(f"person:{sister.pk}")],
        topics=["plan"],
        was_asked=True,
        site=person.course.site,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=50),
        homework="Each writes down one thing that helped this week.",
        by=by,
        at=life.moment(day, 15),
    )


def _call(life: Life, person: Persona, day: date) -> None:
    """Let somebody call, who is listened to and told nothing."""
    write_collateral_note(
        program=life.clinic.program,
        informant="A caller who said they are the mother",
        how="phone",
        heard_at=life.moment(day, 9),
        body="Worried: has not slept for three nights. Asked whether they come here; nothing was said.",
        in_confidence=True,
        **_common(life, person, staff_of(life, person)[Role.THERAPIST], day, 10),
    )


def _tell(life: Life, person: Persona, day: date) -> None:
    """Let a person tell of meetings, and go through the six principles."""
    common = _common(life, person, staff_of(life, person)[Role.CASE_MANAGER], day, 11)
    for back in (1, 8):
        tell_of_meeting(program=life.clinic.program, fellowship="dra", went_on=day - timedelta(days=back), words="Felt at home.", **common)
    done: dict[str, Any] = {"safety": "done", "trust": "done", "peers": "begun", "collaboration": "done", "choice": "done", "culture": ""}
    record_world_fact(of="start", program=life.clinic.program, **done, **common)
