"""Furnish the demo clinic's calendar: rooms, meetings that come again, who waits for an hour, and who works when."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

from casemgr.core.accounts.rules import Can, Role
from casemgr.core.administration.accounts.actions import close_site, set_message_words
from casemgr.core.refusals import Refused
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from treatment_plans.appointments.actions import cancel_appointment
from treatment_plans.appointments.busy.actions import record_busy_time
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import appointments_seen_by
from treatment_plans.appointments.series.actions import book_series, move_following
from treatment_plans.appointments.waitlist.actions import wait_for_appointment
from treatment_plans.rooms.actions import add_room, use_room
from treatment_plans.rooms.models import Room, RoomPurpose
from treatment_plans.rooms.recurrence.rules import Rhythm

ROOMS = (("Garden room", 14, "Quiet, at the back"), ("Room 1", 3, "No stairs"), ("Room 2", 3, ""))
TIMES = 8
HOURS = (time(8, 15), time(9, 15), time(15, 45))
"""When the meetings begin that come again: at hours that the others leave free."""


def keep_calendar(life: Life, today: date) -> None:
    """Furnish the calendar, on the last day of the story."""
    at = life.until
    rooms = [_rooms(life, number, at) for number in range(len(life.clinic.sites))]
    clinic = life.clinic
    set_message_words(program=clinic.program, neutral_name="Health Center", callback_phone="555-0140", by=clinic.administrator, at=at)
    close_site(site=clinic.sites[0], day=_next(today + timedelta(days=17), 4), reason="Staff training", by=clinic.administrator, at=at)
    _meet_in_rooms(life, rooms[0][0], today, at)
    people = [person for person in life.in_care if life.site_number(person) == 0]
    for number, person in enumerate(people[: len(HOURS)]):
        _come_again(life, person, rooms[0][1 + number % 2], _next(today, number), HOURS[number], at)
    for number, person in enumerate(people[3:7]):
        _wait(life, person, number, at)
    for number, person in enumerate(people[4:7]):
        _work(life, person, number, today, at)
    _free_an_hour(life, at)


def _rooms(life: Life, number: int, at: datetime) -> list[Room]:
    """Name the rooms of a site."""
    site, by = life.clinic.sites[number], life.clinic.administrator
    return [add_room(site=site, name=name, seats=seats, note=note, by=by, at=at) for name, seats, note in ROOMS]


def _next(day: date, weekday: int) -> date:
    """Return the next such weekday after a day."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def _meet_in_rooms(life: Life, room: Room, today: date, at: datetime) -> None:
    """Let the staff meet on the next two Wednesdays."""
    by = life.clinic.of_role(Role.FRONT_DESK, 0)[0]
    for week in range(2):
        starts = life.moment(_next(today, 2) + timedelta(weeks=week), 12)
        use_room(room=room, starts_at=starts, ends_at=starts + timedelta(hours=1), purpose=RoomPurpose.STAFF, by=by, at=at)


def _come_again(life: Life, person: Persona, room: Room, first_on: date, starts: time, at: datetime) -> None:
    """Book a meeting that comes again every week; the second person's moves by half an hour from the third time on."""
    by = staff_of(life, person)[Role.FRONT_DESK]
    with suppress(Refused):
        series = book_series(
            patient=person.course.patient,
            site=person.course.site,
            clinician=staff_of(life, person)[Role.CASE_MANAGER],
            kind="case_management",
            rhythm=Rhythm(times=TIMES),
            first_on=first_on,
            starts=starts,
            minutes=30,
            room=room,
            by=by,
            at=at,
        )
        if starts == HOURS[1]:
            third = Appointment.objects.get(series=series, occurs_on=first_on + timedelta(weeks=2))
            move_following(appointment=third, day=first_on + timedelta(weeks=2), starts=time(9, 45), minutes=30, by=by, at=at)


def _wait(life: Life, person: Persona, number: int, at: datetime) -> None:
    """Put somebody on the waitlist: for anything, or for some hours only."""
    wants = ({}, {"earliest": time(9), "latest": time(13)}, {"weekdays": [0, 1, 2, 3, 4]}, {"weekdays": [5]})[number]
    wait_for_appointment(
        patient=person.course.patient,
        program=life.clinic.program,
        kind="individual",
        minutes=30,
        by=staff_of(life, person)[Role.FRONT_DESK],
        at=at - timedelta(days=9 - 2 * number),
        **wants,
    )


def _work(life: Life, person: Persona, number: int, today: date, at: datetime) -> None:
    """Write down when somebody works, learns or has no bus."""
    reason, starts, ends, note = (
        ("work", time(22), time(6), "Night shift"),
        ("school", time(13), time(16), "GED course"),
        ("transport", time(16, 30), time(23), "Last bus leaves at 4:20"),
    )[number]
    record_busy_time(
        patient=person.course.patient,
        program=life.clinic.program,
        reason=reason,
        weekdays=range(5),
        starts=starts,
        ends=ends,
        since=today - timedelta(days=30),
        note=note,
        by=staff_of(life, person)[Role.FRONT_DESK],
        at=at,
    )


def _free_an_hour(life: Life, at: datetime) -> None:
    """Let somebody call off the next individual session at the first site: its page names who could take the hour."""
    by = life.clinic.of_role(Role.FRONT_DESK, 0)[0]
    seen = appointments_seen_by(by, can=Can.BOOK_APPOINTMENT)
    ahead = seen.filter(kind="individual", state=AppointmentState.BOOKED, site=life.clinic.sites[0], starts_at__gt=at)
    found = ahead.order_by("starts_at", "pk").first()
    if found is not None:
        cancel_appointment(appointment=found, by_patient=True, why="Has to work", by=by, at=at)
