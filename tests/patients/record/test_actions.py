from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from patients.record.actions import (
    REMINDER_WORDING,
    add_contact_point,
    add_identifier,
    change_contact_point,
    change_patient,
    end_contact_point,
    register_patient,
)
from patients.record.models import ContactPoint, Identifier, Patient

BORN = date(1985, 3, 2)


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.front_desk, "at": now}


@pytest.fixture
def ana(clinic, by):
    return register_patient(site=clinic.north, given_name="Ana", family_name="Flores", birth_date=BORN, **by)


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def test_a_person_without_phone_address_and_birth_date_can_be_registered(clinic, by, now):
    patient = register_patient(
        site=clinic.north, given_name=" Ana  María ", family_name="Flores", has_no_phone=True, has_no_address=True, **by
    )
    patient.refresh_from_db()
    assert (patient.legal_name, patient.birth_date, patient.has_no_phone, patient.has_no_address) == ("Ana María Flores", None, True, True)
    assert (patient.time_zone, patient.registered_site, patient.recorded_by, patient.recorded_at) == (
        "America/New_York",
        clinic.north,
        clinic.front_desk,
        now,
    )
    assert AuditEvent.objects.get(verb="register_patient").patient_id == patient.pk


def test_everything_that_cannot_be_true_is_named_at_once(clinic, by, now):
    with pytest.raises(Refused) as refused:
        register_patient(
            site=clinic.north,
            given_name=" ",
            family_name="",
            birth_date=date(2026, 3, 5),
            sex="x",
            language="other",
            time_zone="Mars/Base",
            **by,
        )
    assert _fields(refused) == {"given_name", "birth_date", "sex", "language_name", "time_zone"}
    assert not Patient.objects.exists()


def test_born_today_is_not_in_the_future_where_the_person_is(clinic, now):
    late = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    born = register_patient(
        site=clinic.north, given_name="New", family_name="Born", birth_date=date(2026, 3, 4), by=clinic.front_desk, at=late
    )
    assert born.birth_date == date(2026, 3, 4)
    with pytest.raises(Refused):
        register_patient(
            site=clinic.north, given_name="Too", family_name="Early", birth_date=date(2026, 3, 5), by=clinic.front_desk, at=late
        )


def test_a_second_record_of_the_same_person_is_refused_until_somebody_looked(clinic, by, ana):
    twin = {"site": clinic.south, "given_name": "Anna", "family_name": "Flores", "birth_date": BORN, **by}
    with pytest.raises(Refused) as refused:
        register_patient(**twin)
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [("duplicate", "not_same_as")]
    assert "same birth date, similar name" in str(refused.value)
    assert "Ana" not in str(refused.value)
    assert Patient.objects.count() == 1
    assert register_patient(**twin, not_same_as=[ana]).pk != ana.pk


def test_the_import_is_not_stopped_by_likenesses(clinic, by, ana, now):
    register_patient(site=clinic.north, given_name="Ana", family_name="Flores", birth_date=BORN, by=User.objects.system(), at=now)
    assert Patient.objects.count() == 2


def test_who_may_not_register_leaves_no_record(clinic, now):
    with pytest.raises(Denied):
        register_patient(site=clinic.north, given_name="Ana", family_name="Flores", by=clinic.director, at=now)
    assert not Patient.objects.exists()
    assert AuditEvent.objects.get(verb="register_patient").outcome == "denied"


def test_a_registration_takes_eight_statements_savepoint_included(clinic, by, query_count):
    assert clinic.front_desk.current_memberships
    with query_count(8):
        register_patient(site=clinic.north, given_name="Ana", family_name="Flores", birth_date=BORN, **by)


def test_a_fact_is_corrected_and_the_former_one_stays_in_the_history(clinic, by, ana):
    change_patient(patient=ana, chosen_name="Sol", pronouns="they/them", **by)
    ana.refresh_from_db()
    assert (ana.display_name, ana.legal_name, ana.pronouns) == ("Sol Flores", "Ana Flores", "they/them")
    history = Patient.pgh_event_model.objects.filter(pgh_obj_id=ana.pk).order_by("pgh_id")
    assert [event.chosen_name for event in history] == ["", "Sol"]


def test_what_no_patient_has_cannot_be_changed(ana, by):
    with pytest.raises(TypeError):
        change_patient(patient=ana, registered_site=None, **by)


def test_a_death_before_birth_or_in_the_future_is_refused(clinic, ana, by):
    for day in (date(1980, 1, 1), date(2026, 3, 5)):
        with pytest.raises(Refused) as refused:
            change_patient(patient=ana, deceased_on=day, **by)
        assert _fields(refused) == {"deceased_on"}
    ana.refresh_from_db()
    assert ana.deceased_on is None


def test_has_no_phone_cannot_be_said_while_one_is_on_record(ana, by):
    phone = add_contact_point(patient=ana, kind="phone", value="(212) 555-0142", **by)
    with pytest.raises(Refused) as refused:
        change_patient(patient=ana, has_no_phone=True, **by)
    assert _fields(refused) == {"has_no_phone"}
    end_contact_point(contact_point=phone, **by)
    assert change_patient(patient=ana, has_no_phone=True, **by).has_no_phone


