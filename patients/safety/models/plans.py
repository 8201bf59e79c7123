"""Keep safety plans: what somebody agreed to do, step by step, when it becomes hard to stay safe."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class PlanSignature(models.TextChoices):
    """Say how the person put their name under a safety plan."""

    PAPER = "paper", _("On paper")
    SCREEN = "screen", _("On screen, by typing the name")
    DECLINED = "declined", _("Wanted to sign nothing; the plan holds all the same")


@tracked
class SafetyPlan(Recorded):
    """Hold one version of somebody's safety plan in six steps, in their own words; a new version takes its place.

    The order of the steps is that of Stanley and Brown (2012); the words of the headings are ours. Whoever wrote it down signs with it.
    """

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField(_("version"))
    warning_signs = models.TextField(_("1. How I notice that it is getting hard"))
    own_ways = models.TextField(_("2. What I can do by myself"))
    company = models.TextField(_("3. People and places that take my mind off it"), blank=True)
    safer_place = models.TextField(_("6. How we make the place around me safer"))
    means_discussed = models.TextField(_("what was talked about: medication, firearms, other means"), blank=True)
    means_holder = models.CharField(_("who keeps them, and until when"), max_length=200, blank=True)
    reasons = models.TextField(_("what I want to live for"), blank=True)
    own_words = models.TextField(_("in my own words"), blank=True)
    signature = models.CharField(_("signed by the person"), max_length=8, choices=PlanSignature.choices, blank=True)
    signed_by = models.CharField(_("name"), max_length=120, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("safety plan")
        verbose_name_plural = _("safety plans")
        triggers = [
            *append_only(but_updates=True),
            stays_but("signature", "signed_by", "signed_on", "superseded_at", "patient_id", name="written_plan_stays"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"], condition=Q(superseded_at__isnull=True), name="one_safety_plan_in_force_per_program"
            ),
            models.CheckConstraint(
                condition=Q(signature="", signed_on__isnull=True) | ~Q(signature="") & Q(signed_on__isnull=False),
                name="signed_plan_says_when",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-version"], name="safety_plans_of_patient")]

    def __str__(self) -> str:
        """Return the version."""
        return f"{_('Safety plan')} {self.version}"


class PlanContactKind(models.TextChoices):
    """Say who somebody can turn to."""

    PERSON = "person", _("4. People I can ask for help")
    PROFESSIONAL = "professional", _("5. Professionals and services I can call")


class SafetyPlanContact(models.Model):
    """Name one person or service of a safety plan, with the number to call."""

    sensitivity = Sensitivity.CLINICAL

    plan = models.ForeignKey(SafetyPlan, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=12, choices=PlanContactKind.choices)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("contact of a safety plan")
        verbose_name_plural = _("contacts of safety plans")
        triggers = append_only()

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name}, {self.phone}".strip(", ")


class SafetyPlanReview(Recorded):
    """Say that somebody went through a safety plan with the person, and it still holds."""

    sensitivity = Sensitivity.CLINICAL

    plan = models.ForeignKey(SafetyPlan, on_delete=models.PROTECT, related_name="reviews")
    words = models.TextField(_("what was said"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("review of a safety plan")
        verbose_name_plural = _("reviews of safety plans")
        triggers = append_only()

    def __str__(self) -> str:
        """Return the day."""
        return f"{self.recorded_at:%Y-%m-%d}"
