from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Refused
from patients.caseload.actions import assign_care_team_member
from patients.caseload.queries import caseload_of
from patients.episodes.actions import admit_patient, discharge_patient
from patients.episodes.models import Episode, LeavingPlan
from patients.episodes.queries import last_discharge_of
from patients.episodes.rules import FOLLOW_UP_DAYS, LeavingAnswers, Standing, against_the_record, leaving_problems
from referrals.casework.models import Task
from tests.worlds import ALL_ANSWERED

TODAY = date(2026, 3, 4)
CALLED = {**ALL_ANSWERED, "contact": "call", "contact_how": "Evenings, own phone.", "contact_words": ""}


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.case_manager, "at": now}


@pytest.fixture
def stay(clinic):
    return clinic.patient().episodes.get()


@pytest.mark.parametrize(
    ("changed", "open_ones"),
    [
        ({}, []),
        ({"medication": ""}, ["medication"]),
        ({"medication": "continues"}, ["medication_by"]),
        ({"medication": "bridge", "medication_by": "Dr. Ellis"}, ["bridge_until"]),
        ({"medication": "bridge", "medication_by": "Dr. Ellis", "bridge_until": TODAY - timedelta(days=1)}, ["bridge_until"]),
        ({"medication": "bridge", "medication_by": "Dr. Ellis", "bridge_until": TODAY}, []),
        ({"medication": "declined", "medication_words": "  "}, ["medication_words"]),
        ({"medication": "tapered"}, []),
        ({"naloxone": ""}, ["naloxone"]),
        ({"naloxone": "declined", "naloxone_words": ""}, ["naloxone_words"]),
        ({"appointment": ""}, ["appointment"]),
        ({"appointment": "made"}, ["appointment_where", "appointment_on"]),
        ({"appointment": "made", "appointment_where": "Eastside", "appointment_on": TODAY}, []),
        ({"appointment": "not_possible", "appointment_words": ""}, ["appointment_words"]),
        ({"contact": ""}, ["contact"]),
        ({"contact": "call"}, ["contact_how"]),
        ({"contact": "not_possible", "contact_words": ""}, ["contact_words"]),
    ],
)
def test_each_question_needs_its_answer_and_each_answer_what_it_needs(changed, open_ones):
    assert leaving_problems(LeavingAnswers(**{**ALL_ANSWERED, **changed}), on=TODAY) == open_ones


@pytest.mark.parametrize(
    ("changed", "note", "owed"),
    [
        ({}, "", ["concern_open", "order_in_force", "no_kit_in_hand"]),
        ({"medication_words": "Stopped in May.", "naloxone_words": "From a friend."}, "Their therapist calls tonight.", []),
        ({"medication": "tapered", "naloxone": "declined", "naloxone_words": "Wants none."}, " ", ["concern_open"]),
    ],
)
def test_words_are_owed_where_an_answer_stands_against_the_record(changed, note, owed):
    answers = LeavingAnswers(**{**ALL_ANSWERED, "naloxone_words": "", **changed})
    known = Standing(concerns=("High",), orders=("Methadone 60 mg",))
    assert against_the_record(answers, note=note, standing=known) == owed
    assert against_the_record(answers, note="", standing=Standing(kits=("Nasal spray",))) == []


def test_nobody_leaves_with_a_question_open_and_each_is_named_at_its_field(stay, by):
    with pytest.raises(Refused) as refused:
        discharge_patient(episode=stay, on=TODAY, reason="1", **by)
    assert [reason.field for reason in refused.value.reasons] == ["medication", "naloxone", "appointment", "contact"]
    assert all(reason.source.startswith("program policy") for reason in refused.value.reasons)
    stay.refresh_from_db()
    assert stay.is_open
    assert not LeavingPlan.objects.exists()


def test_declined_in_words_is_an_answer(stay, by):
    why = {
        f"{question}_words": "Does not want it; talked about it twice." for question in ("medication", "naloxone", "appointment", "contact")
    }
    answers = dict.fromkeys(("medication", "naloxone", "appointment", "contact"), "declined")
    discharge_patient(episode=stay, on=TODAY, reason="2", **answers, **why, **by)
    plan = LeavingPlan.objects.get(episode=stay)
    assert (plan.basis, plan.naloxone, plan.caller) == ("answered", "declined", None)


def test_after_a_death_its_day_is_asked_and_nothing_else(stay, by):
    with pytest.raises(Refused) as refused:
        discharge_patient(episode=stay, on=TODAY, reason="6", **by)
    assert [(reason.field, reason.code) for reason in refused.value.reasons] == [("died_on", "died_when")]
    stay.patient.refresh_from_db()
    assert stay.patient.deceased_on is None
    discharge_patient(episode=stay, on=TODAY, reason="6", died_on=TODAY - timedelta(days=1), **by)
    stay.patient.refresh_from_db()
    assert stay.patient.deceased_on == TODAY - timedelta(days=1)
    assert LeavingPlan.objects.get(episode=stay).basis == "died"
    drain(at=by["at"])
    assert not Task.objects.exists()


def test_another_system_may_tell_of_the_past_but_ends_no_stay_of_today(clinic, stay, now):
    system = {"by": clinic.system, "at": now}
    with pytest.raises(Refused):
        discharge_patient(episode=stay, on=TODAY, reason="1", **system)
    discharge_patient(episode=stay, on=TODAY - timedelta(days=40), reason="1", **system)
    assert LeavingPlan.objects.get(episode=stay).basis == "elsewhere"


