from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Closure
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from treatment_plans.appointments.models import Appointment


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def tomorrow(clinic):
    """Return tomorrow at ten by the clock of the site."""
    day = clinic.now.astimezone(clinic.north.zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, 10, tzinfo=clinic.north.zone).astimezone(UTC)


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def calendar_of(day, site, clinician=None):
    return f"{address('calendar')}?day={day:%Y-%m-%d}&site={site.pk}" + (f"&clinician={clinician.public_id}" if clinician else "")


def asked(clinic, starts_at, **facts):
    local = starts_at.astimezone(clinic.north.zone)
    when = {"day": f"{local:%Y-%m-%d}", "starts_at": f"{local:%H:%M}", "minutes": "60"}
    return {**when, "site": clinic.north.pk, "clinician": clinic.therapist.pk, "kind": "individual", **facts}


def test_an_appointment_is_booked_from_the_chart_and_stands_in_the_calendar(clinic, tomorrow, sign_in):
    patient = clinic.patient(given="Rosa", family="Díaz")
    browser = sign_in(clinic.front_desk)
    assert browser.get(address("book", patient.public_id)).status_code == 200
    answer = browser.post(address("book", patient.public_id), asked(clinic, tomorrow, note="brings her son"))
    booked = Appointment.objects.get()
    assert (booked.starts_at, booked.ends_at, booked.note) == (tomorrow, tomorrow + timedelta(hours=1), "brings her son")
    page = browser.get(answer.url).content.decode()
    assert "Rosa Díaz" in page
    assert "10 a.m.–11 a.m." in page
    assert "brings her son" in page


def test_what_speaks_against_a_time_is_said_once_and_stops_nobody(clinic, tomorrow, sign_in):
    patient = clinic.patient()
    Closure.objects.create(site=clinic.north, day=tomorrow.date(), reason="Snow")
    browser = sign_in(clinic.front_desk)
    page = browser.post(address("book", patient.public_id), asked(clinic, tomorrow, note="brings her son")).content.decode()
    assert "North is closed on that day: Snow." in page
    assert 'value="brings her son"' in page
    assert not Appointment.objects.exists()
    browser.post(address("book", patient.public_id), asked(clinic, tomorrow, anyway="on"))
    assert Appointment.objects.get().starts_at == tomorrow


