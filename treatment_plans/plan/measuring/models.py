"""Keep what was counted towards an objective, day by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.plan.models import Objective


class ObjectiveValue(Recorded):
    """Hold how far somebody had come towards an objective on a day; a later one stands beside it."""

    sensitivity = Sensitivity.CLINICAL

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="values", verbose_name=_("objective"))
    value = models.DecimalField(_("value"), max_digits=10, decimal_places=2)
    counted_on = models.DateField(_("counted on"))
    words = models.CharField(_("in words"), max_length=200, blank=True)

    class Meta:
        ordering = ["-counted_on", "-id"]
        verbose_name = _("value of an objective")
        verbose_name_plural = _("values of objectives")
        triggers = append_only()

    def __str__(self) -> str:
        """Return the value and its day."""
        return f"{self.value}, {self.counted_on}"

    @property
    def patient_id(self) -> int:
        """Return whose objective it is."""
        return self.objective.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.objective.program_id
