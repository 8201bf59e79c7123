"""Take a whole proposed plan as one draft: all of it or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from treatment_plans.plan.actions import add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.plan.models import Plan, Problem
from treatment_plans.plan.proposing.queries import open_proposals_of

Tree = Sequence[Mapping[str, Any]]


@action(Can.WRITE_PLAN)
def propose_plan(
    *, patient: Patient, program: Program, starts_on: date, review_on: date, problems: Tree, strengths: str = "", by: User, at: datetime
) -> Plan:
    """Take a proposed plan as a draft; one waits at a time, so that a request sent twice makes one draft."""
    locked(patient)
    if open_proposals_of(by, patient).exists():
        raise Refused(Reason(_("A plan that you proposed still waits here. The clinic decides on that one first."), code="proposal_waits"))
    dates: dict[str, Any] = {"starts_on": starts_on, "review_on": review_on}
    plan = start_plan(patient=patient, program=program, **dates, strengths=strengths, by=by, at=at)
    for one in problems:
        problem = add_problem(plan=plan, axis=one["axis"], title=one["title"], by=by, at=at)
        _add_goals(problem, one.get("goals", ()), by, at)
    return plan


def _add_goals(problem: Problem, goals: Tree, by: User, at: datetime) -> None:
    """Add the goals of one problem with their objectives and interventions."""
    for one in goals:
        goal = add_goal(problem=problem, words=one["words"], target_on=one.get("target_on"), by=by, at=at)
        for objective in one.get("objectives", ()):
            add_objective(goal=goal, by=by, at=at, **objective)
        for intervention in one.get("interventions", ()):
            add_intervention(goal=goal, by=by, at=at, **intervention)
