from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from casemgr.core.accounts.models import Program, User
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.episodes.actions import admit_patient, discharge_patient, transfer_patient
from patients.episodes.models import Episode
from patients.episodes.queries import episodes_for, open_episode_of
from patients.record.models import Patient
from tests.worlds import ALL_ANSWERED


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.case_manager, "at": now}


@pytest.fixture
def newcomer(clinic, now):
    return Patient.objects.create(
        given_name="Ana", family_name="Flores", registered_site=clinic.north, recorded_at=now, recorded_by=clinic.case_manager
    )


@pytest.fixture
def stay(clinic, newcomer, by):
    return admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 2, 2), referral_source="7", **by)


def _said(refused):
    return {(reason.field, reason.code) for reason in refused.value.reasons}


def test_an_admission_is_a_fact(clinic, newcomer, stay):
    assert (stay.program, stay.site, stay.is_open, stay.referral_source) == (clinic.program, clinic.north, True, "7")
    fact = Fact.objects.get(kind="PatientAdmitted")
    assert fact.payload == {"episode_id": stay.pk, "patient_id": newcomer.pk}
    assert AuditEvent.objects.get(verb="admit_patient").patient_id == newcomer.pk


def test_nobody_is_in_one_program_twice_at_a_time(clinic, newcomer, stay, by):
    with pytest.raises(Refused) as refused:
        admit_patient(patient=newcomer, site=clinic.south, admitted_on=date(2026, 3, 1), **by)
    assert str(refused.value) == "This person is in care at North since Feb. 2, 2026. Transfer them, or discharge them there first."
    assert list(episodes_for(newcomer)) == [stay]


def test_the_database_itself_keeps_stays_apart(clinic, newcomer, stay, now):
    with pytest.raises(IntegrityError, match="one_episode_at_a_time_per_program"), transaction.atomic():
        Episode.objects.create(
            patient=newcomer,
            program=clinic.program,
            site=clinic.south,
            admitted_on=date(2026, 1, 1),
            recorded_at=now,
            recorded_by=clinic.system,
        )


def test_two_programs_may_care_for_one_person(clinic, newcomer, stay, now):
    other = Program.objects.create(name="Elsewhere")
    site = other.sites.create(name="Far")
    worker = clinic.hire("case_manager", site, program=other)
    assert admit_patient(patient=newcomer, site=site, admitted_on=date(2026, 3, 1), by=worker, at=now).is_open
    assert open_episode_of(newcomer, clinic.program) == stay


def test_a_right_held_elsewhere_does_not_admit_here(clinic, newcomer, now):
    other = Program.objects.create(name="Elsewhere")
    worker = clinic.hire("case_manager", None, program=other)
    with pytest.raises(Denied):
        admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 3, 1), by=worker, at=now)
    assert not Episode.objects.exists()


def test_whoever_left_can_come_back_from_that_day_on(clinic, newcomer, stay, by):
    discharge_patient(episode=stay, on=date(2026, 3, 1), reason="2", **ALL_ANSWERED, **by)
    with pytest.raises(Refused) as refused:
        admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 2, 20), **by)
    assert _said(refused) == {("admitted_on", "overlaps_earlier_stay")}
    assert admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 3, 1), **by).is_open


def test_an_admission_in_the_future_or_to_a_closed_site_is_refused(clinic, newcomer, by):
    clinic.south.is_active = False
    with pytest.raises(Refused) as refused:
        admit_patient(patient=newcomer, site=clinic.south, admitted_on=date(2026, 3, 5), referral_source="?", **by)
    assert _said(refused) == {("admitted_on", "in_future"), ("site", ""), ("referral_source", "")}
    assert not Fact.objects.exists()


def test_a_transfer_ends_one_stay_and_begins_the_next_the_same_day(clinic, newcomer, stay, by):
    moved = transfer_patient(episode=stay, to_site=clinic.south, on=date(2026, 3, 1), **by)
    stay.refresh_from_db()
    assert (stay.discharged_on, stay.get_discharge_reason_display()) == (date(2026, 3, 1), "Transferred")
    assert (moved.site, moved.admitted_on, moved.transferred_from, moved.referral_source) == (clinic.south, date(2026, 3, 1), stay, "7")
    assert list(episodes_for(newcomer)) == [moved, stay]
    assert not Fact.objects.filter(kind="PatientDischarged").exists()


