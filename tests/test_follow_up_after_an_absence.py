from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Closure, User
from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from patients.caseload.models import CareTeamMember
from referrals.casework.actions import finish_task
from referrals.casework.models import Task
from treatment_plans.appointments.actions import book_appointment, settle_appointment
from treatment_plans.sessions.actions import Part, change_note, record_session


@pytest.fixture
def miss(clinic):
    """Return a function that books an hour with the therapist and says that the person did not come."""

    def _miss(patient, ago=timedelta(hours=2)):
        begins = clinic.now - ago
        known = {"by": clinic.front_desk, "at": clinic.now}
        booked = book_appointment(
            patient=patient,
            site=clinic.north,
            clinician=clinic.therapist,
            kind="individual",
            starts_at=begins,
            ends_at=begins + timedelta(minutes=30),
            **known,
        )
        return settle_appointment(appointment=booked, state="no_show", **known)

    return _miss


def lead(patient, user):
    CareTeamMember.objects.filter(patient=patient, user=user).update(is_lead=True)


def test_whoever_is_in_charge_calls_on_the_next_business_day(clinic, miss):
    patient = clinic.patient()
    lead(patient, clinic.therapist)
    miss(patient)
    drain(at=clinic.now)
    task = Task.objects.get()
    assert (task.patient, task.program, task.domain, task.owner) == (patient, clinic.program, "outreach", clinic.therapist)
    assert (task.title, task.due_on) == ("Call: did not come on March 4, 2026", date(2026, 3, 5))
    assert task.recorded_by == User.objects.system()
    assert Fact.objects.get(kind="AppointmentMissed").outcome == f"task {task.pk}"


def test_without_anybody_in_charge_it_is_the_case_manager_and_without_one_nobody(clinic, miss):
    miss(clinic.patient())
    miss(clinic.patient(team=(Role.PEER,)))
    drain(at=clinic.now)
    assert list(Task.objects.order_by("pk").values_list("owner", flat=True)) == [clinic.case_manager.pk, None]


def test_the_call_is_due_on_a_day_on_which_the_site_works(clinic, miss):
    Closure.objects.create(site=clinic.north, day=date(2026, 3, 5), reason="Snow")
    miss(clinic.patient())
    drain(at=clinic.now)
    assert Task.objects.get().due_on == date(2026, 3, 6)


def test_a_late_drain_makes_the_call_due_today(clinic, miss):
    miss(clinic.patient())
    drain(at=clinic.now + timedelta(days=5))
    assert Task.objects.get().due_on == date(2026, 3, 9)


def test_while_a_call_is_open_further_absences_add_none_and_after_it_they_do(clinic, miss):
    patient = clinic.patient()
    miss(patient)
    miss(patient, timedelta(hours=5))
    drain(at=clinic.now)
    finish_task(task=Task.objects.get(), outcome="Reached; had no ride.", by=clinic.case_manager, at=clinic.now)
    miss(patient, timedelta(hours=7))
    drain(at=clinic.now)
    assert list(Task.objects.order_by("pk").values_list("state", flat=True)) == ["done", "open"]


def test_a_wrong_entry_put_right_before_anybody_acted_makes_no_call(clinic, miss):
    missed = miss(clinic.patient())
    settle_appointment(appointment=missed, state="kept", by=clinic.front_desk, at=clinic.now)
    drain(at=clinic.now)
    assert not Task.objects.exists()
    assert Fact.objects.get(kind="AppointmentMissed").outcome == "silent: it was put right since"


def test_what_lies_far_back_and_whoever_died_are_not_called(clinic, miss):
    miss(clinic.patient(), timedelta(days=31))
    gone = clinic.patient()
    miss(gone)
    type(gone).objects.filter(pk=gone.pk).update(deceased_on=date(2026, 3, 4))
    drain(at=clinic.now)
    assert not Task.objects.exists()
    outcomes = Fact.objects.filter(kind="AppointmentMissed").order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["silent: it is too long ago", "silent: the person has died"]


def test_whoever_was_missed_in_a_group_is_called_too_unless_that_was_a_slip(clinic):
    ana, ben, cleo = clinic.patient(), clinic.patient(), clinic.patient()
    begins = clinic.now - timedelta(hours=2)
    session = record_session(
        site=clinic.north,
        clinician=clinic.therapist,
        kind="group",
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        parts=[Part(ana), Part(ben, state="absent"), Part(cleo, state="absent")],
        by=clinic.therapist,
        at=clinic.now,
    )
    slip = session.attendances.get(patient=cleo)
    change_note(attendance=slip, part=Part(cleo), asked=["state"], by=clinic.therapist, at=clinic.now)
    drain(at=clinic.now)
    assert Task.objects.get().patient == ben
    assert Fact.objects.filter(kind="SessionMissed", outcome="silent: it was put right since").count() == 1
