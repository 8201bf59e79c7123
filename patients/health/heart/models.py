"""Keep electrocardiograms, as far as methadone makes them matter: the QTc."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class HeartRisk(models.TextChoices):
    """Name what makes a long QTc more likely."""

    FAMILY = "family", _("Long QT or sudden death in the family")
    SYNCOPE = "syncope", _("Fainted without a known cause")
    HEART_DISEASE = "heart_disease", _("Heart disease")
    ELECTROLYTES = "electrolytes", _("Low potassium or magnesium")
    MEDICATION = "medication", _("Takes other medication that prolongs it")


@tracked
class Electrocardiogram(HealthFact):
    """Hold one electrocardiogram with its QTc."""

    past_days = ("taken_on",)

    taken_on = models.DateField(_("taken on"))
    qtc_ms = models.PositiveSmallIntegerField(_("QTc, ms"), validators=[MinValueValidator(250), MaxValueValidator(800)])
    formula = models.CharField(_("formula"), max_length=40, blank=True)
    read_by = models.CharField(_("read by"), max_length=120, blank=True)
    risks = ArrayField(
        models.CharField(max_length=16, choices=HeartRisk.choices), verbose_name=_("what makes it more likely"), default=list, blank=True
    )
    words = models.TextField(_("finding and what follows"), blank=True)

    class Meta:
        ordering = ["-taken_on", "-id"]
        verbose_name = _("electrocardiogram")
        verbose_name_plural = _("electrocardiograms")
        constraints = [models.CheckConstraint(condition=Q(qtc_ms__gte=250, qtc_ms__lte=800), name="qtc_can_be_measured_so")]

    def __str__(self) -> str:
        """Return QTc and day."""
        return f"QTc {self.qtc_ms} ms, {self.taken_on}"

    @property
    def risks_in_words(self) -> str:
        """Return what makes a long QTc more likely, in words."""
        known = dict(HeartRisk.choices)
        return ", ".join(str(known.get(code, code)) for code in self.risks)


QTC_WORDS = {
    "usual": _("In the usual range"),
    "long": _("Long: talk the risks through, look for what else prolongs it"),
    "very_long": _("Very long: the prescriber looks at it now; nothing is withheld by itself"),
}
"""What each band says to the person who reads it."""