def test_another_system_ends_no_stay_that_began_here(clinic, stay, now):
    Episode.objects.filter(pk=stay.pk).update(recorded_by=clinic.nurse)
    with pytest.raises(Refused):
        discharge_patient(episode=stay, on=TODAY - timedelta(days=40), reason="1", by=clinic.system, at=now)


@pytest.mark.parametrize("basis", ["", "died", "moved"])
def test_the_database_itself_lets_no_stay_end_unanswered(clinic, stay, now, basis):
    if basis:
        LeavingPlan.objects.create(episode=stay, basis=basis, recorded_at=now, recorded_by=clinic.system)
    with pytest.raises(IntegrityError, match="four questions|medication, naloxone"), transaction.atomic():
        Episode.objects.filter(pk=stay.pk).update(discharged_on=TODAY, discharge_reason="1")


def test_half_an_answer_does_not_stand_in_the_table(clinic, stay, now):
    half = {**ALL_ANSWERED, "medication": "bridge", "medication_by": "Dr. Ellis"}
    with pytest.raises(IntegrityError, match="bridge_says_until_when"), transaction.atomic():
        LeavingPlan.objects.create(episode=stay, basis="answered", **half, recorded_at=now, recorded_by=clinic.system)


def test_calls_after_7_and_30_days_become_tasks_of_who_promised_them(clinic, stay, by):
    caller = clinic.case_manager
    discharge_patient(episode=stay, on=TODAY, reason="1", **CALLED, caller=caller, **by)
    drain(at=by["at"])
    tasks = list(Task.objects.order_by("due_on"))
    assert [(task.due_on, task.owner) for task in tasks] == [(TODAY + timedelta(days=days), caller) for days in FOLLOW_UP_DAYS]
    assert "Evenings, own phone." in tasks[0].detail
    team = {member.user: member.until for member in stay.patient.care_team.all()}
    assert team[caller] == TODAY + timedelta(days=31), "whoever calls still sees the person on the day of the last call"
    assert team[clinic.therapist] == TODAY
    drain(at=by["at"])
    assert Task.objects.count() == len(FOLLOW_UP_DAYS)


def test_without_a_caller_the_calls_wait_for_whoever_takes_them(clinic, stay, by):
    discharge_patient(episode=stay, on=TODAY, reason="1", **CALLED, **by)
    drain(at=by["at"])
    assert set(Task.objects.values_list("owner", flat=True)) == {None}
    assert not caseload_of(clinic.case_manager).filter(pk=stay.patient_id, care_team__until__gt=TODAY).exists()


def test_somebody_who_does_no_casework_cannot_promise_to_call(clinic, stay, by):
    with pytest.raises(Refused) as refused:
        discharge_patient(episode=stay, on=TODAY, reason="1", **CALLED, caller=clinic.front_desk, **by)
    assert [reason.field for reason in refused.value.reasons] == ["caller"]


def test_the_page_names_each_open_question_at_its_field(clinic, sign_in, stay):
    page = reverse("patients:discharge", args=[stay.patient.public_id, stay.pk])
    answer = sign_in(clinic.case_manager).post(page, {"on": "2026-03-01", "reason": "1", "medication": "continues"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"medication_by", "naloxone", "appointment", "contact"}
    stay.refresh_from_db()
    assert stay.is_open


def test_the_record_room_names_each_open_question_at_its_field(clinic, sign_in, stay):
    address = reverse("admin:patients_episode_do", args=[stay.pk, "discharge_patient"])
    browser = sign_in(clinic.case_manager)
    answer = browser.post(address, {"on": "2026-03-01", "reason": "1", "naloxone": "in_hand"})
    assert {"medication", "appointment", "contact"} <= set(answer.context["form"].errors)
    assert browser.post(address, {"on": "2026-03-01", "reason": "1", **ALL_ANSWERED}).status_code == 302
    stay.refresh_from_db()
    assert not stay.is_open


def test_who_comes_back_finds_the_last_discharge_and_begins_a_new_stay_on_the_same_chart(clinic, sign_in, stay, by):
    discharge_patient(episode=stay, on=date(2026, 2, 1), reason="2", **CALLED, **by)
    worker = clinic.hire(Role.PRESCRIBER, clinic.north)
    browser, page = sign_in(worker), reverse("patients:admit", args=[stay.patient.public_id])
    shown = browser.get(page).content.decode()
    assert "Was here before" in shown
    assert "Evenings, own phone." in shown
    assert last_discharge_of(stay.patient, {clinic.program.pk}) == stay
    answer = browser.post(page, {"site": clinic.north.pk, "admitted_on": "2026-03-01", "referral_source": "1"})
    new = stay.patient.episodes.get(discharged_on=None)
    assert answer.url == reverse("patients:admission_facts", args=[stay.patient.public_id, new.pk])


def test_who_still_calls_and_is_put_in_charge_again_stands_once_on_the_care_team(clinic, stay, by):
    caller = clinic.case_manager
    discharge_patient(episode=stay, on=TODAY, reason="1", **CALLED, caller=caller, **by)
    drain(at=by["at"])
    again = admit_patient(patient=stay.patient, site=clinic.north, admitted_on=TODAY, **by)
    assign_care_team_member(
        patient=again.patient, program=clinic.program, user=caller, role="case_manager", since=TODAY, is_lead=True, **by
    )
    assert [(member.until, member.is_lead) for member in stay.patient.care_team.filter(user=caller)] == [(None, True)]
