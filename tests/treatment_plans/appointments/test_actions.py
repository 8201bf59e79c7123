from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from casemgr.core.accounts.models import Closure, OpeningHours
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from tests.treatment_plans.appointments.conftest import NEW_YORK, local
from treatment_plans.appointments.actions import cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment
from treatment_plans.calendar.clashes.queries import Wish, clashes_of


def due():
    return [(fact.key, fact.due_at.astimezone(NEW_YORK)) for fact in Fact.objects.order_by("id")]


def test_booking_records_when_the_person_may_be_reminded(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 10, 10))
    assert due() == [
        (f"reminder:{booked.pk}:1:72h", local(2026, 3, 7, 10)),
        (f"reminder:{booked.pk}:1:24h", local(2026, 3, 9, 10)),
    ]
    assert AuditEvent.objects.get().patient_id == booked.patient_id


def test_an_appointment_in_the_past_is_written_down_without_reminders(clinic, book):
    book(clinic.patient(), clinic.now - timedelta(days=30))
    assert due() == []


def test_moving_makes_a_new_version_with_reminders_of_its_own(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 10, 10))
    later = local(2026, 3, 20, 15)
    moved = move_appointment(
        appointment=booked, starts_at=later, ends_at=later + timedelta(hours=1), by=clinic.front_desk, at=clinic.now + timedelta(hours=1)
    )
    assert (moved.pk, moved.version, moved.starts_at) == (booked.pk, 2, later)
    assert [key for key, _ in due()] == [f"reminder:{booked.pk}:{version}:{lead}" for version in (1, 2) for lead in ("72h", "24h")]


def test_a_person_is_in_one_place_at_a_time_and_the_refusal_says_where(clinic, book):
    patient = clinic.patient(given="Rosa", family="Díaz")
    book(patient, local(2026, 3, 10, 10))
    with pytest.raises(Refused) as refused:
        book(patient, local(2026, 3, 10, 10, 30), clinician=clinic.nurse)
    assert (
        str(refused.value)
        == f"Rosa Díaz has another appointment then, from 10 a.m. to 11 a.m.: Individual session with {clinic.therapist}."
    )
    assert Appointment.objects.count() == 1
    book(patient, local(2026, 3, 10, 11))


def test_the_database_itself_refuses_two_places_at_once(clinic, book):
    patient = clinic.patient()
    booked = book(patient, local(2026, 3, 10, 10))
    booked.pk = None
    with pytest.raises(IntegrityError, match="patient_is_in_one_place_at_a_time"), transaction.atomic():
        booked.save(force_insert=True)


def test_every_reason_is_named_at_once(clinic, book):
    patient = clinic.patient(deceased_on=date(2026, 2, 1))
    clinic.north.is_active = False
    clinic.therapist.is_active = False
    with pytest.raises(Refused) as refused:
        book(patient, local(2026, 3, 10, 10), minutes=-5, kind="dance")
    assert [reason.text for reason in refused.value.reasons] == [
        "The end must come after the start.",
        "Choose what the meeting is for.",
        "This person has died. No appointment can be booked.",
        "This site is no longer in use. Choose another.",
        "This member of staff no longer works here. Choose another.",
    ]
    assert not Appointment.objects.exists()
    assert not Fact.objects.exists()


def test_only_those_who_book_for_this_program_may_book(clinic, book):
    with pytest.raises(Denied):
        book(clinic.patient(), local(2026, 3, 10, 10), by=clinic.director)
    assert not Appointment.objects.exists()
    assert AuditEvent.objects.get().outcome == "denied"


def test_a_cancelled_appointment_stays_cancelled_and_frees_the_time(clinic, book):
    patient = clinic.patient()
    booked = book(patient, local(2026, 3, 10, 10))
    cancelled = cancel_appointment(appointment=booked, by_patient=True, by=clinic.front_desk, at=clinic.now)
    assert cancelled.state == "cancelled_by_patient"
    again = book(patient, local(2026, 3, 10, 10))
    assert again.pk != booked.pk
    for state in ("kept", "no_show"):
        with pytest.raises(Refused, match="Book it anew"):
            settle_appointment(appointment=cancelled, state=state, by=clinic.front_desk, at=local(2026, 3, 11, 10))
    with pytest.raises(Refused, match="Only a booked appointment can be moved"):
        move_appointment(appointment=cancelled, starts_at=clinic.now, ends_at=clinic.now, by=clinic.front_desk, at=clinic.now)
    with pytest.raises(Refused, match="Only a booked appointment can be cancelled"):
        cancel_appointment(appointment=cancelled, by_patient=False, by=clinic.front_desk, at=clinic.now)


