"""Decide how often a program looks at its plans."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.plan.policy.rules import LONGEST, SHORTEST, SOURCE


@action(Can.SET_PRACTICE)
def set_plan_policy(*, program: Program, review_days: int, warn_days: int, untouched_days: int, by: User, at: datetime) -> PlanPolicy:
    """Say after how many days a program's plans are reviewed, how long before it is said, and how long an axis may go untouched."""
    reasons = [
        Reason(_("Choose between %(least)s and %(most)s days.") % {"least": SHORTEST, "most": LONGEST}, field=field, source=SOURCE)
        for field, days in (("review_days", review_days), ("untouched_days", untouched_days))
        if not SHORTEST <= days <= LONGEST
    ]
    if warn_days >= review_days:
        reasons.append(Reason(_("The warning must come later than the review before."), field="warn_days"))
    if reasons:
        raise Refused(*reasons)
    values = {"review_days": review_days, "warn_days": warn_days, "untouched_days": untouched_days, "recorded_by": by, "recorded_at": at}
    policy, _made = PlanPolicy.objects.update_or_create(program=program, defaults=values)
    return policy
