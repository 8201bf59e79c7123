"""Change the pieces of a plan, take them out of a draft, and stop them in a plan that is in force."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Diagnosis
from patients.world.models import Barrier, OwnGoal, Stressor
from treatment_plans.plan.checking.queries import (
    against_goal,
    against_intervention,
    against_objective,
    against_problem,
    keeps_both_halves,
    name_in_list,
    refuse_for,
)
from treatment_plans.plan.measuring.queries import yardstick_from
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.queries import day_of, going_plan, open_plan

Piece = TypeVar("Piece", Problem, Goal, Objective, Intervention)
Stopped = TypeVar("Stopped", Problem, Objective, Intervention)


@action(Can.WRITE_PLAN)
def change_problem(
    *,
    problem: Problem,
    axis: str,
    title: str,
    diagnosis: Diagnosis | None = None,
    barrier: Barrier | None = None,
    stressor: Stressor | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Problem:
    """Put a problem into other words, on another axis, or on something else that it rests on."""
    finish(draft, by=by, at=at)
    plan = open_plan(problem.plan_id)
    fresh = Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)
    rests_on = {"diagnosis": diagnosis, "barrier": barrier, "stressor": stressor}
    refuse_for(against_problem(plan, axis, title, **rests_on))
    with keeps_both_halves(plan):
        return _write(fresh, axis=axis, title=title.strip(), **rests_on)


@action(Can.WRITE_PLAN)
def change_goal(
    *,
    goal: Goal,
    words: str,
    target_on: date | None = None,
    own_goal: OwnGoal | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Goal:
    """Put a goal into other words of the person, or hope for it by another day."""
    finish(draft, by=by, at=at)
    plan = open_plan(goal.problem.plan_id)
    fresh = Goal.objects.select_for_update(no_key=True, of=("self",)).select_related("problem").get(pk=goal.pk)
    refuse_for(against_goal(plan, words, target_on, own_goal))
    return _write(fresh, words=words.strip(), target_on=target_on, own_goal=own_goal)


@action(Can.WRITE_PLAN)
def change_objective(
    *,
    objective: Objective,
    words: str,
    measure: str = "",
    target_on: date | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
    **yardstick: Any,
) -> Objective:
    """Put an objective into other words, or measure it otherwise."""
    finish(draft, by=by, at=at)
    plan = open_plan(objective.goal.problem.plan_id)
    fresh = Objective.objects.select_for_update(no_key=True).get(pk=objective.pk)
    by_what = yardstick_from(target_on=target_on, **yardstick)
    refuse_for(against_objective(plan, words, by_what))
    return _write(fresh, words=words.strip(), measure=measure.strip(), **asdict(by_what))


@action(Can.WRITE_PLAN)
def change_intervention(
    *,
    intervention: Intervention,
    kind: str,
    description: str = "",
    times: int | None = None,
    per: str = "",
    frequency: str = "",
    caution: str = "",
    cleared_on: date | None = None,
    responsible: User | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Intervention:
    """Change what is done, how often, by whom, and what to be careful with."""
    finish(draft, by=by, at=at)
    plan = open_plan(intervention.goal.problem.plan_id)
    fresh = Intervention.objects.select_for_update(no_key=True).get(pk=intervention.pk)
    is_kept = kind == fresh.kind
    reasons = against_intervention(plan, kind, times, per, cleared_on, day_of(plan, at))
    refuse_for([reason for reason in reasons if not (is_kept and reason.field == "kind")])
    return _write(
        fresh,
        kind=kind,
        kind_name=fresh.kind_name if is_kept else name_in_list(plan, kind),
        description=description.strip(),
        times=times,
        per=per,
        frequency=frequency.strip(),
        caution=caution.strip(),
        cleared_on=cleared_on,
        responsible=responsible,
    )


@action(Can.WRITE_PLAN)
def stop_problem(*, problem: Problem, why: str, draft: Finished | None = None, by: User, at: datetime) -> Problem:
    """Say that a problem of the plan is no longer pursued, and why; its goals rest with it."""
    finish(draft, by=by, at=at)
    return _stop(problem, going_plan(problem.plan_id), why, at)


@action(Can.WRITE_PLAN)
def stop_objective(*, objective: Objective, why: str, draft: Finished | None = None, by: User, at: datetime) -> Objective:
    """Say that an objective is no longer pursued, and why."""
    finish(draft, by=by, at=at)
    return _stop(objective, going_plan(objective.goal.problem.plan_id), why, at)


@action(Can.WRITE_PLAN)
def stop_intervention(*, intervention: Intervention, why: str, draft: Finished | None = None, by: User, at: datetime) -> Intervention:
    """Say that something is no longer done, and why."""
    finish(draft, by=by, at=at)
    return _stop(intervention, going_plan(intervention.goal.problem.plan_id), why, at)


@action(Can.WRITE_PLAN)
def remove_problem(*, problem: Problem, by: User, at: datetime) -> None:
    """Take a problem, with all that hangs on it, out of a draft; its history is kept."""
    _draft_only(problem.plan_id)
    for goal in Goal.objects.filter(problem=problem):
        _remove_goal(goal)
    Problem.objects.get(pk=problem.pk).delete()


@action(Can.WRITE_PLAN)
def remove_goal(*, goal: Goal, by: User, at: datetime) -> None:
    """Take a goal, with all that hangs on it, out of a draft; its history is kept."""
    _draft_only(goal.problem.plan_id)
    _remove_goal(goal)


@action(Can.WRITE_PLAN)
def remove_objective(*, objective: Objective, by: User, at: datetime) -> None:
    """Take an objective out of a draft; its history is kept."""
    _draft_only(objective.goal.problem.plan_id)
    _delete(Objective.objects.get(pk=objective.pk))


@action(Can.WRITE_PLAN)
def remove_intervention(*, intervention: Intervention, by: User, at: datetime) -> None:
    """Take out of a draft what was to be done; its history is kept."""
    _draft_only(intervention.goal.problem.plan_id)
    _delete(Intervention.objects.get(pk=intervention.pk))


def _write(row: Piece, **facts: Any) -> Piece:
    """Write these facts into a row."""
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    return row


def _stop(row: Stopped, plan: Plan, why: str, at: datetime) -> Stopped:
    """Mark a piece of a plan as stopped today, unless a plan in force would lose one of two disorders by it."""
    if not why.strip():
        raise Refused(Reason(_("Say why."), field="why"))
    if row.stopped_on is not None:
        raise Refused(_("It was stopped already."), code="already_stopped")
    with keeps_both_halves(plan):
        return _write(row, stopped_on=day_of(plan, at), stopped_why=why.strip())


def _draft_only(key: int) -> None:
    """Refuse to take anything out of a plan that is or was in force."""
    if open_plan(key).state != PlanState.DRAFT:
        raise Refused(_("This plan is in force, so nothing is taken out of it. Stop it instead, and say why."), code="plan_in_force")


def _remove_goal(goal: Goal) -> None:
    """Delete a goal and what hangs on it."""
    for row in (*Objective.objects.filter(goal=goal), *Intervention.objects.filter(goal=goal)):
        _delete(row)
    _delete(Goal.objects.get(pk=goal.pk))


def _delete(row: Model) -> None:
    """Delete a row, unless something speaks of it."""
    try:
        row.delete()
    except ProtectedError:
        raise Refused(
            _("Something in the record speaks of this piece, so it stays. Stop it instead, and say why."), code="spoken_of"
        ) from None
