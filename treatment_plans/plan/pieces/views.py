"""Add the pieces of a plan, change them, stop them, take them out of a draft, and say what was reached."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import StaffRequest, page
from patients.diagnoses.models import Axis
from treatment_plans.plan import actions as plan_actions
from treatment_plans.plan.forms import GoalForm, InterventionForm, ObjectiveForm, ProblemForm, StopForm
from treatment_plans.plan.measuring.actions import count_towards
from treatment_plans.plan.measuring.forms import CountForm
from treatment_plans.plan.measuring.queries import scores_to_choose
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.pieces import actions
from treatment_plans.plan.queries import (
    barriers_to_name,
    care_team_users,
    diagnoses_to_name,
    goals_seen_by,
    intervention_types,
    interventions_seen_by,
    objectives_seen_by,
    own_goals_to_name,
    plans_seen_by,
    problems_seen_by,
    stressors_to_name,
)
from treatment_plans.plan.views import press, take_in, typed


@page(Can.WRITE_PLAN)
def add_problem(request: StaffRequest, plan: int) -> HttpResponse:
    """Add a problem."""
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    axis = request.GET.get("axis", "")
    form, part = _problem_form(request, found, {"axis": axis}), axis if axis in Axis else ""
    title = _("Add a problem")
    return take_in(request, found, form, plan_actions.add_problem, {"plan": found}, slot="adding-problem", title=title, part=part)


@page(Can.WRITE_PLAN)
def change_problem(request: StaffRequest, problem: int) -> HttpResponse:
    """Change a problem."""
    found = _problem(request, problem)
    names = ("axis", "title", "diagnosis", "barrier", "stressor")
    form = _problem_form(request, found.plan, {name: getattr(found, name) for name in names})
    slot = f"adding-to-problem-{found.pk}"
    return take_in(request, found.plan, form, actions.change_problem, {"problem": found}, slot=slot, title=_("Change the problem"))


@page(Can.WRITE_PLAN)
def stop_problem(request: StaffRequest, problem: int) -> HttpResponse:
    """Take a problem out of a draft, or stop it in a plan that is in force."""
    found = _problem(request, problem)
    verbs = (actions.remove_problem, actions.stop_problem)
    return _stop(request, found.plan, verbs, {"problem": found}, f"adding-to-problem-{found.pk}", found.title)


@page(Can.WRITE_PLAN)
def add_goal(request: StaffRequest, problem: int) -> HttpResponse:
    """Add a goal to a problem."""
    found = _problem(request, problem)
    form = GoalForm(typed(request), own_goals=own_goals_to_name(found.plan))
    slot = f"adding-to-problem-{found.pk}"
    return take_in(request, found.plan, form, plan_actions.add_goal, {"problem": found}, slot=slot, title=_("Add a goal"))


@page(Can.WRITE_PLAN)
def change_goal(request: StaffRequest, goal: int) -> HttpResponse:
    """Change a goal."""
    found = _goal(request, goal)
    initial = {name: getattr(found, name) for name in ("own_goal", "words", "target_on")}
    form = GoalForm(typed(request), own_goals=own_goals_to_name(found.problem.plan), initial=initial)
    slot = f"adding-to-goal-{found.pk}"
    return take_in(request, found.problem.plan, form, actions.change_goal, {"goal": found}, slot=slot, title=_("Change the goal"))


@page(Can.WRITE_PLAN)
def remove_goal(request: StaffRequest, goal: int) -> HttpResponse:
    """Take a goal out of a draft; in a plan that is in force it is stopped with one press."""
    found = _goal(request, goal)
    slot, title = f"adding-to-goal-{found.pk}", _("Take out: %(piece)s") % {"piece": found.words}
    return take_in(request, found.problem.plan, Form(typed(request)), actions.remove_goal, {"goal": found}, slot=slot, title=title)


@page(Can.WRITE_PLAN)
def add_objective(request: StaffRequest, goal: int) -> HttpResponse:
    """Add an objective to a goal."""
    found = _goal(request, goal)
    plan = found.problem.plan
    form = ObjectiveForm(typed(request), scores=scores_to_choose(plan.patient))
    slot = f"adding-to-goal-{found.pk}"
    return take_in(request, plan, form, plan_actions.add_objective, {"goal": found}, slot=slot, title=_("Add an objective"))


@page(Can.WRITE_PLAN)
def change_objective(request: StaffRequest, objective: int) -> HttpResponse:
    """Change an objective, or measure it otherwise."""
    found = _objective(request, objective)
    plan = found.goal.problem.plan
    names = ("words", "measured_as", "unit", "start_value", "target_value", "direction", "measure", "target_on")
    initial = {**{name: getattr(found, name) for name in names}, "scored": f"{found.instrument}|{found.score}" if found.instrument else ""}
    form = ObjectiveForm(typed(request), scores=scores_to_choose(plan.patient), initial=initial)
    slot = f"adding-to-goal-{found.goal_id}"
    return take_in(request, plan, form, actions.change_objective, {"objective": found}, slot=slot, title=_("Change the objective"))


@page(Can.WRITE_PLAN)
def stop_objective(request: StaffRequest, objective: int) -> HttpResponse:
    """Take an objective out of a draft, or stop it in a plan that is in force."""
    found = _objective(request, objective)
    verbs = (actions.remove_objective, actions.stop_objective)
    return _stop(request, found.goal.problem.plan, verbs, {"objective": found}, f"adding-to-goal-{found.goal_id}", found.words)


@page(Can.WRITE_PLAN)
def count_objective(request: StaffRequest, objective: int) -> HttpResponse:
    """Write down how far somebody has come towards an objective that is counted."""
    found = _objective(request, objective)
    plan = found.goal.problem.plan
    form = CountForm(typed(request), initial={"on": timezone.now().astimezone(plan.program.zone).date()})
    slot = f"adding-to-goal-{found.goal_id}"
    return take_in(request, plan, form, count_towards, {"objective": found}, slot=slot, title=_("Write down a value"))


@page(Can.WRITE_PLAN)
def add_intervention(request: StaffRequest, goal: int) -> HttpResponse:
    """Add an intervention to a goal."""
    found = _goal(request, goal)
    plan = found.problem.plan
    form = InterventionForm(typed(request), team=care_team_users(plan), listed=intervention_types(plan.program))
    slot = f"adding-to-goal-{found.pk}"
    return take_in(request, plan, form, plan_actions.add_intervention, {"goal": found}, slot=slot, title=_("Add an intervention"))


@page(Can.WRITE_PLAN)
def change_intervention(request: StaffRequest, intervention: int) -> HttpResponse:
    """Change what is done, how often and by whom."""
    found = _intervention(request, intervention)
    plan = found.goal.problem.plan
    initial = {name: getattr(found, name) for name in InterventionForm.base_fields}
    form = InterventionForm(typed(request), team=care_team_users(plan), listed=intervention_types(plan.program), initial=initial)
    slot, about = f"adding-to-goal-{found.goal_id}", {"intervention": found}
    return take_in(request, plan, form, actions.change_intervention, about, slot=slot, title=_("Change the intervention"))


@page(Can.WRITE_PLAN)
def stop_intervention(request: StaffRequest, intervention: int) -> HttpResponse:
    """Take an intervention out of a draft, or stop it in a plan that is in force."""
    found = _intervention(request, intervention)
    verbs = (actions.remove_intervention, actions.stop_intervention)
    return _stop(request, found.goal.problem.plan, verbs, {"intervention": found}, f"adding-to-goal-{found.goal_id}", found.label)


@require_POST
@page(Can.WRITE_PLAN)
def settle_goal(request: StaffRequest, goal: int) -> HttpResponse:
    """Say that a goal is achieved, stopped, or open again."""
    found = _goal(request, goal)
    state = request.POST.get("state", "")
    return press(request, found.problem.plan, lambda: plan_actions.settle_goal(goal=found, state=state, by=request.user, at=timezone.now()))


@require_POST
@page(Can.WRITE_PLAN)
def meet_objective(request: StaffRequest, objective: int) -> HttpResponse:
    """Say that an objective was met today, or is not met after all."""
    found = _objective(request, objective)
    plan, at = found.goal.problem.plan, timezone.now()
    on = at.astimezone(plan.program.zone).date() if request.POST.get("met") else None
    return press(request, plan, lambda: plan_actions.meet_objective(objective=found, on=on, by=request.user, at=at))


def _stop(request: StaffRequest, plan: Plan, verbs: tuple[Any, Any], about: dict[str, Any], slot: str, piece: str) -> HttpResponse:
    """Ask whether a piece is taken out of a draft, or why it is stopped: in force, or once something was counted towards it."""
    objective = about.get("objective")
    if plan.state == PlanState.DRAFT and not (objective and objective.values.exists()):
        title = _("Take out: %(piece)s") % {"piece": piece}
        return take_in(request, plan, Form(typed(request)), verbs[0], about, slot=slot, title=title)
    title = _("Stop: %(piece)s") % {"piece": piece}
    return take_in(request, plan, StopForm(typed(request)), verbs[1], about, slot=slot, title=title)


def _problem_form(request: StaffRequest, plan: Plan, initial: dict[str, Any]) -> ProblemForm:
    """Return the form for a problem, with what it may rest on."""
    return ProblemForm(
        typed(request),
        initial=initial,
        diagnoses=diagnoses_to_name(plan),
        barriers=barriers_to_name(plan),
        stressors=stressors_to_name(plan),
    )


def _problem(request: StaffRequest, key: int) -> Problem:
    """Return a problem of a plan that this user may write."""
    return get_object_or_404(problems_seen_by(request.user, can=Can.WRITE_PLAN), pk=key)


def _goal(request: StaffRequest, key: int) -> Goal:
    """Return a goal of a plan that this user may write."""
    return get_object_or_404(goals_seen_by(request.user, can=Can.WRITE_PLAN), pk=key)


def _objective(request: StaffRequest, key: int) -> Objective:
    """Return an objective of a plan that this user may write."""
    return get_object_or_404(objectives_seen_by(request.user, can=Can.WRITE_PLAN), pk=key)


def _intervention(request: StaffRequest, key: int) -> Intervention:
    """Return an intervention of a plan that this user may write."""
    return get_object_or_404(interventions_seen_by(request.user, can=Can.WRITE_PLAN), pk=key)
