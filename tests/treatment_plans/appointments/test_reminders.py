from datetime import date, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from casemgr.core.messaging.gateways import FileGateway
from casemgr.core.messaging.models import Message
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import Due, claim
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact
from casemgr.reactions import reasons_not_to_send
from patients.episodes.models import Episode
from patients.record.models import ContactPoint, Patient
from tests.treatment_plans.appointments.conftest import local
from tests.worlds import end_stays
from treatment_plans.appointments.actions import cancel_appointment, decide_reminders, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment

TEN = (2026, 3, 10, 10)
DAY_BEFORE = local(2026, 3, 9, 10)


@pytest.fixture
def letters(tmp_path):
    """Return a function that sends what is due at a moment, and gives the words that went out so far, by address."""
    gateway = FileGateway(tmp_path / "out")

    def _letters(at):
        while send_queued(at=at, gateway=gateway):
            pass
        return dict(Message.objects.filter(state="sent").values_list("to", "key"))

    return _letters


def test_whoever_agreed_is_written_to_in_neutral_words(opted_in, book, outcomes):
    patient = opted_in(given="Rosa", flags={"greet_by_name": True})
    booked = book(patient, local(*TEN))
    assert outcomes(DAY_BEFORE) == {"1:72h": "silent: The day's one message is left to the appointment of the next day.", "1:24h": "queued"}
    message = Message.objects.get()
    assert (message.key, message.to, message.channel, message.language) == (f"reminder:{booked.pk}:1:24h", "+15550101", "sms", "en")
    assert message.template == "appointment_tomorrow"
    assert message.blanks == {
        "first_name": "Rosa",
        "sender": "Health Center",
        "phone": "555-0100",
        "date": "Tue, Mar 10",
        "time": "10:00 AM",
    }


def test_the_first_name_is_used_only_with_a_yes_and_on_no_shared_phone(opted_in, book, outcomes):
    for n, flags in enumerate([{}, {"greet_by_name": True, "is_shared": True}]):
        book(opted_in(given="Rosa", value=f"+1555020{n}", flags=flags), local(*TEN))
    outcomes(DAY_BEFORE)
    assert [message.blanks["first_name"] for message in Message.objects.all()] == ["", ""]


def test_a_person_reads_their_own_language_and_the_clock_of_the_site(clinic, opted_in, book, outcomes):
    clinic.north.time_zone = "America/Chicago"
    clinic.north.save()
    book(opted_in(language="es", time_zone="America/Los_Angeles"), local(*TEN, zone=ZoneInfo("America/Chicago")))
    outcomes(local(2026, 3, 9, 12))
    message = Message.objects.get()
    assert (message.language, message.blanks["date"], message.blanks["time"]) == ("es", "martes 10 de marzo", "10:00 AM")


def test_another_language_falls_back_to_english(opted_in, book, outcomes):
    book(opted_in(language="other", language_name="Somali"), local(*TEN))
    outcomes(DAY_BEFORE)
    assert Message.objects.get().language == "en"


def test_an_email_goes_where_no_text_may_go(opted_in, book, outcomes):
    book(opted_in(kind="email", value="rosa@example.test"), local(*TEN))
    outcomes(DAY_BEFORE)
    assert Message.objects.values_list("channel", "to").get() == ("email", "rosa@example.test")


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"wants_reminders": False, "reminders_agreed_at": None}, "The person has not agreed to reminders."),
        ({"wants_reminders": False, "is_unsafe": True}, "The phone or e-mail is not safe to write to."),
        ({"ok_to_text": False, "wants_reminders": False, "reminders_agreed_at": None}, "The phone or e-mail is not safe to write to."),
        ({"ended_at": local(2026, 3, 5, 9)}, "The phone or e-mail is no longer used."),
    ],
)
def test_whoever_did_not_agree_or_is_not_safe_is_not_written_to(opted_in, book, outcomes, flags, reason):
    book(opted_in(flags=flags), local(*TEN))
    assert outcomes(DAY_BEFORE)["1:24h"] == f"silent: {reason}"
    assert not Message.objects.exists()