def test_the_database_itself_refuses_to_bring_a_cancelled_appointment_back(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 10, 10))
    cancel_appointment(appointment=booked, by_patient=False, by=clinic.front_desk, at=clinic.now)
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
        Appointment.objects.filter(pk=booked.pk).update(state="booked")


def test_a_missed_appointment_becomes_a_fact_once_and_can_be_put_right(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 3, 10))
    with pytest.raises(Refused, match=r"^Say what became of it\.$") as refused:
        settle_appointment(appointment=booked, state="forgotten", by=clinic.front_desk, at=clinic.now)
    assert [reason.field for reason in refused.value.reasons] == ["state"]
    missed = settle_appointment(appointment=booked, state="no_show", by=clinic.front_desk, at=clinic.now)
    settle_appointment(appointment=missed, state="kept", by=clinic.front_desk, at=clinic.now)
    settle_appointment(appointment=missed, state="no_show", by=clinic.front_desk, at=clinic.now)
    (fact,) = Fact.objects.filter(kind="AppointmentMissed")
    assert fact.payload == {"appointment_id": booked.pk, "patient_id": booked.patient_id}


@pytest.mark.parametrize(("state", "starts"), [("no_show", local(2026, 3, 4, 15, 5)), ("kept", local(2026, 3, 5, 9))])
def test_nothing_is_settled_before_it_took_place(clinic, book, state, starts):
    booked = book(clinic.patient(), starts)
    with pytest.raises(Refused, match="The appointment is still to come"):
        settle_appointment(appointment=booked, state=state, by=clinic.front_desk, at=clinic.now)
    booked.refresh_from_db()
    assert booked.state == "booked"


def test_whoever_comes_early_on_the_day_has_come(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 4, 16))
    assert settle_appointment(appointment=booked, state="kept", by=clinic.front_desk, at=clinic.now).state == "kept"


def test_closures_opening_hours_and_a_busy_colleague_are_said_and_stop_nobody(clinic, book):
    OpeningHours.objects.create(site=clinic.north, weekday=1, opens="08:00", closes="17:00")
    Closure.objects.create(site=clinic.north, day=date(2026, 3, 12), reason="Snow")
    book(clinic.patient(), local(2026, 3, 10, 10))

    other = clinic.patient()

    def said(starts_at, **facts):
        wish = {"patient": other, "site": clinic.north, "clinician": clinic.therapist, "kind": "individual"} | facts
        return [clash.text for clash in clashes_of(Wish(times=[(starts_at, starts_at + timedelta(hours=1))], **wish), clinic.front_desk)]

    assert said(local(2026, 3, 10, 11)) == []
    assert said(local(2026, 3, 10, 16, 30)) == ["North is not open then (that weekday: 8 a.m.–5 p.m.)."]
    assert said(local(2026, 3, 11, 10)) == ["North is not open then (that weekday: not at all)."]
    assert said(local(2026, 3, 12, 10)) == ["North is closed on that day: Snow."]
    assert said(local(2026, 3, 10, 10, 30)) == [f"{clinic.therapist} has another appointment then."]
    assert said(local(2026, 3, 10, 10, 30), kind="group") == []
    assert book(clinic.patient(), local(2026, 3, 12, 10)).pk


@pytest.mark.django_db(transaction=True)
def test_eight_bookings_of_one_person_at_the_same_second_make_one_appointment(clinic, book):
    patient = clinic.patient()
    staff = [clinic.hire(Role.THERAPIST, clinic.north) for _ in range(8)]
    together, said = Barrier(8), []

    def try_it(clinician):
        together.wait()
        try:
            book(patient, local(2026, 3, 10, 10), clinician=clinician)
            said.append("booked")
        except Refused as refused:
            said.append(refused.reasons[0].code)
        finally:
            connection.close()

    threads = [Thread(target=try_it, args=[clinician]) for clinician in staff]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["booked", *["patient_is_busy"] * 7]
    assert Appointment.objects.count() == 1
    assert Fact.objects.count() == 2
