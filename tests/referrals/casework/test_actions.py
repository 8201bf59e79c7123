from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from referrals.casework.actions import add_task, drop_task, finish_task, hand_over_task, postpone_task, take_task
from referrals.casework.models import Task
from referrals.casework.queries import task_list, tasks_seen_by

TODAY = date(2026, 3, 4)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


@pytest.fixture
def add(clinic, now):
    def _add(patient=None, **more):
        facts = {
            "program": clinic.program,
            "domain": "housing",
            "title": "Call the shelter",
            "due_on": TODAY,
            "by": clinic.case_manager,
            "at": now,
        }
        return add_task(patient=patient or clinic.patient(), **(facts | more))

    return _add


def test_a_task_says_for_whom_about_what_by_whom_and_until_when(add, clinic, now):
    task = add(owner=clinic.therapist, urgency=1, detail="Ask for a lower bunk.")
    row = Task.objects.get()
    assert row == task
    assert (row.title, row.domain, row.owner, row.due_on, row.urgency, row.state) == (
        "Call the shelter",
        "housing",
        clinic.therapist,
        TODAY,
        1,
        "open",
    )
    assert AuditEvent.objects.get(verb="add_task").patient_id == row.patient_id


def test_a_task_that_cannot_be_right_is_refused_with_everything_at_once(add, clinic):
    with pytest.raises(Refused) as refused:
        add(title=" ", domain="x", due_on=TODAY - timedelta(days=1), owner=clinic.front_desk)
    assert codes(refused) == ["no_title", "no_domain", "past_day", "not_a_caseworker"]
    assert not Task.objects.exists()


def test_the_same_reason_makes_one_open_task_and_another_once_it_is_closed(add, clinic, now):
    patient = clinic.patient()
    first = add(patient, key="reason:1")
    assert add(patient, key="reason:1", title="again") == first
    assert Task.objects.count() == 1
    finish_task(task=first, outcome="Reached.", by=clinic.case_manager, at=now)
    second = add(patient, key="reason:1")
    assert second != first
    assert Task.objects.count() == 2


def test_a_task_nobody_has_is_taken_once(add, clinic, now):
    task = add()
    taken = take_task(task=task, by=clinic.case_manager, at=now)
    assert (taken.owner, taken.state) == (clinic.case_manager, "in_progress")
    with pytest.raises(Refused) as refused:
        take_task(task=task, by=clinic.therapist, at=now)
    assert str(refused.value) == f"{clinic.case_manager.full_name} has this task. Ask for it to be handed over."
    task.refresh_from_db()
    assert task.owner == clinic.case_manager


def test_a_task_is_handed_over_to_somebody_who_may_see_the_person(add, clinic, now):
    task = add(clinic.patient(team=(Role.CASE_MANAGER,)))
    with pytest.raises(Refused) as refused:
        hand_over_task(task=task, owner=clinic.therapist, by=clinic.case_manager, at=now)
    assert codes(refused) == ["not_in_reach"]
    with pytest.raises(Refused) as refused:
        hand_over_task(task=task, owner=clinic.director, by=clinic.case_manager, at=now)
    assert codes(refused) == ["not_a_caseworker"]
    handed = hand_over_task(task=task, owner=clinic.nurse, by=clinic.case_manager, at=now)
    assert (handed.owner, handed.state) == (clinic.nurse, "open")


