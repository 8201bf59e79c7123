from datetime import date, time, timedelta

import pytest

from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Refused
from tests.treatment_plans.appointments.conftest import NEW_YORK, local
from treatment_plans.appointments.actions import move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment, AppointmentSeries
from treatment_plans.appointments.series.actions import book_series, cancel_following, move_following
from treatment_plans.appointments.series.rules import moved_days, moved_rhythm
from treatment_plans.calendar.booking.queries import what_moves
from treatment_plans.rooms.actions import add_room, use_room
from treatment_plans.rooms.models import RoomUse
from treatment_plans.rooms.recurrence.rules import MONTHLY, Rhythm, Slot

TUESDAY = date(2026, 3, 10)
WEEK = timedelta(weeks=1)


@pytest.fixture
def room(clinic):
    """Return a room of the site North."""
    return add_room(site=clinic.north, name="Room 2", by=clinic.director, at=clinic.now)


@pytest.fixture
def weekly(clinic, room):
    """Return a function that books Tuesdays at ten for an hour, in the room."""

    def _weekly(patient, times=6, **facts):
        values = {"kind": "individual", "site": clinic.north, "clinician": clinic.therapist, "room": room, "first_on": TUESDAY}
        values |= {"starts": time(10), "minutes": 60, "rhythm": Rhythm(times=times), "by": clinic.front_desk, "at": clinic.now}
        return book_series(patient=patient, **values | facts)

    return _weekly


def of(series, state="booked"):
    rows = Appointment.objects.filter(series=series, state=state).order_by("starts_at")
    return [f"{row.starts_at.astimezone(NEW_YORK):%m-%d %H:%M}" for row in rows]


def taken(room):
    held = RoomUse.objects.filter(room=room, released_at__isnull=True).order_by("starts_at")
    return [f"{use.starts_at.astimezone(NEW_YORK):%m-%d %H:%M}" for use in held]


def test_a_series_is_booked_whole_with_its_room_and_keeps_its_hour_when_the_clocks_change(clinic, weekly, room):
    series = weekly(clinic.patient(), times=40)
    rows = list(Appointment.objects.filter(series=series))
    assert {row.starts_at.astimezone(NEW_YORK).time() for row in rows} == {time(10)}
    assert len({row.starts_at.hour for row in rows}) == 2  # summer and winter in UTC
    assert (len(rows), len(taken(room)), series.rhythm, series.slot.at) == (40, 40, Rhythm(times=40), time(10))
    assert {row.occurs_on for row in rows} == {TUESDAY + number * WEEK for number in range(40)}
    assert Fact.objects.filter(kind="AppointmentReminderDue").count() == 80


def test_every_date_that_cannot_be_is_named_and_may_be_left_out(clinic, weekly, book, room):
    patient = clinic.patient(given="Rosa", family="Díaz")
    book(patient, local(2026, 3, 17, 10, 30), clinician=clinic.nurse)
    use_room(room=room, starts_at=local(2026, 3, 24, 9), ends_at=local(2026, 3, 24, 11), by=clinic.front_desk, at=clinic.now)
    with pytest.raises(Refused) as refused:
        weekly(patient)
    assert [(reason.field, reason.text) for reason in refused.value.reasons] == [
        (
            "starts_at",
            f"Tue, Mar 17: Rosa Díaz has another appointment then, from 10:30 a.m. to 11:30 a.m.: Individual session with {clinic.nurse}.",
        ),
        ("room", "Tue, Mar 24: Room 2 is taken then, from 9 a.m. to 11 a.m.: Group."),
    ]
    assert (AppointmentSeries.objects.count(), Appointment.objects.count()) == (0, 1)
    series = weekly(patient, leave_out={date(2026, 3, 17), date(2026, 3, 24)})
    assert of(series) == ["03-10 10:00", "03-31 10:00", "04-07 10:00", "04-14 10:00"]
    with pytest.raises(Refused) as refused:
        weekly(clinic.patient(), rhythm=Rhythm("yearly", 0), minutes=0)
    assert {reason.field for reason in refused.value.reasons} == {"unit", "every", "until", "minutes"}
    with pytest.raises(Refused, match="No day is left"):
        weekly(clinic.patient(), times=1, leave_out={TUESDAY})