def test_a_new_phone_takes_back_has_no_phone(ana, by):
    change_patient(patient=ana, has_no_phone=True, **by)
    add_contact_point(patient=ana, kind="phone", value="212 555 0142", **by)
    ana.refresh_from_db()
    assert not ana.has_no_phone


def test_nothing_is_presumed_safe(ana, by):
    contact = add_contact_point(patient=ana, kind="phone", value="(212) 555-0142", label="sister", **by)
    contact.refresh_from_db()
    assert contact.value == "+12125550142"
    assert not any((contact.ok_to_call, contact.ok_to_text, contact.ok_to_leave_message, contact.wants_reminders, contact.greet_by_name))
    assert contact.reminders_agreed_at is None


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("phone", "555-0100", "555-0100"),
        ("phone", "+34 612 345 678", "+34612345678"),
        ("email", " ana@example.org ", "ana@example.org"),
        ("post", "12 River  Street", "12 River Street"),
    ],
)
def test_a_contact_is_kept_in_one_way(ana, by, kind, typed, kept):
    assert add_contact_point(patient=ana, kind=kind, value=typed, **by).value == kept


@pytest.mark.parametrize(
    ("kind", "typed", "field"), [("phone", "12", "value"), ("email", "ana@", "value"), ("post", " ", "value"), ("fax", "1", "kind")]
)
def test_what_reaches_nobody_is_refused(ana, by, kind, typed, field):
    with pytest.raises(Refused) as refused:
        add_contact_point(patient=ana, kind=kind, value=typed, **by)
    assert _fields(refused) == {field}
    assert not ContactPoint.objects.exists()


def test_reminders_are_kept_with_the_moment_and_the_words_agreed_to(ana, by, now):
    contact = add_contact_point(patient=ana, kind="phone", value="2125550142", ok_to_text=True, wants_reminders=True, **by)
    assert (contact.reminders_agreed_at, contact.reminders_wording) == (now, REMINDER_WORDING)
    later = {**by, "at": now + timedelta(days=1)}
    same = change_contact_point(contact_point=contact, ok_to_text=True, wants_reminders=True, greet_by_name=True, **later)
    assert same.reminders_agreed_at == now
    off = change_contact_point(contact_point=contact, **later)
    assert (off.wants_reminders, off.ok_to_text, off.greet_by_name) == (False, False, False)
    again = change_contact_point(contact_point=contact, ok_to_text=True, wants_reminders=True, **later)
    assert again.reminders_agreed_at == later["at"]


def test_an_unsafe_contact_never_gets_reminders(ana, by):
    contact = add_contact_point(patient=ana, kind="phone", value="2125550142", ok_to_text=True, wants_reminders=True, **by)
    with pytest.raises(Refused) as refused:
        change_contact_point(contact_point=contact, is_unsafe=True, ok_to_text=True, wants_reminders=True, **by)
    assert _fields(refused) == {"is_unsafe", "wants_reminders"}
    unsafe = change_contact_point(contact_point=contact, is_unsafe=True, **by)
    assert (unsafe.is_unsafe, unsafe.wants_reminders) == (True, False)
    with pytest.raises(IntegrityError, match="no_reminders_to_an_unsafe_contact"), transaction.atomic():
        ContactPoint.objects.filter(pk=contact.pk).update(wants_reminders=True, ok_to_text=True)


def test_the_same_contact_is_not_added_twice_but_again_once_ended(ana, by, now):
    contact = add_contact_point(patient=ana, kind="email", value="ana@example.org", **by)
    with pytest.raises(Refused) as refused:
        add_contact_point(patient=ana, kind="email", value="ANA@example.org", **by)
    assert _fields(refused) == {"value"}
    end_contact_point(contact_point=contact, **by)
    contact.refresh_from_db()
    assert (contact.ended_at, contact.wants_reminders) == (now, False)
    assert add_contact_point(patient=ana, kind="email", value="ana@example.org", **by).pk != contact.pk
    with pytest.raises(Refused):
        change_contact_point(contact_point=contact, ok_to_text=True, **by)


def test_one_number_names_one_person(clinic, ana, by):
    add_identifier(patient=ana, kind="medicaid", value=" NY 77 ", **by)
    assert Identifier.objects.get().value == "NY 77"
    with pytest.raises(Refused) as own:
        add_identifier(patient=ana, kind="medicaid", value="NY 77", **by)
    assert own.value.reasons[0].code == "known"
    with pytest.raises(Refused) as other:
        add_identifier(patient=clinic.patient(), kind="medicaid", value="NY 77", **by)
    assert other.value.reasons[0].code == "duplicate"
    assert "Ana" not in str(other.value)
    assert Identifier.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_register_one_person_at_once_make_one_record(clinic, now):
    start, said = Barrier(4), []

    def desk():
        try:
            start.wait()
            by = User.objects.get(pk=clinic.front_desk.pk)
            register_patient(site=clinic.north, given_name="Ana", family_name="Flores", birth_date=BORN, by=by, at=now)
            said.append("registered")
        except Refused as refused:
            said.append(refused.reasons[0].code)
        finally:
            connection.close()

    desks = [Thread(target=desk) for _number in range(4)]
    for thread in desks:
        thread.start()
    for thread in desks:
        thread.join()
    assert sorted(said) == ["duplicate", "duplicate", "duplicate", "registered"]
    assert Patient.objects.count() == 1
