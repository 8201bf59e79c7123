"""Write down how far somebody has come towards an objective that is counted."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import MeasuredAs, Objective
from treatment_plans.plan.queries import day_of, going_plan


@action(Can.WRITE_PLAN)
def count_towards(
    *, objective: Objective, value: Decimal, on: date, words: str = "", draft: Finished | None = None, by: User, at: datetime
) -> ObjectiveValue:
    """Write down the value of an objective on a day; whether it is met stays for a person to say."""
    finish(draft, by=by, at=at)
    plan = going_plan(objective.goal.problem.plan_id)
    reasons = []
    if objective.measured_as != MeasuredAs.NUMBER:
        text = _("This objective is not measured by a number that is counted here. A score counts by itself once it is taken.")
        reasons.append(Reason(text, code="not_counted"))
    if on > day_of(plan, at):
        reasons.append(Reason(_("That day is still to come."), field="on"))
    if reasons:
        raise Refused(*reasons)
    return ObjectiveValue.objects.create(
        objective=objective, value=value, counted_on=on, words=words.strip(), recorded_by=by, recorded_at=at
    )