def test_moved_cancelled_settled_and_past_appointments_are_silent_and_say_why(clinic, opted_in, book, outcomes):
    moved, cancelled, kept = (book(opted_in(value=f"+1555030{n}"), local(*TEN)) for n in range(3))
    late = local(2026, 3, 12, 10)
    move_appointment(appointment=moved, starts_at=late, ends_at=late + timedelta(hours=1), by=clinic.front_desk, at=clinic.now)
    cancel_appointment(appointment=cancelled, by_patient=True, by=clinic.front_desk, at=clinic.now)
    settle_appointment(appointment=kept, state="kept", by=clinic.front_desk, at=local(2026, 3, 10, 8))
    outcomes(local(*TEN) + timedelta(minutes=1))
    said = {
        (fact.payload["appointment_id"], fact.payload["version"], fact.payload["lead"]): fact.outcome
        for fact in Fact.objects.exclude(outcome="")
    }
    assert said[moved.pk, 1, "24h"] == "silent: The appointment was moved."
    assert said[moved.pk, 2, "72h"] == "queued"
    assert said[cancelled.pk, 1, "24h"] == "silent: The appointment was cancelled."
    assert said[kept.pk, 1, "24h"] == "silent: The appointment is settled already."


def test_a_worker_that_comes_too_late_stays_silent(opted_in, book, outcomes):
    book(opted_in(), local(*TEN))
    assert set(outcomes(local(2026, 3, 10, 10, 1)).values()) == {"silent: The appointment has begun already."}


def test_whoever_died_or_left_is_not_written_to_but_a_first_visit_is(clinic, opted_in, book, outcomes):
    dead, left, back = (opted_in(value=f"+1555040{n}") for n in range(3))
    for patient in (dead, left):
        book(patient, local(*TEN))
    book(back, local(*TEN), kind="intake")
    Patient.objects.filter(pk=dead.pk).update(deceased_on=date(2026, 3, 6))
    end_stays(Episode.objects.filter(patient__in=[left, back]), date(2026, 3, 6))
    outcomes(DAY_BEFORE)
    said = {fact.payload["patient_id"]: fact.outcome for fact in Fact.objects.filter(key__endswith="24h")}
    assert said == {
        dead.pk: "silent: The person has died.",
        left.pk: "silent: The person is no longer in this care.",
        back.pk: "queued",
    }


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"callback_phone": ""}, "The program has no callback phone for messages. The administrator enters one."),
        (
            {"neutral_name": "River Street Recovery"},
            "The program's name for messages gives away what it is. The administrator chooses a neutral one.",
        ),
    ],
)
def test_a_program_without_a_number_or_with_a_revealing_name_does_not_write(clinic, opted_in, book, outcomes, facts, reason):
    book(opted_in(), local(*TEN))
    type(clinic.program).objects.update(**facts)
    assert outcomes(DAY_BEFORE)["1:24h"] == f"silent: {reason}"
    assert not Message.objects.exists()


def test_in_the_quiet_hours_it_waits_for_the_morning_of_the_person(opted_in, book, outcomes):
    los_angeles = ZoneInfo("America/Los_Angeles")
    book(opted_in(time_zone="America/Los_Angeles"), local(*TEN))
    outcomes(local(2026, 3, 9, 23, zone=los_angeles))  # the worker was down for the day
    assert not Message.objects.exists()  # 10:00 in New York is 7:00 in Los Angeles: it begins before the morning
    assert (
        Fact.objects.get(key__endswith="24h").outcome
        == "silent: It is night where the person is, and the appointment begins before the morning."
    )
    book(opted_in(time_zone="America/Los_Angeles", value="+15550102"), local(2026, 3, 10, 15))
    outcomes(local(2026, 3, 9, 23, zone=los_angeles))
    assert Message.objects.get().due_at == local(2026, 3, 10, 8, zone=los_angeles)


def test_at_most_one_message_a_day_and_three_a_week(clinic, opted_in, book, outcomes):
    patient = opted_in()
    for day in (9, 10, 11, 12, 13):
        for hour in (10, 13):
            book(patient, local(2026, 3, day, hour))
    for day in range(6, 13):
        outcomes(local(2026, 3, day, 20))
    sent = [message.due_at.astimezone(clinic.north.zone).day for message in Message.objects.order_by("due_at")]
    assert sent == [6, 7, 8]
    reasons = set(Fact.objects.exclude(outcome="queued").values_list("outcome", flat=True))
    assert "silent: The person gets a message on that day already: at most one a day." in reasons
    assert "silent: The person had three messages within seven days already." in reasons


def test_a_reminder_is_decided_once_however_often_it_is_looked_at(clinic, opted_in, book, outcomes):
    booked = book(opted_in(), local(*TEN))
    outcomes(DAY_BEFORE)
    fact = Fact.objects.get(key__endswith="24h")
    due = [Due(fact.pk, Event.kinds[fact.kind].from_payload(fact.payload))]
    assert decide_reminders(facts=due, by=clinic.system, at=DAY_BEFORE + timedelta(days=0)) == {
        fact.pk: "silent: The person gets a message on that day already: at most one a day."
    }
    Message.objects.update(due_at=DAY_BEFORE - timedelta(days=30))
    assert decide_reminders(facts=due, by=clinic.system, at=DAY_BEFORE) == {fact.pk: "queued before"}
    assert Message.objects.get().key == f"reminder:{booked.pk}:1:24h"