def test_this_one_alone_moves_with_its_room_and_the_series_stays(clinic, weekly, room):
    series = weekly(clinic.patient(), times=3)
    second = Appointment.objects.get(series=series, occurs_on=TUESDAY + WEEK)
    noon = local(2026, 3, 18, 12)
    moved = move_appointment(appointment=second, starts_at=noon, ends_at=noon + timedelta(hours=1), by=clinic.front_desk, at=clinic.now)
    assert (moved.moved_alone, moved.occurs_on, moved.version) == (True, TUESDAY + WEEK, 2)
    assert of(series) == taken(room) == ["03-10 10:00", "03-18 12:00", "03-24 10:00"]
    without = move_appointment(
        appointment=moved, starts_at=noon, ends_at=noon + timedelta(hours=1), room=None, by=clinic.front_desk, at=clinic.now
    )
    assert (without.room_use, without.version, taken(room)) == (None, 2, ["03-10 10:00", "03-24 10:00"])


def test_this_and_following_move_and_what_was_before_stays_what_it_was(clinic, weekly, room):
    patient = clinic.patient()
    series = weekly(patient)
    alone = Appointment.objects.get(series=series, occurs_on=date(2026, 4, 7))
    noon = local(2026, 4, 9, 12)
    move_appointment(appointment=alone, starts_at=noon, ends_at=noon + timedelta(hours=1), by=clinic.front_desk, at=clinic.now)
    third = Appointment.objects.get(series=series, occurs_on=date(2026, 3, 24))
    new = move_following(
        appointment=third,
        day=date(2026, 3, 25),
        starts=time(9, 30),
        minutes=50,
        clinician=clinic.nurse,
        by=clinic.front_desk,
        at=clinic.now,
    )
    series.refresh_from_db()
    assert (of(series), series.until, series.times) == (["03-10 10:00", "03-17 10:00"], date(2026, 3, 23), None)
    assert of(new) == ["03-25 09:30", "04-01 09:30", "04-09 12:00", "04-15 09:30"]
    assert (new.follows, new.rhythm, new.clinician) == (series, Rhythm(times=4), clinic.nurse)
    assert sorted(of(series) + of(new)) == taken(room)
    third.refresh_from_db()
    assert (third.version, third.clinician, third.series_id) == (2, clinic.nurse, new.pk)
    with pytest.raises(Refused, match="stands alone"):
        move_following(
            appointment=Appointment(patient=patient, site=clinic.north),
            day=TUESDAY,
            starts=time(9),
            minutes=5,
            by=clinic.front_desk,
            at=clinic.now,
        )


def test_one_that_was_moved_alone_does_not_drag_the_following_along(clinic, weekly, room):
    series = weekly(clinic.patient())
    alone = Appointment.objects.get(series=series, occurs_on=date(2026, 3, 24))
    noon = local(2026, 3, 28, 12)
    alone = move_appointment(appointment=alone, starts_at=noon, ends_at=noon + timedelta(hours=1), by=clinic.front_desk, at=clinic.now)
    by = {"starts": time(9, 30), "minutes": 50, "by": clinic.front_desk, "at": clinic.now}
    slot = Slot(time(9, 30), 50, clinic.north.zone)
    foreseen = what_moves(alone, date(2026, 3, 28), slot, with_following=True)[1]
    new = move_following(appointment=alone, day=date(2026, 3, 28), **by)
    assert (
        of(new)
        == ["03-28 09:30", "03-31 09:30", "04-07 09:30", "04-14 09:30"]
        == sorted(f"{one.starts_at.astimezone(clinic.north.zone):%m-%d %H:%M}" for one in foreseen)
    )
    alone.refresh_from_db()
    assert (alone.moved_alone, alone.occurs_on, new.first_on) == (True, date(2026, 3, 24), date(2026, 3, 24))
    later = move_following(appointment=alone, day=date(2026, 3, 29), **by)
    assert of(later) == ["03-29 09:30", "04-01 09:30", "04-08 09:30", "04-15 09:30"]


