"""Keep measured facts: scores of instruments, laboratory results, vital signs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class ObservationKind(models.TextChoices):
    """Sort measured facts as FHIR does (observation-category)."""

    SURVEY = "survey", _("Screening or questionnaire")
    LABORATORY = "laboratory", _("Laboratory")
    VITAL_SIGN = "vital_sign", _("Vital sign")
    SOCIAL_HISTORY = "social_history", _("Social history")
    OTHER = "other", _("Other")


@tracked
class Observation(Recorded):
    """Hold one measured fact with its code, value and unit."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="observations")
    kind = models.CharField(_("kind"), max_length=16, choices=ObservationKind.choices)
    code_system = models.CharField(_("code system"), max_length=120, default="http://loinc.org")
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    observed_at = models.DateTimeField(_("at"))
    value_number = models.DecimalField(_("value"), max_digits=18, decimal_places=6, null=True, blank=True)
    value_unit = models.CharField(_("unit"), max_length=60, blank=True)
    value_code = models.CharField(_("coded value"), max_length=120, blank=True)
    value_text = models.TextField(_("value in words"), blank=True)
    components = models.JSONField(_("parts"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=24, default="final")

    class Meta:
        ordering = ["-observed_at", "-id"]
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        indexes = [models.Index(fields=["patient", "kind", "code", "-observed_at"], name="observations_of_patient")]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


@tracked
class QuestionnaireAnswers(Recorded):
    """Hold the answers to one questionnaire as they were given."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    questionnaire = models.CharField(_("questionnaire"), max_length=300)
    title = models.CharField(_("title"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"))
    answers = models.JSONField(_("answers"), default=list)
    total = models.DecimalField(_("total"), max_digits=8, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("status"), max_length=24, default="completed")

    class Meta:
        ordering = ["-answered_at", "-id"]
        verbose_name = _("questionnaire answers")
        verbose_name_plural = _("questionnaire answers")
        constraints = [models.CheckConstraint(condition=~Q(questionnaire=""), name="answers_name_their_questionnaire")]

    def __str__(self) -> str:
        """Return the title of the questionnaire."""
        return self.title or self.questionnaire
