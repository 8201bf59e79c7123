"""Keep what somebody does not tolerate, and when they were asked (FHIR R4 AllergyIntolerance)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class AllergyKind(models.TextChoices):
    """Say what kind of reaction it is (FHIR allergy-intolerance-type)."""

    ALLERGY = "allergy", _("Allergy")
    INTOLERANCE = "intolerance", _("Intolerance")


class AllergyCategory(models.TextChoices):
    """Say what it is a reaction to (FHIR allergy-intolerance-category)."""

    MEDICATION = "medication", _("Medication")
    FOOD = "food", _("Food")
    ENVIRONMENT = "environment", _("Environment")
    BIOLOGIC = "biologic", _("Biologic (vaccine, serum)")


class AllergyCourse(models.TextChoices):
    """Say where it stands (FHIR allergyintolerance-clinical)."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    RESOLVED = "resolved", _("Resolved")


class AllergyCertainty(models.TextChoices):
    """Say how sure it is (FHIR allergyintolerance-verification)."""

    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUTED = "refuted", _("Refuted")


class ReactionSeverity(models.TextChoices):
    """Say how severe the reaction was (FHIR reaction-event-severity)."""

    MILD = "mild", _("Mild")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")


class Criticality(models.TextChoices):
    """Say how much harm a next exposure could do (FHIR allergy-intolerance-criticality)."""

    LOW = "low", _("Low risk")
    HIGH = "high", _("High risk")
    UNKNOWN = "unable-to-assess", _("Not known")


@tracked
class Allergy(HealthFact):
    """Hold one allergy or intolerance of a person."""

    past_days = ("since",)

    substance = models.CharField(_("substance"), max_length=120)
    rxnorm = models.CharField(_("RxNorm code"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AllergyKind.choices, default=AllergyKind.ALLERGY)
    category = models.CharField(_("category"), max_length=16, choices=AllergyCategory.choices, default=AllergyCategory.MEDICATION)
    reaction = models.CharField(_("what happened"), max_length=200, blank=True)
    severity = models.CharField(_("how severe it was"), max_length=16, choices=ReactionSeverity.choices, blank=True)
    criticality = models.CharField(_("risk of a next time"), max_length=20, choices=Criticality.choices, default=Criticality.UNKNOWN)
    certainty = models.CharField(_("how sure"), max_length=16, choices=AllergyCertainty.choices, default=AllergyCertainty.UNCONFIRMED)
    course = models.CharField(_("where it stands"), max_length=16, choices=AllergyCourse.choices, default=AllergyCourse.ACTIVE)
    since = models.DateField(_("known since"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["substance", "id"]
        verbose_name = _("allergy or intolerance")
        verbose_name_plural = _("allergies and intolerances")
        constraints = [
            models.CheckConstraint(condition=~Q(substance=""), name="allergy_names_its_substance"),
            models.UniqueConstraint(
                "patient",
                Lower("substance"),
                condition=Q(in_error_why="", course="active") & ~Q(certainty="refuted"),
                name="active_allergy_is_listed_once",
                violation_error_message=_("This substance is on the list already. Revise it there."),
            ),
        ]

    def __str__(self) -> str:
        """Return the substance."""
        return self.substance

    @property
    def holds(self) -> bool:
        """Say whether it must be minded now."""
        return self.stands and self.course == AllergyCourse.ACTIVE and self.certainty != AllergyCertainty.REFUTED


class AllergyAnswer(models.TextChoices):
    """Say what a person answered when asked about allergies."""

    NONE_KNOWN = "none_known", _("No known allergies")
    NO_MEDICATION = "no_medication", _("No known medication allergies")
    NOT_KNOWN = "not_known", _("Does not know")
    DECLINED = "declined", _("Did not want to say")


@tracked
class AllergyQuestion(HealthFact):
    """Hold that somebody was asked about allergies on a day and named none: a fact of its own, not the absence of rows."""

    past_days = ("asked_on",)

    asked_on = models.DateField(_("asked on"))
    answer = models.CharField(_("answer"), max_length=16, choices=AllergyAnswer.choices)

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name = _("question about allergies")
        verbose_name_plural = _("questions about allergies")

    def __str__(self) -> str:
        """Return the answer."""
        return str(self.get_answer_display())
