"""Keep where somebody stands: ASAM dimensions and the whole person in ratings, and the stage of change per disorder."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.diagnoses.models import Axis, Diagnosis
from patients.record.models import Patient
from treatment_plans.plan.standing.rules import MOST


class RatedScale(models.TextChoices):
    """Say what a rating belongs to."""

    ASAM = "asam", _("ASAM dimensions")
    WHEEL = "wheel", _("The whole person")


class RatedPart(models.TextChoices):
    """Name what is rated: the six dimensions of the ASAM Criteria, 4th edition (names only), and the four domains of the whole person."""

    DIMENSION_1 = "dimension_1", _("1. Intoxication, withdrawal, and addiction medications")
    DIMENSION_2 = "dimension_2", _("2. Biomedical conditions")
    DIMENSION_3 = "dimension_3", _("3. Psychiatric and cognitive conditions")
    DIMENSION_4 = "dimension_4", _("4. Substance use-related risks")
    DIMENSION_5 = "dimension_5", _("5. Recovery environment interactions")
    DIMENSION_6 = "dimension_6", _("6. Person-centered considerations")
    PHYSICAL = "physical", _("Physical")
    EMOTIONAL = "emotional", _("Emotional")
    SPIRITUAL = "spiritual", _("Spiritual")
    BEHAVIORAL = "behavioral", _("Behavioral")


@tracked
class StandingRating(Recorded):
    """Hold how one part was rated on a day; a later rating stands beside it, so that change can be seen."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("program"))
    scale = models.CharField(_("what is rated"), max_length=8, choices=RatedScale.choices)
    part = models.CharField(_("part"), max_length=16, choices=RatedPart.choices)
    level = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    rated_on = models.DateField(_("rated on"))

    class Meta:
        ordering = ["-rated_on", "-id"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        indexes = [models.Index(fields=["patient", "scale", "part", "-rated_on", "-id"], name="ratings_of_patient")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(scale="asam") & Q(part__startswith="dimension_")) | (Q(scale="wheel") & ~Q(part__startswith="dimension_")),
                name="rated_part_belongs_to_its_scale",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(scale="asam", level__lte=MOST["asam"]) | Q(scale="wheel", level__lte=MOST["wheel"]),
                name="rating_stays_within_its_scale",
            ),
            models.CheckConstraint(condition=Q(level__isnull=False) | ~Q(words=""), name="rating_says_something"),
        ]
        triggers = [*append_only(but_updates=True), stays_but("patient_id", name="rating_stays")]

    def __str__(self) -> str:
        """Return the part and its rating."""
        return str(self.get_part_display()) if self.level is None else f"{self.get_part_display()}: {self.level}"


class ChangeStage(models.TextChoices):
    """Name the stages of change (Prochaska and DiClemente)."""

    PRECONTEMPLATION = "precontemplation", _("Precontemplation")
    CONTEMPLATION = "contemplation", _("Contemplation")
    PREPARATION = "preparation", _("Preparation")
    ACTION = "action", _("Action")
    MAINTENANCE = "maintenance", _("Maintenance")


@tracked
class StageOfChange(Recorded):
    """Hold how ready somebody is to change something about one disorder, on a day."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("program"))
    axis = models.CharField(_("axis"), max_length=16, choices=Axis.choices)
    diagnosis = models.ForeignKey(Diagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("diagnosis"))
    stage = models.CharField(_("stage of change"), max_length=20, choices=ChangeStage.choices)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    seen_on = models.DateField(_("seen on"))

    class Meta:
        ordering = ["-seen_on", "-id"]
        verbose_name = _("stage of change")
        verbose_name_plural = _("stages of change")
        indexes = [models.Index(fields=["patient", "-seen_on", "-id"], name="stages_of_patient")]
        triggers = [*append_only(but_updates=True), stays_but("patient_id", name="stage_stays")]

    def __str__(self) -> str:
        """Return the stage."""
        return str(self.get_stage_display())
