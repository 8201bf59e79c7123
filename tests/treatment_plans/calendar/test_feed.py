"""What somebody's own calendar is told: that hours are taken, and no word of what kind of place this is."""

import re
from datetime import UTC, timedelta

import icalendar
import ics
import pytest
import vobject
from django.urls import reverse

from casemgr.core.accounts.models import Membership
from casemgr.core.audit.models import AuditEvent
from casemgr.core.messaging.rules import revealing_words
from tests.treatment_plans.groups.conftest import found
from treatment_plans.appointments.actions import cancel_appointment, move_appointment
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.groups.models import GroupMeeting

__all__ = ["found"]

HOUR = timedelta(hours=1)
SAID = {"BEGIN", "VERSION", "PRODID", "CALSCALE", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "CLASS", "SEQUENCE", "TRANSP", "END"}


@pytest.fixture
def address(clinic, sign_in):
    """Return the secret address of the therapist's calendar."""
    page = sign_in(clinic.therapist).post(reverse("treatment_plans:my_feed")).content.decode()
    return re.search(r'value="http://testserver(/c/[^"]+\.ics)"', page)[1]


def test_two_libraries_that_know_nothing_of_each_other_read_the_same_hours(clinic, book, monday, address, client):
    first = book(clinic.patient(given="Rosa"), monday, note="brings her son")
    together = [book(clinic.patient(), monday + 3 * HOUR, kind="group") for _ in range(3)]
    gone = book(clinic.patient(), monday + 5 * HOUR)
    book(clinic.patient(), monday, clinician=clinic.nurse)
    before = client.get(address).content.decode()
    cancel_appointment(appointment=gone, by_patient=True, by=clinic.front_desk, at=clinic.now)
    move_appointment(appointment=first, starts_at=monday + HOUR, ends_at=monday + 2 * HOUR, by=clinic.front_desk, at=clinic.now)
    answer = client.get(address)
    text = answer.content.decode()
    hours = sorted([(monday + HOUR, monday + 2 * HOUR), (together[0].starts_at, together[0].ends_at)])
    read = sorted((event.dtstart.value, event.dtend.value) for event in vobject.readOne(text).vevent_list)
    also = sorted((event.begin.datetime, event.end.datetime) for event in ics.Calendar(text).events)
    third = sorted((event.start, event.end) for event in icalendar.Calendar.from_ical(text).walk("VEVENT"))
    assert read == also == third == [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in hours]
    moved = {event.uid.value: event.sequence.value for event in vobject.readOne(text).vevent_list}
    assert sorted(moved.values()) == ["0", "1"]
    assert set(moved) < {event.uid.value for event in vobject.readOne(before).vevent_list}
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_hour_of_a_group_that_moves_is_newer_than_before(clinic, found, address, client):
    meeting = GroupMeeting.objects.filter(series=found()).earliest("starts_at")

    def read():
        events = icalendar.Calendar.from_ical(client.get(address).content).walk("VEVENT")
        return [(event["UID"], event["SEQUENCE"], event["DTSTAMP"].dt) for event in events if event.start == meeting.starts_at]

    [(uid, sequence, stamp)] = read()
    for number in (1, 2):
        meeting.starts_at, meeting.ends_at = meeting.starts_at + HOUR / 4, meeting.ends_at + HOUR / 4
        meeting.save(update_fields=["starts_at", "ends_at"])
        assert read() == [(uid, sequence + number, stamp + timedelta(seconds=number))]


def test_no_word_says_whom_where_or_what_for(clinic, book, monday, address, client):
    book(clinic.patient(given="Rosa", family="Díaz"), monday, note="brings her son", kind="group")
    text = client.get(address).content.decode()
    assert {line.split(":")[0].split(";")[0] for line in text.split("\r\n") if line} == SAID
    assert re.findall(r"^(?:SUMMARY|PRODID|CLASS):(.*)$", text.replace("\r", ""), re.M) == ["-//calendar//EN", "Appointment", "PRIVATE"]
    uid = re.search(r"^UID:(\w+)\r$", text, re.M)[1]
    assert re.fullmatch(r"[0-9a-f]{32}", uid)
    assert revealing_words(f"{text} {address} {client.get(address).headers}") == []
    for word in (
        "Rosa",
        "Díaz",
        "River Street",
        "North",
        "group",
        "session",
        "casemgr",
        clinic.therapist.full_name,
        clinic.therapist.email,
    ):
        assert word.lower() not in text.lower()
    clinic.therapist.language = "es"
    clinic.therapist.save()
    assert re.findall(r"^SUMMARY:(.*)\r$", client.get(address).content.decode(), re.M) == ["Cita"]


def test_an_address_is_secret_ends_when_it_is_closed_replaced_or_its_owner_leaves_and_says_nothing_then(clinic, address, client, sign_in):
    feed = CalendarFeed.objects.get()
    assert address.split("/")[-1].removesuffix(".ics") not in str(vars(feed))
    assert client.get(address).status_code == 200
    assert AuditEvent.objects.filter(verb="calendar_feed", actor_id=clinic.therapist.pk, outcome="seen").count() == 1
    assert client.post(address).status_code == 405
    browser = sign_in(clinic.therapist)
    browser.post(reverse("treatment_plans:my_feed"))
    assert client.get(address).status_code == 404
    second = re.search(r"(/c/[^\"]+\.ics)", browser.post(reverse("treatment_plans:my_feed")).content.decode())[1]
    assert client.get(second).status_code == 200
    assert second not in browser.get(reverse("treatment_plans:my_feed")).content.decode()
    browser.post(reverse("treatment_plans:close_feed"))
    assert client.get(second).status_code == client.get("/c/nothing.ics").status_code == 404
    third = re.search(r"(/c/[^\"]+\.ics)", browser.post(reverse("treatment_plans:my_feed")).content.decode())[1]
    Membership.objects.filter(user=clinic.therapist).update(ends_on=clinic.now.date() - timedelta(days=1))
    closed = client.get(third)
    assert (closed.status_code, closed.content, revealing_words(str(closed.headers))) == (404, b"", [])
    for beside in ("/c/", "/c/nothing", "/c/some/where.html", third.removesuffix(".ics")):
        answer = client.get(beside)
        assert (answer.status_code, answer.content, dict(answer.headers).keys()) == (404, b"", dict(closed.headers).keys())
