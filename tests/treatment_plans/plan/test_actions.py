from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from treatment_plans.plan.actions import (
    activate_plan,
    add_goal,
    add_intervention,
    add_objective,
    add_problem,
    change_plan,
    end_plan,
    meet_objective,
    settle_goal,
    start_plan,
)
from treatment_plans.plan.models import Goal, Objective, Plan, Problem
from treatment_plans.plan.queries import active_plan_of


def texts(refused):
    return [reason.text for reason in refused.value.reasons]


def test_a_plan_for_both_disorders_comes_into_force(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    plan = activate_plan(plan=draft(patient, "substance_use", "mental_health"), **by)
    assert (plan.state, plan.one_axis_reason) == ("active", "")
    assert active_plan_of(patient) == plan
    assert AuditEvent.objects.get(verb="activate_plan").patient_id == patient.pk


@pytest.mark.parametrize(("covered", "missing"), [("substance_use", "Mental health"), ("mental_health", "Substance use")])
def test_a_plan_that_forgets_one_half_is_refused_and_the_half_is_named(clinic, by, draft, diagnosed, covered, missing):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    plan = draft(patient, covered)
    with pytest.raises(Refused) as refused:
        activate_plan(plan=plan, **by)
    assert texts(refused) == [
        f"{missing}: there is an active diagnosis, and the plan still needs a problem for it."
        " Add it, or say why the plan covers one disorder only."
    ]
    assert refused.value.reasons[0].field == "one_axis_reason"
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_a_signed_reason_lets_a_plan_cover_one_half(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    plan, why = draft(patient, "substance_use"), "Sees a psychiatrist elsewhere."
    with pytest.raises(Refused, match=f"as it stands in your account: {clinic.therapist.full_name}") as refused:
        activate_plan(plan=plan, one_axis_reason=why, signed_name="Somebody Else", **by)
    assert refused.value.reasons[0].field == "signed_name"
    with pytest.raises(Refused, match="Only a person can sign"):
        activate_plan(plan=plan, one_axis_reason=why, signed_name=clinic.system.full_name, by=clinic.system, at=clinic.now)
    plan = activate_plan(plan=plan, one_axis_reason=why, signed_name=clinic.therapist.full_name.upper(), **by)
    assert (plan.state, plan.one_axis_reason) == ("active", why)
    assert (plan.one_axis_signed_by, plan.one_axis_signed_at) == (clinic.therapist, clinic.now)


def test_a_reason_does_not_make_an_empty_plan_whole(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    with pytest.raises(Refused) as refused:
        activate_plan(plan=draft(patient), one_axis_reason="In a hurry.", **by)
    assert [reason.code for reason in refused.value.reasons] == ["missing_substance_use", "missing_mental_health"]


def test_what_is_missing_along_the_thread_is_named(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    plan = draft(patient)
    problem = add_problem(plan=plan, axis="substance_use", title="Use", **by)
    add_goal(problem=problem, words="I want to stay well", **by)
    with pytest.raises(Refused) as refused:
        activate_plan(plan=plan, **by)
    assert texts(refused) == [
        "Substance use: there is an active diagnosis, and the plan still needs an objective and an intervention for it."
    ]


@pytest.mark.parametrize(
    "facts", [{"certainty": "refuted", "basis": "Seen twice, not there"}, {"course": "resolved"}, {"course": "remission"}]
)
def test_a_diagnosis_that_does_not_hold_asks_for_nothing(clinic, by, draft, diagnosed, facts):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health", **facts)
    assert activate_plan(plan=draft(patient, "substance_use"), **by).state == "active"


def test_the_plan_before_ends_when_the_next_comes_into_force(clinic, by, draft):
    patient = clinic.patient()
    first = activate_plan(plan=draft(patient, "social"), **by)
    second = activate_plan(plan=draft(patient, "social"), **by)
    first.refresh_from_db()
    assert (first.state, first.ended_on) == ("ended", date(2026, 3, 4))
    later = draft(clinic.patient(), "social", starts_on=date(2026, 3, 9))
    Plan.objects.filter(pk=later.pk).update(state="active")  # as it could be before a plan waited for its first day
    activate_plan(plan=draft(later.patient, "social"), **by)
    later.refresh_from_db()
    assert (later.state, later.ended_on) == ("ended", date(2026, 3, 9))
    assert active_plan_of(patient) == second
    with pytest.raises(Refused, match="in force already"):
        activate_plan(plan=second, **by)


def test_an_ended_plan_stays_as_it_was(clinic, by, draft):
    plan = draft(clinic.patient(), "social")
    goal, objective = Goal.objects.get(), Objective.objects.get()
    activate_plan(plan=plan, **by)
    end_plan(plan=plan, on=date(2026, 3, 4), **by)
    attempts = [
        lambda: add_problem(plan=plan, axis="social", title="x", **by),
        lambda: add_goal(problem=goal.problem, words="x", **by),
        lambda: add_objective(goal=goal, words="x", **by),
        lambda: add_intervention(goal=goal, kind="cbt", **by),
        lambda: settle_goal(goal=goal, state="achieved", **by),
        lambda: meet_objective(objective=objective, on=date(2026, 3, 4), **by),
        lambda: change_plan(plan=plan, review_on=date(2026, 9, 1), strengths="", **by),
        lambda: activate_plan(plan=plan, **by),
        lambda: end_plan(plan=plan, on=date(2026, 3, 4), **by),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="This plan has ended"):
            attempt()
    assert (Problem.objects.count(), Goal.objects.get().state, Objective.objects.get().met_on) == (1, "active", None)


def test_the_database_itself_lets_no_ended_plan_come_back(clinic, by, draft):
    plan = end_plan(plan=draft(clinic.patient()), on=date(2026, 3, 2), **by)
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="active")


def test_every_reason_is_named_at_once(clinic, by, draft, diagnosed):
    plan = draft(clinic.patient())
    theirs = diagnosed(clinic.patient(), "substance_use")
    with pytest.raises(Refused) as refused:
        add_problem(plan=plan, axis="weather", title=" ", diagnosis=theirs, **by)
    assert [(reason.field, reason.text) for reason in refused.value.reasons] == [
        ("title", "Say what the problem is."),
        ("axis", "Say to which axis the problem belongs."),
        ("diagnosis", "This diagnosis is another person's. Choose one of this person's own."),
    ]
    assert not Problem.objects.exists()


def test_days_lie_in_their_order(clinic, by, draft):
    patient = clinic.patient()
    with pytest.raises(Refused, match="The review must come after the day"):
        start_plan(patient=patient, program=clinic.program, starts_on=date(2026, 3, 1), review_on=date(2026, 3, 1), **by)
    plan = draft(patient, "social")
    goal = Goal.objects.get()
    with pytest.raises(Refused, match=r"before the plan starts \(2026-03-01\)"):
        add_goal(problem=goal.problem, words="x", target_on=date(2026, 2, 1), **by)
    with pytest.raises(Refused, match="before the plan starts"):
        add_objective(goal=goal, words="x", target_on=date(2026, 2, 1), **by)
    with pytest.raises(Refused, match="cannot end before it starts"):
        end_plan(plan=plan, on=date(2026, 2, 1), **by)
    with pytest.raises(Refused, match="still to come"):
        end_plan(plan=plan, on=date(2026, 3, 5), **by)
    with pytest.raises(Refused, match="still to come"):
        meet_objective(objective=Objective.objects.get(), on=date(2026, 3, 5), **by)


def test_goals_and_objectives_are_settled_and_opened_again(clinic, by, draft):
    draft(clinic.patient(), "social")
    goal, objective = Goal.objects.get(), Objective.objects.get()
    assert settle_goal(goal=goal, state="achieved", **by).state == "achieved"
    assert settle_goal(goal=goal, state="active", **by).state == "active"
    assert meet_objective(objective=objective, on=date(2026, 3, 4), **by).met_on == date(2026, 3, 4)
    assert meet_objective(objective=objective, on=None, **by).met_on is None
    with pytest.raises(Refused, match="achieved, stopped or active"):
        settle_goal(goal=goal, state="forgotten", **by)
    assert AuditEvent.objects.filter(verb="settle_goal", outcome="refused").count() == 1


def test_review_and_strengths_may_change(clinic, by, draft):
    plan = change_plan(plan=draft(clinic.patient()), review_on=date(2026, 4, 1), strengths=" Cooks well ", **by)
    assert (plan.review_on, plan.strengths) == (date(2026, 4, 1), "Cooks well")


def test_a_version_that_begins_later_does_not_end_the_plan_that_holds(clinic, by, draft):
    patient, days = clinic.patient(), timedelta(days=20)
    holds = activate_plan(plan=draft(patient, "social"), **by)
    later = draft(patient, "social", starts_on=clinic.now.date() + days)
    with pytest.raises(Refused, match="to hold from March 24, 2026") as refused:
        activate_plan(plan=later, **by)
    assert [reason.code for reason in refused.value.reasons] == ["starts_later"]
    assert [plan.state for plan in (Plan.objects.get(pk=holds.pk), Plan.objects.get(pk=later.pk))] == ["active", "draft"]
    known = {"review_on": later.review_on, "strengths": ""}
    activate_plan(plan=change_plan(plan=later, starts_on=clinic.now.date(), **known, **by), **by)
    assert [plan.state for plan in (Plan.objects.get(pk=holds.pk), Plan.objects.get(pk=later.pk))] == ["ended", "active"]
    with pytest.raises(Refused, match="its first day stays"):
        change_plan(plan=later, starts_on=clinic.now.date() - days, **known, **by)


def test_a_nurse_writes_no_plan_and_nothing_changes(clinic, draft):
    plan = draft(clinic.patient())
    with pytest.raises(Denied):
        add_problem(plan=plan, axis="social", title="x", by=clinic.nurse, at=clinic.now)
    assert not Problem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_four_plans_that_come_into_force_at_the_same_second_leave_one(clinic, by, draft):
    patient = clinic.patient()
    plans = [draft(patient, "social", starts_on=date(2026, 3, 1) + timedelta(days=n)) for n in range(4)]
    together = Barrier(4)

    def try_it(plan):
        together.wait()
        try:
            activate_plan(plan=plan, **by)
        finally:
            connection.close()

    threads = [Thread(target=try_it, args=[plan]) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Plan.objects.values_list("state", flat=True)) == ["active", "ended", "ended", "ended"]


def test_a_plan_is_for_somebody_in_care_of_the_program(clinic, now):
    patient = clinic.patient()
    elsewhere = Program.objects.create(name="Elsewhere")
    there = clinic.hire(Role.THERAPIST, None, program=elsewhere)
    facts = {"starts_on": date(2026, 3, 1), "review_on": date(2026, 6, 1), "at": now}
    with pytest.raises(Refused) as refused:
        start_plan(patient=patient, program=elsewhere, by=there, **facts)
    assert [reason.code for reason in refused.value.reasons] == ["not_in_program"]
    assert start_plan(patient=patient, program=clinic.program, by=clinic.therapist, **facts).pk