@pytest.mark.parametrize("days", [7, -7])
def test_a_series_moves_onto_its_own_dates_without_standing_in_its_own_way(clinic, weekly, room, days):
    series = weekly(clinic.patient(), times=4)
    second = Appointment.objects.get(series=series, occurs_on=TUESDAY + WEEK)
    if days < 0:
        settle_appointment(
            appointment=Appointment.objects.get(series=series, occurs_on=TUESDAY),
            state="cancelled_by_staff",
            by=clinic.front_desk,
            at=clinic.now,
        )
    new = move_following(
        appointment=second, day=TUESDAY + WEEK + timedelta(days=days), starts=time(10), minutes=60, by=clinic.front_desk, at=clinic.now
    )
    begins = TUESDAY + WEEK + timedelta(days=days)
    assert of(new) == [f"{begins + number * WEEK:%m-%d} 10:00" for number in range(3)]
    assert len(taken(room)) == (4 if days > 0 else 3)


def test_conflicts_of_the_following_are_named_and_those_days_stay_where_they_are(clinic, weekly, book):
    patient = clinic.patient()
    series = weekly(patient, times=3)
    book(patient, local(2026, 3, 17, 14), clinician=clinic.nurse)
    first = Appointment.objects.get(series=series, occurs_on=TUESDAY)
    to = {"appointment": first, "day": TUESDAY, "starts": time(14), "minutes": 60, "by": clinic.front_desk, "at": clinic.now}
    with pytest.raises(Refused, match="Tue, Mar 17: .* has another appointment then"):
        move_following(**to)
    assert of(move_following(**to, leave_out={TUESDAY + WEEK})) == ["03-10 14:00", "03-17 10:00", "03-24 14:00"]


def test_this_and_following_are_cancelled_and_their_rooms_are_free(clinic, weekly, room):
    series = weekly(clinic.patient(), times=4)
    second = Appointment.objects.get(series=series, occurs_on=TUESDAY + WEEK)
    rows = cancel_following(appointment=second, by_patient=True, why="Moves away", by=clinic.front_desk, at=clinic.now)
    assert (len(rows), of(series), taken(room)) == (3, ["03-10 10:00"], ["03-10 10:00"])
    assert of(series, "cancelled_by_patient") == ["03-17 10:00", "03-24 10:00", "03-31 10:00"]
    assert set(Appointment.objects.filter(state="cancelled_by_patient").values_list("why_cancelled", "cancelled_at")) == {
        ("Moves away", clinic.now)
    }
    with pytest.raises(Refused, match="Nothing of this series"):
        cancel_following(appointment=second, by_patient=True, by=clinic.front_desk, at=clinic.now)


def test_days_go_along_with_the_day_that_was_moved():
    twice = Rhythm(weekdays=frozenset({1, 6}), times=10)
    assert moved_rhythm(twice, TUESDAY, TUESDAY + WEEK, TUESDAY + WEEK + timedelta(days=1)) == Rhythm(weekdays=frozenset({2, 0}), times=8)
    until = Rhythm(until=date(2026, 6, 1))
    assert moved_rhythm(until, TUESDAY, TUESDAY, date(2026, 3, 9)).until == date(2026, 5, 31)
    monthly = Rhythm(MONTHLY, times=4)
    days = [date(2026, 3, 10), date(2026, 4, 14), date(2026, 6, 9)]
    assert moved_days(monthly, days, days[0], date(2026, 3, 18)) == {
        days[0]: date(2026, 3, 18),
        days[1]: date(2026, 4, 15),
        days[2]: date(2026, 6, 17),
    }
