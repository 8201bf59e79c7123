"""Read how often a program looks at its plans."""

from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.plan.policy.rules import Intervals


def intervals_of(program_id: int) -> Intervals:
    """Return the intervals of a program: its own, or ours."""
    policy = PlanPolicy.objects.filter(program=program_id).first()
    return policy.intervals if policy else Intervals()


def intervals_everywhere() -> dict[int, Intervals]:
    """Return the intervals of every program that decided on its own."""
    return {policy.program_id: policy.intervals for policy in PlanPolicy.objects.all()}
