from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from casemgr.core.refusals import Denied, Refused
from tests.treatment_plans.appointments.conftest import local
from treatment_plans.appointments.actions import book_appointment
from treatment_plans.appointments.models import Appointment
from treatment_plans.rooms.actions import add_room, change_room, release_room, use_room, use_room_often
from treatment_plans.rooms.models import RoomUse

TEN = local(2026, 3, 10, 10)
HOUR = timedelta(hours=1)
AT_ONCE = 100


@pytest.fixture
def room(clinic):
    """Return a room of the site North."""
    return add_room(site=clinic.north, name="Room 2", seats=8, by=clinic.director, at=clinic.now)


def test_a_room_is_used_once_at_a_time_and_the_refusal_says_until_when(clinic, room):
    who = {"by": clinic.front_desk, "at": clinic.now}
    use = use_room(room=room, starts_at=TEN, ends_at=TEN + HOUR, **who)
    with pytest.raises(Refused) as refused:
        use_room(room=room, starts_at=TEN + HOUR / 2, ends_at=TEN + 2 * HOUR, **who)
    assert str(refused.value) == "Room 2 is taken then, from 10 a.m. to 11 a.m.: Group."
    assert refused.value.reasons[0].field == "room"
    use_room(room=room, starts_at=TEN + HOUR, ends_at=TEN + 2 * HOUR, **who)
    with pytest.raises(Refused) as refused:
        use_room_often(room=room, times=[(TEN + n * HOUR, TEN + (n + 1) * HOUR) for n in range(3)], **who)
    assert len(refused.value.reasons) == 2
    assert release_room(use=use, **who).released_at == clinic.now
    assert use_room(room=room, starts_at=TEN, ends_at=TEN + HOUR, **who).pk != use.pk
    use.pk, use.released_at = None, None
    with pytest.raises(IntegrityError, match="room_is_used_once_at_a_time"), transaction.atomic():
        use.save(force_insert=True)


def test_rooms_are_looked_after_by_directors_and_administrators(clinic, room):
    with pytest.raises(Denied):
        add_room(site=clinic.north, name="Room 3", by=clinic.front_desk, at=clinic.now)
    with pytest.raises(Refused, match="already has a room"):
        add_room(site=clinic.north, name=" Room 2 ", by=clinic.administrator, at=clinic.now)
    change_room(room=room, name="Quiet room", seats=None, note="", is_active=False, by=clinic.administrator, at=clinic.now)
    with pytest.raises(Refused, match="no longer in use"):
        use_room(room=room, starts_at=TEN, ends_at=TEN + HOUR, by=clinic.front_desk, at=clinic.now)
    with pytest.raises(Refused, match="a day at most"):
        use_room(room=room, starts_at=TEN, ends_at=TEN, by=clinic.front_desk, at=clinic.now)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_people_booked_into_one_room_at_the_same_second_are_one_appointment_and_ninety_nine_sentences(clinic, room):
    together, people = Barrier(AT_ONCE), [clinic.patient() for _ in range(AT_ONCE)]

    def try_it(patient):
        try:
            together.wait(timeout=60)
            book_appointment(
                patient=patient, site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=TEN, ends_at=TEN + HOUR, room=room,
                by=clinic.front_desk, at=clinic.now,
            )  # fmt: skip
            return "booked"
        except Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(try_it, people))
    assert sorted(said) == ["booked", *["room_is_taken"] * (AT_ONCE - 1)]
    assert (RoomUse.objects.count(), Appointment.objects.count()) == (1, 1)
