"""Keep pain: where it is and how it began, its score over time, and what is done about it without opioids."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class PainOrigin(models.TextChoices):
    """Say how the pain began."""

    WORK_INJURY = "work_injury", _("Injury at work")
    OTHER_INJURY = "other_injury", _("Another injury")
    SURGERY = "surgery", _("Surgery")
    ILLNESS = "illness", _("Illness")
    UNKNOWN = "unknown", _("Not known")


@tracked
class PainProblem(HealthFact):
    """Hold a pain that lasts: where, how it began, and who first prescribed an opioid for it."""

    past_days = ("since", "injured_on", "first_opioid_on", "until")
    spans = (("since", "until"),)

    site = models.CharField(_("where it hurts"), max_length=120)
    origin = models.CharField(_("how it began"), max_length=16, choices=PainOrigin.choices, default=PainOrigin.UNKNOWN)
    since = models.DateField(_("since"), null=True, blank=True)
    injured_on = models.DateField(_("injured on"), null=True, blank=True)
    work_words = models.CharField(_("work at that time"), max_length=120, blank=True)
    first_opioid_prescriber = models.CharField(_("who first prescribed an opioid"), max_length=120, blank=True)
    first_opioid_on = models.DateField(_("first opioid on"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    words = models.TextField(_("in the person's words"), blank=True)

    class Meta:
        ordering = ["site", "id"]
        verbose_name = _("pain")
        verbose_name_plural = _("pains")
        constraints = [
            models.CheckConstraint(condition=~Q(site=""), name="pain_says_where_it_is"),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")), name="pain_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        """Return where it hurts."""
        return self.site


@tracked
class PainScore(HealthFact):
    """Hold a score of the PEG (LOINC 91148-7): the mean of three answers from 0 to 10. Its questions are not ours to print."""

    past_days = ("scored_on",)

    scored_on = models.DateField(_("scored on"))
    score = models.DecimalField(_("PEG score"), max_digits=3, decimal_places=1, validators=[MinValueValidator(0), MaxValueValidator(10)])
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        ordering = ["-scored_on", "-id"]
        verbose_name = _("pain score")
        verbose_name_plural = _("pain scores")
        constraints = [models.CheckConstraint(condition=Q(score__gte=0, score__lte=10), name="pain_score_goes_from_zero_to_ten")]

    def __str__(self) -> str:
        """Return score and day."""
        return f"PEG {self.score}, {self.scored_on}"


class PainRelief(models.TextChoices):
    """Name what helps against pain without an opioid."""

    PHYSICAL_THERAPY = "physical_therapy", _("Physical therapy")
    EXERCISE = "exercise", _("Movement or exercise")
    ACUPUNCTURE = "acupuncture", _("Acupuncture")
    MASSAGE = "massage", _("Massage or manual therapy")
    HEAT_COLD = "heat_cold", _("Heat or cold")
    THERAPY = "therapy", _("Talking therapy for pain")
    MINDFULNESS = "mindfulness", _("Mindfulness or relaxation")
    MEDICATION = "medication", _("Medication that is no opioid")
    INJECTION = "injection", _("Injection or nerve block")
    DEVICE = "device", _("Device (TENS, brace)")
    OTHER = "other", _("Something else")


class Helped(models.TextChoices):
    """Say whether it helped."""

    YES = "yes", _("Helps")
    SOMEWHAT = "somewhat", _("Helps somewhat")
    NO = "no", _("Does not help")
    TOO_EARLY = "too_early", _("Too early to say")


@tracked
class PainStep(HealthFact):
    """Hold one step of a plan against pain without opioids."""

    past_days = ("until",)
    spans = (("since", "until"),)

    relief = models.CharField(_("what"), max_length=20, choices=PainRelief.choices)
    words = models.CharField(_("where, how often, with whom"), max_length=200, blank=True)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    helped = models.CharField(_("does it help"), max_length=12, choices=Helped.choices, default=Helped.TOO_EARLY)

    class Meta:
        ordering = ["-since", "-id"]
        verbose_name = _("step against pain")
        verbose_name_plural = _("steps against pain")
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="pain_step_ends_after_it_began")
        ]

    def __str__(self) -> str:
        """Return what is done."""
        return str(self.get_relief_display())
