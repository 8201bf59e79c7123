"""Keep which organization stands in which relation to a person: it decides whom a consent means by a class of recipients."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class RecipientClass(models.TextChoices):
    """Name the classes of recipients in the words that the rule itself calls sufficient (42 CFR 2.31(a)(4)(i))."""

    TREATING_PROVIDERS = "treating_providers", _("My treating providers")
    HEALTH_PLANS = "health_plans", _("Health plans and third-party payers")
    PROGRAM_HELPERS = "program_helpers", _("People helping to operate this program")


class Capacity(models.TextChoices):
    """Say as what an organization serves a person; the codes are those of the classes that it belongs to."""

    TREATING_PROVIDERS = "treating_providers", _("Treats the person")
    HEALTH_PLANS = "health_plans", _("Pays for the care")
    PROGRAM_HELPERS = "program_helpers", _("Helps to operate this program")


@tracked
class TreatingRelationship(Recorded):
    """Say that an organization treats a person, pays for the care, or helps with it, since when and until when."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="relationships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("as"), max_length=32, choices=Capacity.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        ordering = ["organization__name", "id"]
        verbose_name = _("treating relationship")
        verbose_name_plural = _("treating relationships")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "organization", "capacity"], condition=Q(until__isnull=True), name="relationship_is_recorded_once"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="relationship_ends_after_it_began"),
            models.CheckConstraint(condition=Q(capacity__in=Capacity.values), name="relationship_is_of_a_known_capacity"),
        ]
        indexes = [models.Index(fields=["organization", "patient"], name="people_served_by_organization")]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the capacity; the names are shown where they are needed."""
        return self.get_capacity_display()

    def holds_on(self, day: date) -> bool:
        """Say whether it is so on a day."""
        return self.since <= day and (self.until is None or day < self.until)
