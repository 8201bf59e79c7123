"""Keep how often each program looks at its plans."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.plan.policy.rules import LONGEST, REVIEW_DAYS, SHORTEST, UNTOUCHED_DAYS, WARN_DAYS, Intervals

BOUNDS = [MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]


@tracked
class PlanPolicy(Recorded):
    """Hold the intervals that one program goes by; a program without a row goes by ours."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.OneToOneField(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    review_days = models.PositiveSmallIntegerField(_("days until a plan is reviewed"), default=REVIEW_DAYS, validators=BOUNDS)
    warn_days = models.PositiveSmallIntegerField(_("days before on the worklist"), default=WARN_DAYS)
    untouched_days = models.PositiveSmallIntegerField(_("days an axis may go untouched"), default=UNTOUCHED_DAYS, validators=BOUNDS)

    class Meta:
        ordering = ["program"]
        verbose_name = _("policy on plans")
        verbose_name_plural = _("policies on plans")
        constraints = [
            models.CheckConstraint(condition=Q(review_days__range=(SHORTEST, LONGEST)), name="plans_are_reviewed_within_a_year"),
            models.CheckConstraint(condition=Q(untouched_days__range=(SHORTEST, LONGEST)), name="axis_is_missed_within_a_year"),
            models.CheckConstraint(condition=Q(warn_days__lt=F("review_days")), name="review_warns_later_than_the_last_one"),
        ]

    def __str__(self) -> str:
        """Return the interval."""
        return str(_("every %(days)s days") % {"days": self.review_days})

    @property
    def intervals(self) -> Intervals:
        """Return the days as values."""
        return Intervals(self.review_days, self.warn_days, self.untouched_days)