@pytest.mark.parametrize("number", [2, 12])
def test_deciding_and_looking_again_take_the_same_number_of_statements_for_two_and_twelve(clinic, opted_in, book, query_count, number):
    for n in range(number):
        book(opted_in(value=f"+155500{n:02}"), local(*TEN))
    claim(at=DAY_BEFORE, most=500)
    facts = Fact.objects.filter(key__endswith="24h")
    due = [Due(fact.pk, Event.kinds[fact.kind].from_payload(fact.payload)) for fact in facts]
    with query_count(11):
        decide_reminders(facts=due, by=clinic.system, at=DAY_BEFORE)
    messages = list(Message.objects.all())
    assert len(messages) == number
    with query_count(3):
        assert reasons_not_to_send(messages, DAY_BEFORE) == {}


@pytest.mark.django_db(transaction=True)
def test_two_workers_together_write_one_message_a_day(clinic, opted_in, book):
    patient = opted_in()
    first, second = book(patient, local(*TEN)), book(patient, local(2026, 3, 10, 13))
    facts = Fact.objects.filter(key__endswith="24h").order_by("pk")
    assert {fact.payload["appointment_id"] for fact in facts} == {first.pk, second.pk}
    due = [Due(fact.pk, Event.kinds[fact.kind].from_payload(fact.payload)) for fact in facts]

    def decide(one):
        try:
            decide_reminders(facts=[one], by=clinic.system, at=local(2026, 3, 9, 14))
        finally:
            connection.close()

    threads = [Thread(target=decide, args=[one]) for one in due]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == 1


class TestAtTheMomentOfSending:
    @pytest.fixture
    def queued(self, opted_in, book, outcomes):
        booked = book(opted_in(), local(*TEN))
        outcomes(DAY_BEFORE)
        return booked

    def reason(self):
        message = Message.objects.get()
        return message.state, message.reason

    def test_nothing_has_changed_and_it_goes_out_once(self, queued, letters):
        assert letters(DAY_BEFORE) == {"+15550101": f"reminder:{queued.pk}:1:24h"}
        assert letters(DAY_BEFORE) == {"+15550101": f"reminder:{queued.pk}:1:24h"}
        assert self.reason() == ("sent", "")

    def test_it_was_cancelled_since(self, clinic, queued, letters):
        cancel_appointment(appointment=queued, by_patient=True, by=clinic.front_desk, at=DAY_BEFORE)
        assert letters(DAY_BEFORE) == {}
        assert self.reason() == ("withheld", "The appointment was cancelled.")

    def test_it_was_moved_since(self, clinic, queued, letters):
        later = local(2026, 3, 20, 10)
        move_appointment(appointment=queued, starts_at=later, ends_at=later + timedelta(hours=1), by=clinic.front_desk, at=DAY_BEFORE)
        assert letters(DAY_BEFORE) == {}
        assert self.reason() == ("withheld", "The appointment was moved.")

    def test_the_person_opted_out_since(self, queued, letters):
        ContactPoint.objects.update(wants_reminders=False)
        assert letters(DAY_BEFORE) == {}
        assert self.reason() == ("withheld", "The person has not agreed to reminders.")

    def test_the_phone_became_unsafe_since(self, queued, letters):
        ContactPoint.objects.update(wants_reminders=False, is_unsafe=True)
        letters(DAY_BEFORE)
        assert self.reason() == ("withheld", "The phone or e-mail is not safe to write to.")

    def test_the_number_changed_since(self, queued, letters):
        ContactPoint.objects.update(value="+15559999")
        letters(DAY_BEFORE)
        assert self.reason() == ("withheld", "The phone or e-mail is no longer used.")

    def test_the_person_left_since(self, queued, letters):
        end_stays(Episode.objects, date(2026, 3, 8), "2")
        letters(DAY_BEFORE)
        assert self.reason() == ("withheld", "The person is no longer in this care.")

    def test_night_fell_since_and_it_waits_for_the_morning(self, clinic, queued, letters):
        Appointment.objects.update(starts_at=local(2026, 3, 10, 12), ends_at=local(2026, 3, 10, 13))
        assert letters(local(2026, 3, 9, 22)) == {}
        assert Message.objects.values_list("state", "due_at").get() == ("queued", local(2026, 3, 10, 8))
        assert letters(local(2026, 3, 10, 8)) == {"+15550101": f"reminder:{queued.pk}:1:24h"}
