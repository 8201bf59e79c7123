import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from treatment_plans.plan.actions import activate_plan, settle_goal
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem

HTMX = {"HX-Request": "true"}


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


def without_tokens(answer):
    """Return a page without what differs from one drawing to the next."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def test_a_plan_grows_from_nothing_to_force_without_any_script(clinic, diagnosed, sign_in):
    patient = clinic.patient()
    illness = diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    browser = sign_in(clinic.therapist)
    assert "No plan yet" in browser.get(address("plan", patient.public_id)).content.decode()
    today = clinic.now.astimezone(clinic.program.zone).date()
    browser.post(
        address("start_plan", patient.public_id), {"starts_on": today, "review_on": today + timedelta(days=90), "strengths": "Cooks"}
    )
    plan = Plan.objects.get()
    page = browser.get(address("plan", patient.public_id)).content.decode()
    assert page.count("still to add:") == 2
    for axis, words in (("substance_use", "I want to be well"), ("mental_health", "I want to sleep")):
        browser.post(
            address("add_problem", plan.pk),
            {"axis": axis, "title": f"On {axis}", "diagnosis": illness.pk if axis == "substance_use" else ""},
        )
        problem = Problem.objects.get(axis=axis)
        browser.post(address("add_goal", problem.pk), {"words": words, "target_on": today + timedelta(days=60)})
        goal = Goal.objects.get(problem=problem)
        browser.post(
            address("add_objective", goal.pk), {"words": "Six hours", "measured_as": "date", "target_on": today + timedelta(days=30)}
        )
        browser.post(address("add_intervention", goal.pk), {"kind": "cbt", "frequency": "weekly", "responsible": clinic.therapist.pk})
    assert "Both halves are there" in browser.get(address("plan_version", plan.pk)).content.decode()
    browser.post(address("activate_plan", plan.pk), {"one_axis_reason": ""})
    plan.refresh_from_db()
    assert plan.state == "active"
    assert Intervention.objects.values_list("responsible", flat=True).distinct().get() == clinic.therapist.pk
    page = browser.get(address("plan", patient.public_id)).content.decode()
    assert "“I want to sleep”" in page
    assert "still to add:" not in page
    settle_goal(goal=goal, state="achieved", by=clinic.therapist, at=clinic.now)
    page = browser.get(address("plan", patient.public_id)).content.decode()
    assert "This plan leaves out a disorder that is diagnosed" in page
    assert "<strong>Mental health:</strong> still to add: a goal" in page
    assert "SAMHSA TIP 42" in page


def test_activation_names_the_half_that_is_missing_and_takes_a_reason(clinic, diagnosed, draft, sign_in):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    plan = draft(patient, "substance_use")
    browser = sign_in(clinic.therapist)
    answer = browser.post(address("activate_plan", plan.pk), {"one_axis_reason": ""})
    assert answer.status_code == 422
    assert "Mental health: there is an active diagnosis, and the plan still needs a problem for it." in answer.content.decode()
    signed = {"one_axis_reason": "Sees a psychiatrist elsewhere.", "signed_name": clinic.therapist.full_name}
    browser.post(address("activate_plan", plan.pk), signed)
    plan.refresh_from_db()
    assert (plan.state, plan.one_axis_reason) == ("active", "Sees a psychiatrist elsewhere.")
    assert "leaves out a disorder" not in browser.get(address("plan_version", plan.pk)).content.decode()


def test_a_piece_is_added_in_its_place_with_script(clinic, draft, sign_in):
    plan = draft(clinic.patient(), "social")
    goal = Goal.objects.get()
    browser = sign_in(clinic.therapist)
    asked = browser.get(address("add_objective", goal.pk), headers=HTMX).content.decode()
    assert "<html" not in asked
    assert f'hx-post="{address("add_objective", goal.pk)}"' in asked
    assert f'hx-select="#adding-to-goal-{goal.pk}"' in asked, "Cancel empties the slot and leaves the others as they are"
    assert "drafts.js" in browser.get(address("plan_version", plan.pk)).content.decode(), (
        "htmx runs no script of a piece: the page brings it"
    )
    wrong = browser.post(address("add_objective", goal.pk), {"words": "", "measure": "PHQ-9 below 10"}, headers=HTMX)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, f"#adding-to-goal-{goal.pk}")
    assert "PHQ-9 below 10" in wrong.content.decode()
    done = browser.post(
        address("add_objective", goal.pk),
        {"words": "Walk daily", "measured_as": "number", "target_value": 5, "direction": "up"},
        headers=HTMX,
    )
    assert done.status_code == 200
    assert done.content.decode().lstrip().startswith('<div id="plan"')
    assert "Walk daily" in done.content.decode()
    assert Objective.objects.filter(goal__problem__plan=plan).count() == 2


def test_goals_and_objectives_are_settled_with_one_press(clinic, draft, sign_in):
    draft(clinic.patient(), "social", starts_on=clinic.now.date() - timedelta(days=2))
    goal, objective = Goal.objects.get(), Objective.objects.get()
    browser = sign_in(clinic.therapist)
    browser.post(address("settle_goal", goal.pk), {"state": "achieved"})
    browser.post(address("meet_objective", objective.pk), {"met": "1"})
    goal.refresh_from_db()
    objective.refresh_from_db()
    assert (goal.state, objective.met_on) == ("achieved", timezone.now().astimezone(clinic.program.zone).date())
    answer = browser.post(address("settle_goal", goal.pk), {"state": "forgotten"})
    assert answer.status_code == 422
    assert "Say whether the goal is achieved, stopped or active." in answer.content.decode()


def test_the_print_has_everything_and_room_to_sign(clinic, draft, diagnosed, sign_in):
    patient = clinic.patient(given="Rosa", family="Díaz", birth_date=date(1985, 4, 3))
    plan = draft(patient, "social")
    page = sign_in(clinic.nurse).get(address("print_plan", plan.pk)).content.decode()
    for words in (
        "Rosa Díaz",
        "April 3, 1985",
        "Problem on social",
        "I want a life of my own",
        "Sleep six hours",
        "Signature of the person, date",
    ):
        assert words in page
    assert AuditEvent.objects.filter(verb="plan_print", patient_id=patient.pk, outcome="seen").count() == 1


def test_former_plans_can_be_read_and_not_written(clinic, draft, by, sign_in):
    patient = clinic.patient()
    first = activate_plan(plan=draft(patient, "social"), **by)
    activate_plan(plan=draft(patient, "social"), **by)
    page = sign_in(clinic.therapist).get(address("plan_version", first.pk)).content.decode()
    assert "Start the next plan" in page
    assert "hx-get" not in page


@pytest.mark.parametrize("name", ["plan_version", "print_plan", "change_plan", "activate_plan", "end_plan", "add_problem"])
def test_another_caseloads_plan_and_an_unknown_one_answer_alike(clinic, draft, sign_in, name):
    theirs = draft(clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),)))
    browser = sign_in(clinic.therapist)
    forbidden, unknown = browser.get(address(name, theirs.pk)), browser.get(address(name, theirs.pk + 999))
    assert (forbidden.status_code, unknown.status_code) == (404, 404)
    assert without_tokens(forbidden) == without_tokens(unknown).replace(str(theirs.pk + 999), str(theirs.pk))


def test_a_nurse_reads_and_does_not_write(clinic, draft, sign_in):
    plan = draft(clinic.patient())
    browser = sign_in(clinic.nurse)
    assert browser.get(address("plan_version", plan.pk)).status_code == 200
    assert browser.post(address("add_problem", plan.pk), {"axis": "social", "title": "x"}).status_code == 403
    assert not Problem.objects.exists()


@pytest.mark.parametrize("number", [2, 12])
def test_a_plan_needs_the_same_number_of_queries_for_two_and_twelve_problems(clinic, draft, sign_in, query_count, number):
    plan = draft(clinic.patient(), *["social"] * number)
    browser = sign_in(clinic.therapist)
    browser.get(address("plan_version", plan.pk))
    with query_count(PLAN):
        browser.get(address("plan_version", plan.pk))
    with query_count(PRINT):
        browser.get(address("print_plan", plan.pk))


PLAN, PRINT = 16, 14


def test_the_plan_of_another_program_is_neither_shown_nor_named(clinic, sign_in):
    person = clinic.patient()
    other = Program.objects.create(name="Quiet Elsewhere")
    theirs = Plan.objects.create(
        patient=person, program=other, state="active", starts_on="2026-03-01", review_on="2026-05-01", recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    browser = sign_in(clinic.nurse)
    assert browser.get(address("plan_version", theirs.pk)).status_code == 404
    page = browser.get(address("plan", person.public_id))
    assert page.status_code == 200
    assert "Quiet Elsewhere" not in page.content.decode()


def test_looking_at_a_plan_before_it_comes_into_force_is_on_the_record(clinic, draft, sign_in):
    plan = draft(clinic.patient(), "substance_use")
    sign_in(clinic.therapist).get(address("activate_plan", plan.pk))
    assert AuditEvent.objects.filter(verb="plan", outcome="seen", patient_id=plan.patient_id, actor_id=clinic.therapist.pk).exists()
