"""Draw the plans and their reviews."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from patients.record.models import Patient
from treatment_plans.plan.models import Plan, PlanState


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return when each plan began (a later one is the review of the one before), and when the one in force is to be reviewed."""
    plans = list(Plan.objects.filter(patient=patient, program__in=programs).exclude(state=PlanState.DRAFT).order_by("starts_on", "id"))
    points = [
        Point(plan.starts_on, _("Plan reviewed: a new one begins") if n else _("The first plan begins"), Shape.SQUARE)
        for n, plan in enumerate(plans)
    ]
    points += [
        Point(plan.review_on, _("Plan review was due") if plan.review_on < today else _("Plan review is due"), Shape.RING)
        for plan in plans
        if plan.state == PlanState.ACTIVE
    ]
    return [Series("reviews", gettext_lazy("Plan reviews"), Kind.MARKS, tuple(points))] if points else []


REVIEWS = Lane(Can.SEE_CHART, read)
