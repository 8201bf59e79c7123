"""Keep what a program changed in its list of interventions; what it left alone stands in the data file."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity


class EvidenceTag(models.TextChoices):
    """Say how well it is shown that a way of working helps."""

    STRONG = "strong", _("Strong evidence")
    PROMISING = "promising", _("Promising")
    EXPERIENCE = "experience", _("From experience")
    CUSTOM = "custom", _("The program's own")


@tracked
class InterventionType(Recorded):
    """Hold one intervention as a program names it, tags it, and offers it or not."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=120)
    evidence = models.CharField(_("evidence"), max_length=12, choices=EvidenceTag.choices, default=EvidenceTag.CUSTOM)
    source = models.CharField(_("source"), max_length=300, blank=True)
    caution = models.CharField(_("to be asked before"), max_length=300, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("kind of intervention")
        verbose_name_plural = _("kinds of intervention")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="intervention_is_listed_once_per_program"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="listed_intervention_has_code_and_name"),
            models.CheckConstraint(condition=Q(evidence="custom") | ~Q(source=""), name="evidence_names_its_source"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