def test_a_conflict_stops_with_a_sentence_and_keeps_what_was_typed(clinic, book, tomorrow, sign_in):
    patient = clinic.patient(given="Rosa", family="Díaz")
    book(patient, tomorrow, clinician=clinic.nurse)
    answer = sign_in(clinic.front_desk).post(address("book", patient.public_id), asked(clinic, tomorrow, note="brings her son"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"Rosa Díaz has another appointment then, from 10 a.m. to 11 a.m.: Individual session with {clinic.nurse}." in page
    assert 'value="brings her son"' in page
    assert Appointment.objects.count() == 1


def test_an_appointment_is_moved(clinic, book, tomorrow, sign_in):
    booked = book(clinic.patient(), tomorrow)
    later = tomorrow + timedelta(hours=3)
    browser = sign_in(clinic.front_desk)
    assert 'value="10:00"' in browser.get(address("move_appointment", booked.pk)).content.decode()
    browser.post(address("move_appointment", booked.pk), {key: asked(clinic, later)[key] for key in ("day", "starts_at", "minutes")})
    booked.refresh_from_db()
    assert (booked.starts_at, booked.version) == (later, 2)


def test_an_appointment_is_cancelled_on_somebodys_word(clinic, book, tomorrow, sign_in):
    booked = book(clinic.patient(), tomorrow)
    browser = sign_in(clinic.front_desk)
    assert browser.post(address("cancel_appointment", booked.pk), {}).status_code == 422
    booked.refresh_from_db()
    assert booked.state == "booked"
    browser.post(address("cancel_appointment", booked.pk), {"by_patient": "no"})
    booked.refresh_from_db()
    assert booked.state == "cancelled_by_staff"
    answer = browser.post(address("cancel_appointment", booked.pk), {"by_patient": "yes"})
    assert "Only a booked appointment can be cancelled. This one is: Cancelled by us." in answer.content.decode()


def test_one_press_says_who_came_and_comes_back_to_the_same_view(clinic, book, sign_in):
    came, missed = book(clinic.patient(), clinic.now - timedelta(hours=3)), book(clinic.patient(), clinic.now - timedelta(hours=2))
    browser = sign_in(clinic.front_desk)
    browser.post(address("settle_appointment", came.pk), {"state": "kept"})
    answer = browser.post(address("settle_appointment", missed.pk), {"state": "no_show", "clinician": str(clinic.therapist.public_id)})
    day = missed.starts_at.astimezone(clinic.north.zone).date()
    assert answer.url == calendar_of(day, clinic.north, clinic.therapist)
    assert dict(Appointment.objects.values_list("pk", "state")) == {came.pk: "kept", missed.pk: "no_show"}


def test_what_is_still_to_come_is_not_settled_and_the_page_says_so(clinic, book, tomorrow, sign_in):
    booked = book(clinic.patient(), tomorrow)
    answer = sign_in(clinic.front_desk).post(address("settle_appointment", booked.pk), {"state": "no_show"})
    assert answer.status_code == 422
    assert "The appointment is still to come." in answer.content.decode()
    booked.refresh_from_db()
    assert booked.state == "booked"


def test_the_page_of_an_appointment_tells_of_its_reminders(clinic, book, opted_in, outcomes, sign_in):
    soon = clinic.now + timedelta(days=2)
    booked = book(opted_in(), soon)
    page = sign_in(clinic.front_desk).get(address("appointment", booked.pk)).content.decode()
    assert page.count("To be sent") == 1
    Appointment.objects.update(version=2)
    outcomes(soon)
    Appointment.objects.update(version=1)
    page = sign_in(clinic.front_desk).get(address("appointment", booked.pk)).content.decode()
    assert "The appointment was moved." in page
    assert AuditEvent.objects.filter(verb="appointment", patient_id=booked.patient_id, outcome="seen").count() == 2


def test_the_calendar_shows_the_day_of_the_site_by_its_own_clock(clinic, book, sign_in):
    clinic.north.time_zone = "Pacific/Honolulu"
    clinic.north.save()
    late = datetime(2026, 3, 4, 22, tzinfo=clinic.north.zone)  # the 5th in UTC and in New York
    book(clinic.patient(given="Rosa"), late)
    browser = sign_in(clinic.front_desk)
    assert "Rosa" in browser.get(calendar_of(late, clinic.north)).content.decode()
    assert "10 p.m.–11 p.m." in browser.get(calendar_of(late, clinic.north)).content.decode()
    assert "Rosa" not in browser.get(calendar_of(late + timedelta(days=1), clinic.north)).content.decode()


def test_the_calendar_can_be_one_colleagues(clinic, book, tomorrow, sign_in):
    book(clinic.patient(given="Rosa"), tomorrow)
    book(clinic.patient(given="Bert"), tomorrow, clinician=clinic.nurse)
    page = sign_in(clinic.front_desk).get(calendar_of(tomorrow, clinic.north, clinic.nurse)).content.decode()
    assert ("Rosa" in page, "Bert" in page) == (False, True)


def test_a_closure_is_said_above_the_day(clinic, tomorrow, sign_in):
    Closure.objects.create(site=clinic.north, day=tomorrow.date(), reason="Thanksgiving")
    assert "Thanksgiving" in sign_in(clinic.front_desk).get(calendar_of(tomorrow, clinic.north)).content.decode()


@pytest.mark.parametrize("query", ["day=yesterday", "site=0", "site=x&day=2026-13-45", "clinician=nobody"])
def test_an_address_that_makes_no_sense_shows_today(clinic, sign_in, query):
    answer = sign_in(clinic.front_desk).get(f"{address('calendar')}?{query}")
    assert answer.status_code == 200
    assert "Nothing is booked" in answer.content.decode()


def test_the_calendar_shows_only_people_whom_the_reader_may_see(clinic, book, tomorrow, sign_in):
    book(clinic.patient(given="Rosa"), tomorrow)
    book(clinic.patient(given="Bert", team=(clinic.hire(Role.THERAPIST, clinic.north),)), tomorrow)
    south = book(clinic.patient(clinic.south, given="Zora"), tomorrow, site=clinic.south, by=clinic.hire(Role.FRONT_DESK, clinic.south))
    mine = sign_in(clinic.therapist).get(calendar_of(tomorrow, clinic.north)).content.decode()
    assert ("Rosa" in mine, "Bert" in mine) == (True, False)
    desk = sign_in(clinic.front_desk)
    whole = desk.get(calendar_of(tomorrow, clinic.north)).content.decode()
    assert ("Rosa" in whole, "Bert" in whole) == (True, True)
    assert "Zora" not in desk.get(calendar_of(tomorrow, clinic.south)).content.decode()
    assert desk.get(address("appointment", south.pk)).status_code == 404


def test_a_director_reads_the_calendar_and_books_nothing(clinic, book, tomorrow, sign_in):
    patient = clinic.patient()
    booked = book(patient, tomorrow)
    browser = sign_in(clinic.director)
    page = browser.get(calendar_of(tomorrow, clinic.north)).content.decode()
    assert address("move_appointment", booked.pk) not in page
    assert browser.post(address("settle_appointment", booked.pk), {"state": "kept"}).status_code == 403
    assert browser.get(address("book", patient.public_id)).status_code == 403


@pytest.mark.parametrize("number", [2, 12])
def test_pages_of_appointments_need_the_same_number_of_queries_for_two_and_twelve(clinic, book, tomorrow, sign_in, query_count, number):
    people = [clinic.patient() for _ in range(number)]
    booked = [book(person, tomorrow) for person in people]
    browser = sign_in(clinic.front_desk)
    browser.get(address("calendar"))
    with query_count(CALENDAR):
        browser.get(calendar_of(tomorrow, clinic.north))
    with query_count(APPOINTMENT):
        browser.get(address("appointment", booked[0].pk))
    with query_count(BOOK):
        browser.get(address("book", people[0].public_id))
    with query_count(BOOKED):
        answer = browser.post(address("book", people[0].public_id), asked(clinic, tomorrow + timedelta(days=7)))
    assert answer.status_code == 302


CALENDAR, APPOINTMENT, BOOK, BOOKED = 13, 7, 10, 21
