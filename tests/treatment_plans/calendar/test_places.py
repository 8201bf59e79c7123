from datetime import timedelta

from django.urls import reverse

from casemgr.core.accounts.models import Closure, OpeningHours
from treatment_plans.rooms.models import Room


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def test_hours_closures_rooms_and_the_phone_are_looked_after_on_pages(clinic, book, monday, sign_in):
    browser = sign_in(clinic.administrator)
    hours = {"opens_0_1": "08:00", "closes_0_1": "12:00", "opens_0_2": "13:00", "closes_0_2": "17:00"}
    assert browser.post(address("hours", clinic.north.pk, "clinic"), hours).status_code == 302
    assert [str(row) for row in OpeningHours.objects.all()] == ["0 08:00-12:00", "0 13:00-17:00"]
    assert 'value="13:00"' in browser.get(address("hours", clinic.north.pk, "clinic")).content.decode()
    for wrong in ({"opens_1_1": "08:00"}, {"opens_1_1": "09:00", "closes_1_1": "08:00"}, hours | {"opens_0_2": "11:00"}):
        assert browser.post(address("hours", clinic.north.pk, "dosing"), wrong).status_code == 422
    assert browser.get(address("hours", clinic.north.pk, "lunch")).status_code == 404

    book(clinic.patient(), monday)
    days = {"day": f"{monday.date()}", "until": f"{(monday + timedelta(days=1)).date()}", "reason": "Snow"}
    said = browser.post(address("close_site", clinic.north.pk), days, follow=True).content.decode()
    assert ("1 appointment is booked then." in said, "call them" in said, Closure.objects.count()) == (True, True, 2)
    assert browser.post(address("close_site", clinic.north.pk), days | {"until": "2020-01-01"}).status_code == 422
    browser.post(address("reopen_site", Closure.objects.order_by("day").last().pk))
    assert Closure.objects.get().day == monday.date()

    browser.post(address("room_new", clinic.north.pk), {"name": "Quiet room", "seats": "2"})
    room = Room.objects.get()
    assert browser.post(address("room_new", clinic.north.pk), {"name": "Quiet room"}).status_code == 422
    browser.post(address("room", room.pk), {"name": "Garden room", "seats": "", "note": "Window"})
    room.refresh_from_db()
    assert (room.name, room.seats, room.is_active) == ("Garden room", None, False)

    words = address("message_words", clinic.program.pk)
    assert "gives away" in browser.post(words, {"neutral_name": "Methadone Clinic", "callback_phone": "555-0101"}).content.decode()
    browser.post(words, {"neutral_name": "Health Center", "callback_phone": "555-0199"})
    clinic.program.refresh_from_db()
    assert clinic.program.callback_phone == "555-0199"
    page = browser.get(address("places")).content.decode()
    assert all(text in page for text in ("8 a.m.–noon", "Snow", "Garden room", "Not in use", "555-0199"))


def test_directors_look_after_rooms_and_others_after_nothing(clinic, sign_in):
    director = sign_in(clinic.director)
    page = director.get(address("places")).content.decode()
    assert (address("room_new", clinic.north.pk) in page, address("close_site", clinic.north.pk) in page) == (True, False)
    assert director.post(address("close_site", clinic.north.pk), {}).status_code == 403
    assert sign_in(clinic.front_desk).get(address("places")).status_code == 403


def test_the_number_of_queries_does_not_grow_with_rooms_and_closures(clinic, sign_in, query_count):
    browser = sign_in(clinic.administrator)
    browser.get(address("places"))
    for number in range(2):
        Room.objects.bulk_create(
            Room(site=clinic.north, name=f"Room {number} {one}", recorded_at=clinic.now, recorded_by=clinic.system) for one in range(6)
        )
        Closure.objects.create(site=clinic.north, day=clinic.now.date() + timedelta(days=number + 2), reason="Snow")
        with query_count(PLACES):
            browser.get(address("places"))


PLACES = 8
