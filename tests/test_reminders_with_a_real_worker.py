from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from casemgr.core.messaging.models import Message
from casemgr.core.messaging.rules import LONGEST_TEXT, revealing_words
from casemgr.core.outbox.models import Fact
from casemgr.core.outbox.recording import record_facts
from patients.episodes.models import Episode
from patients.record.models import ContactPoint, Patient
from tests.workers import Nursery, wait_until
from tests.worlds import FAMILY, GIVEN, Clinic
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment
from treatment_plans.appointments.events import AppointmentReminderDue
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.rules import reminder_key

REMINDERS = 500
KILLS = 10

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(transactional_db, tmp_path, application_role) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path, role=application_role)
    yield nursery
    nursery.stop()


@pytest.fixture
def now():
    """Real workers look at the real clock."""
    return timezone.now()


@pytest.fixture
def waking_zone(now) -> str:
    """Return a time zone in which it is early afternoon, whenever the test runs."""
    return f"Etc/GMT{now.hour - 13:+d}"


def people_who_want_reminders(clinic: Clinic, number: int, zone: str) -> list[Patient]:
    known = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    patients = Patient.objects.bulk_create(
        Patient(given_name=f"{GIVEN}{n}", family_name=f"{FAMILY}{n}", registered_site=clinic.north, time_zone=zone, **known)
        for n in range(number)
    )
    admitted_on = date(2026, 1, 5)
    Episode.objects.bulk_create(
        Episode(patient=patient, program=clinic.program, site=clinic.north, admitted_on=admitted_on, **known) for patient in patients
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            patient=patient,
            kind="phone",
            value=f"+1555{patient.pk:07}",
            ok_to_text=True,
            wants_reminders=True,
            reminders_agreed_at=clinic.now,
            **known,
        )
        for patient in patients
    )
    return patients


def book(clinic, patient, starts_at, *, at):
    return book_appointment(
        patient=patient,
        site=clinic.north,
        clinician=clinic.therapist,
        kind="individual",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        by=clinic.front_desk,
        at=at,
    )


def with_reminders_due(clinic: Clinic, patients: list[Patient], *, starts_at: datetime) -> list[Appointment]:
    """Book everybody at once and record that the reminder of the day before is due."""
    known = {"recorded_at": clinic.now, "recorded_by": clinic.system, "site": clinic.north, "clinician": clinic.therapist}
    booked = Appointment.objects.bulk_create(
        Appointment(patient=patient, kind="individual", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **known)
        for patient in patients
    )
    facts = [AppointmentReminderDue(appointment_id=one.pk, patient_id=one.patient_id, version=1, lead="24h") for one in booked]
    due_at = starts_at - timedelta(hours=24)
    record_facts([(fact, due_at, reminder_key(fact.appointment_id, 1, "24h")) for fact in facts], at=clinic.now)
    return booked


def test_ten_kills_and_a_broker_that_forgets_lose_nothing_and_deliver_nothing_twice(clinic, now, waking_zone, worker):
    worker.warm_up()
    worker.start_beat()
    people = people_who_want_reminders(clinic, REMINDERS, waking_zone)
    booked = with_reminders_due(clinic, people, starts_at=now + timedelta(hours=23))

    running = worker.start_quickly()
    still_due = []
    for kill in range(1, KILLS + 1):
        if kill == 1:
            wait_until(Fact.objects.filter(attempts=1).exists, every=0.002)
        else:
            seen = sum(worker.offers().values())
            wait_until(lambda seen=seen, kill=kill: sum(worker.offers().values()) >= seen + 3 * kill, every=0.002)
        worker.kill(running)
        still_due.append(REMINDERS - worker.number_delivered())
        if kill % 3 == 0:
            worker.flush_broker()
        running = worker.start_quickly()
    wait_until(lambda: not Message.objects.filter(state="queued").exists() and worker.number_delivered() == REMINDERS)

    assert min(still_due) > 0, "every kill came while reminders were due"
    expected = {f"reminder:{appointment.pk}:1:24h" for appointment in booked}
    assert set(worker.delivered()) == expected
    assert set(worker.offers()) == expected
    assert Message.objects.filter(state="sent").count() == REMINDERS
    assert list(Fact.objects.values_list("state", "outcome").distinct().order_by()) == [("done", "queued")]


def test_a_booked_appointment_is_reminded_once_with_neutral_words_and_a_cancelled_or_moved_one_is_not(clinic, waking_zone, worker):
    worker.start()
    worker.start_beat()
    worker.start_beat()
    reminded, cancelled, moved = people_who_want_reminders(clinic, 3, waking_zone)
    now = timezone.now()
    soon = now + timedelta(hours=24, seconds=2)
    first = book(clinic, reminded, soon, at=now)
    second = book(clinic, cancelled, soon, at=now)
    third = book(clinic, moved, soon, at=now)
    cancel_appointment(appointment=second, by_patient=True, by=clinic.front_desk, at=now)
    later = soon + timedelta(days=4)
    move_appointment(appointment=third, starts_at=later, ends_at=later + timedelta(hours=1), by=clinic.front_desk, at=now)

    wait_until(lambda: Fact.objects.filter(state="done").count() == 3 and worker.number_delivered() == 1)

    outcomes = dict(Fact.objects.filter(state="done").values_list("key", "outcome"))
    assert outcomes == {
        f"reminder:{first.pk}:1:24h": "queued",
        f"reminder:{second.pk}:1:24h": "silent: The appointment was cancelled.",
        f"reminder:{third.pk}:1:24h": "silent: The appointment was moved.",
    }
    waiting = Fact.objects.filter(state="waiting").order_by("due_at").values_list("key", flat=True)
    assert list(waiting) == [f"reminder:{third.pk}:2:72h", f"reminder:{third.pk}:2:24h"]
    (letter,) = worker.delivered().values()
    local = soon.astimezone(clinic.north.zone)
    assert letter["to"] == f"+1555{reminded.pk:07}"
    assert letter["text"] == (
        f"Health Center: Reminder of your appointment on {local:%a, %b} {local.day} at {local:%-I:%M %p}."
        " Questions, new time: 555-0100. Reply STOP to opt out."
    )
    assert revealing_words(letter["text"]) == []
    assert len(letter["text"]) <= LONGEST_TEXT
    assert worker.offers() == {f"reminder:{first.pk}:1:24h": 1}