def test_a_task_is_finished_with_what_came_of_it_and_stays_closed(add, clinic, now):
    task = add(owner=clinic.case_manager)
    with pytest.raises(Refused):
        finish_task(task=task, outcome=" ", by=clinic.case_manager, at=now)
    done = finish_task(task=task, outcome="A bed from Friday.", by=clinic.case_manager, at=now)
    assert (done.state, done.outcome, done.closed_at) == ("done", "A bed from Friday.", now)
    for again in (
        lambda: take_task(task=task, by=clinic.case_manager, at=now),
        lambda: finish_task(task=task, outcome="x", by=clinic.case_manager, at=now),
        lambda: drop_task(task=task, reason="x", by=clinic.case_manager, at=now),
        lambda: postpone_task(task=task, due_on=TODAY, by=clinic.case_manager, at=now),
        lambda: hand_over_task(task=task, owner=clinic.nurse, by=clinic.case_manager, at=now),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert codes(refused) == ["closed"]
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.update(state="open", closed_at=None)


def test_a_task_is_dropped_with_a_reason_and_postponed_to_a_day_that_comes(add, clinic, now):
    task = add()
    with pytest.raises(Refused):
        postpone_task(task=task, due_on=TODAY - timedelta(days=1), by=clinic.case_manager, at=now)
    assert postpone_task(task=task, due_on=TODAY + timedelta(days=3), by=clinic.case_manager, at=now).due_on == TODAY + timedelta(days=3)
    with pytest.raises(Refused):
        drop_task(task=task, reason="", by=clinic.case_manager, at=now)
    assert drop_task(task=task, reason="Moved away.", by=clinic.case_manager, at=now).state == "dropped"


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.DIRECTOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_does_no_casework_changes_no_task(add, clinic, now, role):
    task = add()
    by = clinic.staff[role]
    for verb in (
        lambda: take_task(task=task, by=by, at=now),
        lambda: finish_task(task=task, outcome="x", by=by, at=now),
        lambda: drop_task(task=task, reason="x", by=by, at=now),
        lambda: add(by=by),
    ):
        with pytest.raises(Denied):
            verb()
    task.refresh_from_db()
    assert (task.state, task.owner) == ("open", None)
    assert Task.objects.count() == 1


def test_one_sees_the_tasks_of_those_one_may_see_and_no_others(add, clinic):
    mine, other = add(clinic.patient()), add(clinic.patient(team=(Role.THERAPIST,)), by=clinic.therapist)
    south = add(clinic.patient(clinic.south, team=(Role.THERAPIST,)), by=clinic.therapist)
    assert set(tasks_seen_by(clinic.case_manager)) == {mine}
    assert set(tasks_seen_by(clinic.therapist)) == {mine, other, south}
    assert set(tasks_seen_by(clinic.nurse)) == {mine, other}
    assert set(tasks_seen_by(clinic.hire(Role.NURSE, clinic.south))) == {south}
    assert set(tasks_seen_by(clinic.front_desk)) == set()


def test_the_list_is_narrowed_by_whose_about_what_due_when_and_where_it_stands(add, clinic, now):
    patient = clinic.patient()
    mine = add(patient, owner=clinic.case_manager)
    free = add(patient, domain="legal", due_on=TODAY + timedelta(days=5))
    late = add(patient, owner=clinic.case_manager, domain="legal")
    Task.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=1))
    done = add(patient, owner=clinic.case_manager)
    finish_task(task=done, outcome="x", by=clinic.case_manager, at=now)

    def seen(**asked):
        return set(task_list(clinic.case_manager, today=TODAY, **asked))

    assert seen() == {mine, late}
    assert seen(whose="unowned") == {free}
    assert seen(whose="all") == {mine, late, free}
    assert seen(whose="all", domain="legal") == {late, free}
    assert seen(whose="all", due="overdue") == {late}
    assert seen(whose="all", due="today") == {mine, late}
    assert seen(whose="all", due="week") == {mine, late, free}
    assert seen(whose="all", state="done") == {done}
    assert seen(whose="all", domain="nonsense", due="nonsense", state="nonsense") == {mine, late, free}


@pytest.mark.django_db(transaction=True)
def test_the_same_reason_at_the_same_moment_makes_one_task(add, clinic, now):
    patient = clinic.patient()
    start = Barrier(4)

    def at_once(_n):
        try:
            start.wait(timeout=20)
            return add(patient, key="reason:1", by=clinic.system).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(at_once, range(4)))
    assert len(found) == Task.objects.count() == 1
