"""Sign, add, co-sign and send back in the demo clinic: what stands under its notes."""

from datetime import date, datetime, timedelta

from casemgr.core.accounts.models import User
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.caseload.queries import current_members
from treatment_plans.sessions.actions import Part, record_session, sign_session
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.signing.actions import add_addendum, cosign_note, mark_note_in_error, name_supervisor, return_note, set_signing_policy
from treatment_plans.signing.queries import to_cosign

ARRANGED, ANSWERED, LATE = 21, 4, 3
"""Days before today on which supervision is arranged, notes are co-signed, and something is written late."""

WALKS = (12, 9, 6, 5, 2)
"""Days before today on which the peer worker is out with somebody."""

SAMPLE = 5
"""Percent of other notes that supervisors read in the demo."""

SUPERVISORS = (
    ("therapist@demo.test", "peer@demo.test"),
    ("prescriber@demo.test", "therapist@demo.test"),
    ("prescriber@demo.test", "therapist.two@demo.test"),
)
"""Who supervises whom; nobody is named for the therapist of the other site, so that the director sees it."""

PEER_NOTES = (
    "Went to the food bank together. Spoke about the first week without the brother.",
    "Coffee after the meeting. Wants to try the Thursday group, asked me to come along once.",
    "Walked to the job center. Was angry at the form, laughed about it on the way back.",
    "Called twice, met at the library. Read the letter of the landlord together.",
    "Showed the bus line to the clinic, rode it once in each direction.",
)
COMMENT = "Which steps about the landlord did you agree on, and who does what until next week? Please add it."


def keep_signed(life: Life, day: date) -> None:
    """Do what belongs to this day of the story, in its afternoon."""
    left = life.days_since(day)
    at = life.moment(day, 17, 20)
    if not life.is_past(at):
        return
    if left == ARRANGED:
        _arrange(life, day, at)
    if left in WALKS:
        _walk(life, WALKS.index(left), at)
    if left == ANSWERED:
        _answer(life, at)
    if left == LATE:
        _write_late(life, at)


def _arrange(life: Life, day: date, at: datetime) -> None:
    """Let the director name supervisors, and ask them to read a few of the other notes."""
    staff, program = life.clinic.staff, life.clinic.program
    director = staff["director@demo.test"]
    set_signing_policy(
        program=program, late_after_hours=24, sign_within_hours=72, sample_percent=SAMPLE, is_peers_cosigned=True, by=director, at=at
    )
    for supervisor, clinician in SUPERVISORS:
        name_supervisor(program=program, supervisor=staff[supervisor], clinician=staff[clinician], starts_on=day, by=director, at=at)


def _walk(life: Life, number: int, at: datetime) -> None:
    """Let the peer worker be out with somebody, and sign the note."""
    peer = life.clinic.staff["peer@demo.test"]
    mine = set(current_members().filter(user=peer).values_list("patient_id", flat=True))
    people = [person for person in life.in_care if person.course.patient.pk in mine]
    if people:
        _hold(life, people[number % len(people)], peer, "peer", PEER_NOTES[number], at - timedelta(hours=2), at)


def _hold(life: Life, person: Persona, by: User, kind: str, note: str, starts_at: datetime, at: datetime) -> Session:
    """Write down and sign a session with one person."""
    goals = person.course.goals[:1]
    part = Part(patient=person.course.patient, note=note, goals=goals, no_goal_reason="" if goals else "Came first.")
    session = record_session(
        site=person.course.site,
        clinician=by,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        parts=[part],
        by=by,
        at=at,
    )
    return sign_session(session=session, by=by, at=at)


def _answer(life: Life, at: datetime) -> None:
    """Let the therapist co-sign the oldest notes of the peer worker, and send the last one back with a comment."""
    therapist = life.clinic.staff["therapist@demo.test"]
    waiting = list(to_cosign(therapist).order_by("recorded_at", "pk"))
    for asked in waiting[:-1]:
        cosign_note(request=asked, by=therapist, at=at)
    for asked in waiting[-1:]:
        return_note(request=asked, words=COMMENT, by=therapist, at=at)


def _write_late(life: Life, at: datetime) -> None:
    """Let a therapist write something down days later, add to a signed note, and find one that was written twice."""
    therapist = life.clinic.staff["therapist@demo.test"]
    notes = Attendance.objects.filter(session__clinician=therapist, session__kind="individual", signed_at__isnull=False)
    latest = list(notes.select_related("patient").order_by("-session__starts_at")[:2])
    if len(latest) < 2:
        return
    add_addendum(attendance=latest[0], text="Called the next day: the sister drives on Tuesdays from now on.", by=therapist, at=at)
    person = next((one for one in life.in_care if one.course.patient.pk == latest[1].patient_id), None)
    if person is None:
        return
    _hold(life, person, therapist, "outreach", "Met at the hospital door. Written down after the holiday.", at - timedelta(days=3), at)
    twice = _hold(life, person, therapist, "individual", latest[1].note, at - timedelta(hours=1), at)
    words = "The same session was written down twice; the other note stands."
    mark_note_in_error(attendance=twice.attendances.get(), kind="twice", words=words, by=therapist, at=at)
