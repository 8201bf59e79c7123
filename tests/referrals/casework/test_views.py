from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.episodes.models import Episode
from referrals.casework.actions import add_task
from referrals.casework.models import Task

TODAY = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.case_manager)


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
        return add_task(patient=patient or clinic.patient(), **({"owner": clinic.case_manager} | facts | more))

    return _add


def url(name, *args):
    return reverse(f"referrals:{name}", args=args)


def act(browser, task, verb, **typed):
    return browser.post(url("task_act", task.pk, verb), {"csrfmiddlewaretoken": "-", **typed})


def test_the_list_opens_with_mine_and_marks_what_is_overdue(add, clinic, browser):
    late = add(clinic.patient(given="Ada", family="Abel"), title="Bring the form")
    Task.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=2))
    add(clinic.patient(given="Ben", family="Berg"), owner=None, title="Find a ride")
    page = browser.get(url("tasks")).content.decode()
    assert "Bring the form" in page
    assert "Ada Abel" in page
    assert page.count("<span>Overdue</span>") == 1
    assert "Find a ride" not in page
    assert "Find a ride" in browser.get(url("tasks"), {"whose": "unowned"}).content.decode()
    assert "Nobody" in browser.get(url("tasks"), {"whose": "all", "domain": "housing"}).content.decode()
    assert AuditEvent.objects.filter(verb="task_list", actor_id=clinic.case_manager.pk).count() == 3


def test_the_list_costs_the_same_for_two_tasks_and_for_twelve(add, browser, query_count):
    for _ in range(2):
        add()
    browser.get(url("tasks"))
    with query_count(6):
        browser.get(url("tasks"))
    for _ in range(10):
        add()
    with query_count(6):
        page = browser.get(url("tasks"))
    assert page.content.decode().count("data-row-link") == 12


def test_a_long_list_goes_on_page_by_page_with_the_same_filters(add, clinic, browser):
    patient = clinic.patient()
    for _ in range(52):
        add(patient)
    first = browser.get(url("tasks"), {"whose": "all", "domain": "housing"})
    assert first.content.decode().count("data-row-link") == 50
    following = first.context["table"].next_url
    assert following.startswith("?whose=all&domain=housing&after=")
    assert browser.get(url("tasks") + following).content.decode().count("data-row-link") == 2


def test_a_task_is_written_for_a_person_one_finds_by_name(clinic, browser):
    patient = clinic.patient(given="Maria", family="Lopez")
    clinic.patient(given="Mario", family="Lopez", team=(Role.THERAPIST,))
    found = browser.post(url("choose_person", "task"), {"q": "lopes"}).content.decode()
    assert url("add_task", patient.public_id) in found
    assert "Mario" not in found
    typed = {"title": "Call the shelter", "domain": "housing", "due_on": "2026-03-06", "owner": clinic.case_manager.pk, "urgency": "2"}
    answer = browser.post(url("add_task", patient.public_id), typed)
    task = Task.objects.get()
    assert answer.url == url("task", task.pk)
    assert (task.patient, task.owner, task.urgency, task.due_on, task.program) == (
        patient,
        clinic.case_manager,
        2,
        date(2026, 3, 6),
        clinic.program,
    )


def test_a_refused_task_says_why_and_keeps_what_was_typed(clinic, browser):
    patient = clinic.patient()
    answer = browser.post(
        url("add_task", patient.public_id), {"title": "Ride", "domain": "transport", "due_on": "2026-03-03", "urgency": "3"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The day is over already. Choose today or later." in page
    assert 'value="Ride"' in page
    assert not Task.objects.exists()


def test_a_task_is_taken_finished_handed_over_postponed_and_dropped_from_its_page(add, clinic, browser):
    task = add(owner=None)
    page = browser.get(url("task", task.pk)).content.decode()
    assert "Take this task" in page
    assert AuditEvent.objects.filter(verb="task", patient_id=task.patient_id).count() == 1
    assert browser.post(url("take_task", task.pk), {"csrfmiddlewaretoken": "-"}).status_code == 302
    assert act(browser, task, "postpone", due_on="2026-03-09").status_code == 302
    assert act(browser, task, "hand_over", owner=clinic.nurse.pk).status_code == 302
    task.refresh_from_db()
    assert (task.owner, task.due_on, task.state) == (clinic.nurse, date(2026, 3, 9), "open")
    empty = act(browser, task, "finish", outcome="")
    assert empty.status_code == 422
    assert act(browser, task, "finish", outcome="A bed from Friday.").status_code == 302
    closed = browser.get(url("task", task.pk)).content.decode()
    assert "A bed from Friday." in closed
    assert "Finish task" not in closed
    other = add()
    assert act(browser, other, "drop", reason="Moved away.").status_code == 302
    other.refresh_from_db()
    assert (other.state, other.outcome) == ("dropped", "Moved away.")
    assert act(browser, other, "drop", reason="again").status_code == 422
    assert act(browser, other, "nonsense").status_code == 404


def test_a_task_somebody_else_has_taken_is_not_taken_away(add, clinic, browser, sign_in):
    task = add(owner=clinic.nurse)
    answer = browser.post(url("take_task", task.pk), {"csrfmiddlewaretoken": "-"})
    assert answer.status_code == 422
    assert f"{clinic.nurse.full_name} has this task. Ask for it to be handed over." in answer.content.decode()
    task.refresh_from_db()
    assert task.owner == clinic.nurse


def test_a_task_of_another_caseload_is_as_unknown_as_one_that_never_was(add, clinic, browser):
    task = add(clinic.patient(team=(Role.THERAPIST,)), owner=None, by=clinic.therapist)
    for key in (task.pk, 999_999):
        assert browser.get(url("task", key)).status_code == 404
        assert browser.post(url("take_task", key)).status_code == 404
        assert browser.post(url("task_act", key, "finish"), {"outcome": "x"}).status_code == 404
    assert browser.get(url("add_task", task.patient.public_id)).status_code == 404
    task.refresh_from_db()
    assert (task.state, task.owner) == ("open", None)


def test_a_director_reads_tasks_and_changes_none(add, clinic, sign_in):
    task = add()
    director = sign_in(clinic.director)
    assert "Call the shelter" in director.get(url("tasks")).content.decode()
    assert "Finish task" not in director.get(url("task", task.pk)).content.decode()
    assert director.post(url("task_act", task.pk, "finish"), {"outcome": "x"}).status_code == 403
    assert director.post(url("take_task", task.pk)).status_code == 403
    assert sign_in(clinic.front_desk).get(url("tasks")).status_code == 403
    task.refresh_from_db()
    assert task.state == "open"


def test_a_task_for_somebody_newly_registered_in_the_other_program_goes_to_that_program(clinic, sign_in):
    other = Program.objects.create(name="Aside")
    Membership.objects.create(user=clinic.nurse, program=other, role=Role.FRONT_DESK, starts_on="2020-01-01")
    newcomer = clinic.patient()
    Episode.objects.filter(patient=newcomer).delete()
    browser = sign_in(clinic.nurse)
    browser.post(reverse("accounts:switch_program"), {"program": other.pk})
    answer = browser.get(reverse("referrals:add_task", args=[newcomer.public_id]))
    assert (answer.wsgi_request.program, answer.status_code) == (other, 200)
