"""Keep when which substance was used, as the program came to know it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.diagnoses.models.vocabulary import Route, Substance, UseSource
from patients.record.models import Patient


@tracked
class UseReport(Recorded):
    """Say that one substance was used on a day; it serves care and never has a consequence of its own."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    substance = models.CharField(_("substance"), max_length=24, choices=Substance.choices)
    used_on = models.DateField(_("last used on"))
    route = models.CharField(_("route"), max_length=12, choices=Route.choices, blank=True)
    amount = models.CharField(_("how much"), max_length=120, blank=True)
    source = models.CharField(_("how it is known"), max_length=16, choices=UseSource.choices)
    words = models.TextField(_("in words"), blank=True)

    class Meta:
        ordering = ["-used_on", "-id"]
        verbose_name = _("report of use")
        verbose_name_plural = _("reports of use")
        constraints = [
            models.CheckConstraint(condition=Q(substance__in=Substance.values), name="use_names_a_known_substance"),
            models.CheckConstraint(condition=Q(source__in=UseSource.values), name="use_says_how_it_is_known"),
        ]
        indexes = [models.Index(fields=["patient", "-used_on"], name="use_of_patient")]

    def __str__(self) -> str:
        """Return substance and day."""
        return f"{self.get_substance_display()}, {self.used_on}"
