"""Book, hold, miss and move the meetings of the demo clinic, and write the notes."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.core.refusals import Refused
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.notes import homework_of, look_closely, part_words
from casemgr.demo.people import Persona
from casemgr.demo.screenings import answer_instruments
from casemgr.demo.words import GROUP_NOTES, GROUP_TEXTS, GROUPS, NOTES
from patients.screenings.actions import record_observation
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment
from treatment_plans.sessions.actions import Part, record_session, sign_session
from treatment_plans.sessions.models import Session

AHEAD = 10
"""Days before which a meeting is booked."""
GROUP_SIZE = 10
UNSIGNED_DAYS = 2
SCREENING_EVERY = 28
INSTRUMENTS = (("44261-6", "PHQ-9 total score", 27, 16), ("70274-6", "GAD-7 total score", 21, 13))
"""LOINC code, title, highest total, where people begin in the demo."""


def hold_meetings(life: Life, day: date) -> None:
    """Book what lies ahead and hold what is due today."""
    for person in list(life.in_care):
        _book_next(life, person, day)
        appointment = person.course.meetings.pop(day, None)
        if appointment is not None and day.weekday() < 5:
            _hold(life, person, appointment, day)


def hold_groups(life: Life, day: date) -> None:
    """Hold a group at each site, on Tuesdays and Thursdays."""
    if day.weekday() not in (1, 3):
        return
    for number, site in enumerate(life.clinic.sites):
        members = [p for p in life.in_care if p.in_group == (day.weekday() == 3) and life.site_number(p) == number][:GROUP_SIZE]
        by = life.clinic.of_role(Role.THERAPIST, number)[0]
        members = [p for p in members if staff_of(life, p)[Role.THERAPIST].pk == by.pk]
        starts = life.moment(day, 17, 0)
        if len(members) < 2 or not life.is_past(starts + timedelta(minutes=75)):
            continue
        parts = [_group_part(life, person) for person in members]
        session = record_session(
            site=site,
            clinician=by,
            kind="group",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=60),
            parts=parts,
            title=GROUPS[day.weekday() == 3],
            techniques=["cbt", "group"],
            shared_text=life.random.choice(GROUP_TEXTS),
            by=by,
            at=starts + timedelta(minutes=70),
        )
        _sign(life, session, by, starts + timedelta(minutes=75))


def _book_next(life: Life, person: Persona, day: date) -> None:
    """Book the meeting that lies `AHEAD` days from now, if one falls there."""
    ahead = day + timedelta(days=AHEAD)
    weeks = (ahead - person.admitted_on).days // 7
    due = ahead.weekday() == person.session_weekday and weeks % person.every_weeks == 0
    at = life.moment(day, 8, 30)
    if not due or not life.is_past(at) or (person.discharged_on and ahead >= person.discharged_on):
        return
    starts = life.moment(ahead, person.session_hour, 30 * (person.number % 2))
    try:
        person.course.meetings[ahead] = book_appointment(
            patient=person.course.patient,
            site=person.course.site,
            clinician=staff_of(life, person)[Role.THERAPIST],
            kind="individual",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            by=staff_of(life, person)[Role.FRONT_DESK],
            at=at,
        )
    except Refused:
        return


def _hold(life: Life, person: Persona, appointment: Appointment, day: date) -> None:
    """Let the meeting take place, be missed or be called off."""
    by = staff_of(life, person)[Role.THERAPIST]
    desk = staff_of(life, person)[Role.FRONT_DESK]
    starts = appointment.starts_at
    if not life.is_past(starts + timedelta(minutes=45)):
        return
    chance = life.random.random()
    if chance < 0.1:
        cancel_appointment(appointment=appointment, by_patient=chance < 0.07, by=desk, at=starts - timedelta(hours=2))
    elif chance < 0.22:
        settle_appointment(appointment=appointment, state="no_show", by=desk, at=starts + timedelta(minutes=30))
    else:
        settle_appointment(appointment=appointment, state="kept", by=desk, at=starts + timedelta(minutes=1))
        part = Part(
            patient=person.course.patient,
            minutes=30,
            appointment=appointment,
            **part_words(person, day, life.random.choice(NOTES)),
            goals=[life.random.choice(person.course.goals)],
        )
        session = record_session(
            site=person.course.site,
            clinician=by,
            kind="individual",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            parts=[part],
            techniques=["cbt"],
            note_format="dap",
            homework=homework_of(person, day),
            by=by,
            at=starts + timedelta(minutes=35),
        )
        look_closely(session, person, day, starts + timedelta(minutes=38))
        _sign(life, session, by, starts + timedelta(minutes=40))
        _screen(life, person, by, day, starts + timedelta(minutes=20))


def _sign(life: Life, session: Session, by: User, at: datetime) -> None:
    """Sign the notes; those of the last days wait for their author."""
    if life.until - at > timedelta(days=UNSIGNED_DAYS) or life.random.random() < 0.4:
        sign_session(session=session, by=by, at=at)


def _screen(life: Life, person: Persona, by: User, day: date, at: datetime) -> None:
    """Write down the totals of two questionnaires every four weeks; on the whole they fall."""
    last = person.course.screened_on
    if last and (day - last).days < SCREENING_EVERY:
        return
    person.course.screened_on = day
    answer_instruments(person, by, day, at)
    months = (day - person.admitted_on).days / 30
    for code, title, highest, begins in INSTRUMENTS:
        total = max(0, min(highest, round(begins - 1.6 * months + life.random.gauss(0, 3))))
        record_observation(
            patient=person.course.patient,
            kind="survey",
            code=code,
            title=title,
            observed_at=at,
            value_number=Decimal(total),
            value_unit="{score}",
            by=by,
            at=at,
        )


def _group_part(life: Life, person: Persona) -> Part:
    """Return one person's part in a group: there or not, a note, a goal."""
    if life.random.random() < 0.2:
        return Part(patient=person.course.patient, state="absent", no_goal_reason="Was not there.")
    return Part(
        patient=person.course.patient,
        minutes=60,
        note=life.random.choice(GROUP_NOTES),
        goals=[life.random.choice(person.course.goals)],
    )
