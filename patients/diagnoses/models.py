"""Keep what a person has, on both axes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class Axis(models.TextChoices):
    """Say which of the disorders treated together a fact belongs to."""

    SUBSTANCE_USE = "substance_use", _("Substance use")
    MENTAL_HEALTH = "mental_health", _("Mental health")
    SOCIAL = "social", _("Social")
    PHYSICAL = "physical", _("Physical health")


class Certainty(models.TextChoices):
    """Say how sure a diagnosis is (FHIR condition-ver-status)."""

    PROVISIONAL = "provisional", _("Provisional")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUTED = "refuted", _("Refuted")


class CourseOfDiagnosis(models.TextChoices):
    """Say where a diagnosis stands (FHIR condition-clinical)."""

    ACTIVE = "active", _("Active")
    REMISSION = "remission", _("In remission")
    RESOLVED = "resolved", _("Resolved")


@tracked
class Diagnosis(Recorded):
    """Hold one diagnosis or social fact with its code."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="diagnoses")
    axis = models.CharField(_("axis"), max_length=16, choices=Axis.choices)
    code = models.CharField(_("ICD-10-CM code"), max_length=12, blank=True)
    other_system = models.CharField(_("other code system"), max_length=120, blank=True)
    other_code = models.CharField(_("other code"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=300)
    certainty = models.CharField(_("certainty"), max_length=16, choices=Certainty.choices, default=Certainty.PROVISIONAL)
    course = models.CharField(_("course"), max_length=16, choices=CourseOfDiagnosis.choices, default=CourseOfDiagnosis.ACTIVE)
    onset_on = models.DateField(_("began on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    basis = models.TextField(_("what it rests on"), blank=True)

    class Meta:
        ordering = ["axis", "code", "id"]
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        constraints = [
            models.CheckConstraint(condition=~Q(code="") | ~Q(other_code=""), name="diagnosis_has_a_code"),
            models.CheckConstraint(
                condition=Q(onset_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("onset_on")),
                name="diagnosis_ended_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["patient", "axis"], condition=Q(course="active"), name="active_diagnoses")]

    def __str__(self) -> str:
        """Return code and title."""
        return f"{self.code or self.other_code} {self.title}"