def test_everything_against_a_transfer_is_named_at_once(clinic, stay, by):
    with pytest.raises(Refused) as refused:
        transfer_patient(episode=stay, to_site=clinic.north, on=date(2026, 2, 1), **by)
    assert _said(refused) == {("on", "before_admission"), ("to_site", "")}
    other = Program.objects.create(name="Elsewhere").sites.create(name="Far")
    with pytest.raises(Refused, match="another program"):
        transfer_patient(episode=stay, to_site=other, on=date(2026, 3, 1), **by)
    stay.refresh_from_db()
    assert stay.is_open


def test_a_discharge_says_when_and_why(newcomer, stay, by):
    done = discharge_patient(episode=stay, on=date(2026, 3, 4), reason="1", note=" Moved on well. ", **ALL_ANSWERED, **by)
    done.refresh_from_db()
    assert (done.discharged_on, done.discharge_reason, done.discharge_note) == (date(2026, 3, 4), "1", "Moved on well.")
    assert Fact.objects.get(kind="PatientDischarged").payload == {"episode_id": stay.pk, "patient_id": newcomer.pk}


@pytest.mark.parametrize(
    ("on", "reason", "said"),
    [
        (date(2026, 2, 1), "1", {("on", "before_admission")}),
        (date(2026, 3, 5), "1", {("on", "in_future")}),
        (date(2026, 3, 5), "", {("on", "in_future"), ("reason", "")}),
    ],
)
def test_a_discharge_that_cannot_be_changes_nothing(stay, by, on, reason, said):
    with pytest.raises(Refused) as refused:
        discharge_patient(episode=stay, on=on, reason=reason, **ALL_ANSWERED, **by)
    assert _said(refused) == said
    stay.refresh_from_db()
    assert stay.is_open
    assert not Fact.objects.filter(kind="PatientDischarged").exists()


def test_the_second_discharge_hears_that_somebody_was_quicker(stay, by):
    discharge_patient(episode=stay, on=date(2026, 3, 4), reason="1", **ALL_ANSWERED, **by)
    with pytest.raises(Refused) as refused:
        discharge_patient(episode=stay, on=date(2026, 3, 3), reason="2", **ALL_ANSWERED, **by)
    assert _said(refused) == {("", "ended_already")}
    stay.refresh_from_db()
    assert stay.discharge_reason == "1"


def test_front_desk_neither_admits_nor_discharges(clinic, newcomer, stay, now):
    with pytest.raises(Denied):
        discharge_patient(episode=stay, on=date(2026, 3, 4), reason="1", **ALL_ANSWERED, by=clinic.front_desk, at=now)
    stay.refresh_from_db()
    assert stay.is_open


def test_admission_transfer_and_discharge_are_cheap(clinic, newcomer, by, query_count):
    assert clinic.case_manager.current_memberships
    with query_count(9):  # the facts of the admission are opened
        stay = admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 2, 2), **by)
    with query_count(12):  # what rests on it, and the facts of the former admission; the fact asks the prescriber about orders left
        moved = transfer_patient(episode=stay, to_site=clinic.south, on=date(2026, 2, 3), **by)
    with query_count(13):  # with the plan for leaving, and five for what the record says
        discharge_patient(episode=moved, on=date(2026, 2, 4), reason="1", **ALL_ANSWERED, **by)


@pytest.mark.django_db(transaction=True)
def test_of_two_admissions_at_once_one_hears_where_the_person_is(clinic, newcomer, now):
    start, said = Barrier(4), []

    def window(site):
        try:
            start.wait()
            by = User.objects.get(pk=clinic.case_manager.pk)
            admit_patient(patient=newcomer, site=site, admitted_on=date(2026, 3, 4), by=by, at=now)
            said.append("admitted")
        except Refused as refused:
            said.append(refused.reasons[0].code)
        finally:
            connection.close()

    windows = [Thread(target=window, args=(site,)) for site in (clinic.north, clinic.south, clinic.north, clinic.south)]
    for thread in windows:
        thread.start()
    for thread in windows:
        thread.join()
    assert sorted(said) == ["admitted", "in_care", "in_care", "in_care"]
    assert Episode.objects.filter(patient=newcomer).count() == 1
