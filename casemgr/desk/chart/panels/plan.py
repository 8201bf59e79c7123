"""Read the plan in force, or in the making, and its goals."""

from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.standing.models import StageOfChange, StandingRating


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the plan, and its goals with how many of their objectives are met."""
    plans = Plan.objects.filter(patient=patient, program__in=programs).exclude(state=PlanState.ENDED)
    goals = Goal.objects.filter(problem__plan__in=plans, problem__stopped_on__isnull=True).annotate(
        objectives_set=Count("objectives", filter=Q(objectives__stopped_on__isnull=True)),
        objectives_met=Count("objectives", filter=Q(objectives__stopped_on__isnull=True, objectives__met_on__isnull=False)),
    )
    return {
        "plan": plans.order_by("state", "-id").first(),
        "goals": list(goals.select_related("problem").order_by("problem__axis", "problem_id", "id")[: FEW + 3]),
    }


PLAN = Panel(
    "plan",
    _("Plan"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("Open the plan"), "treatment_plans:plan", Can.SEE_CHART, "p"),
        Act(_("All plans"), "desk:entries", Can.SEE_CHART, kind="plans"),
    ),
    history=(Plan, Problem, Goal, Objective, Intervention, StageOfChange, StandingRating),
)
