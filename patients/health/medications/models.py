"""Keep what else a person takes, who compared the list with whom, and what was decided about interactions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class MedicationGroup(models.TextChoices):
    """Say what kind of medication it is."""

    PSYCHOTROPIC = "psychotropic", _("For mental health")
    PHYSICAL = "physical", _("For physical health")
    NON_PRESCRIPTION = "non_prescription", _("Without a prescription")


class MedicationSource(models.TextChoices):
    """Say from where it is known."""

    PERSON = "person", _("The person")
    CONTAINER = "container", _("Bottle or package seen")
    PRESCRIBER = "prescriber", _("Prescriber or their record")
    PHARMACY = "pharmacy", _("Pharmacy")
    MONITORING = "monitoring", _("Prescription monitoring program")
    FAMILY = "family", _("Family or friend")
    OTHER = "other", _("Elsewhere")


class Adherence(models.TextChoices):
    """Say how the person takes it."""

    AS_PRESCRIBED = "as_prescribed", _("As prescribed")
    SOMETIMES_MISSED = "sometimes_missed", _("Misses some")
    OTHERWISE = "otherwise", _("Otherwise than prescribed")
    NOT_TAKEN = "not_taken", _("Does not take it")
    UNKNOWN = "unknown", _("Not known")


@tracked
class OtherMedication(HealthFact):
    """Hold a medication that a person takes and that is not given here; its dose stands in words and is never computed with."""

    past_days = ("since", "until")
    spans = (("since", "until"),)

    name = models.CharField(_("medication"), max_length=160)
    rxnorm = models.CharField(_("RxNorm code"), max_length=20, blank=True)
    group = models.CharField(_("kind"), max_length=20, choices=MedicationGroup.choices, default=MedicationGroup.PSYCHOTROPIC)
    dose_words = models.CharField(_("dose, as written"), max_length=200, blank=True)
    is_long_acting = models.BooleanField(_("long-acting injection"), default=False)
    why = models.CharField(_("what for"), max_length=200, blank=True)
    prescriber_name = models.CharField(_("prescriber"), max_length=120, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    why_ended = models.CharField(_("why it ended"), max_length=200, blank=True)
    adherence = models.CharField(_("how it is taken"), max_length=20, choices=Adherence.choices, default=Adherence.UNKNOWN)
    side_effects = models.CharField(_("side effects, as told"), max_length=300, blank=True)
    source = models.CharField(_("known from"), max_length=16, choices=MedicationSource.choices, default=MedicationSource.PERSON)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("other medication")
        verbose_name_plural = _("other medications")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="other_medication_has_a_name"),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="other_medication_ends_after_it_began",
            ),
            models.UniqueConstraint(
                "patient",
                Lower("name"),
                condition=Q(in_error_why="", until__isnull=True),
                name="other_medication_is_listed_once",
                violation_error_message=_("This medication is on the list already. Revise it there."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def is_taken(self) -> bool:
        """Say whether it is on the list of today."""
        return self.stands and self.until is None


class ComparedWith(models.TextChoices):
    """Say with whom or what the list was compared."""

    PERSON = "person", _("The person")
    CONTAINERS = "containers", _("Bottles or packages")
    PHARMACY = "pharmacy", _("Pharmacy")
    PRESCRIBER = "prescriber", _("Another prescriber")
    HOSPITAL = "hospital", _("Hospital papers")
    MONITORING = "monitoring", _("Prescription monitoring program")
    FAMILY = "family", _("Family or friend")


class ReconciliationFinding(models.TextChoices):
    """Say what the comparison found."""

    SAME = "same", _("No difference")
    CORRECTED = "corrected", _("Differences, put right in the list")
    OPEN = "open", _("Differences to be cleared up")


@tracked
class Reconciliation(HealthFact):
    """Hold that somebody compared the list of medications with somebody else's, and what was found."""

    past_days = ("done_on",)

    done_on = models.DateField(_("compared on"))
    compared_with = ArrayField(models.CharField(max_length=16, choices=ComparedWith.choices), verbose_name=_("compared with"))
    finding = models.CharField(_("found"), max_length=16, choices=ReconciliationFinding.choices)
    words = models.TextField(_("what was found, in words"), blank=True)

    class Meta:
        ordering = ["-done_on", "-id"]
        verbose_name = _("medication reconciliation")
        verbose_name_plural = _("medication reconciliations")
        constraints = [models.CheckConstraint(condition=~Q(compared_with=[]), name="reconciliation_names_what_it_compared")]
        indexes = [models.Index(fields=["patient", "-done_on"], condition=Q(in_error_why=""), name="reconciliations_of_patient")]

    def __str__(self) -> str:
        """Return the day."""
        return f"{self.done_on}"

    @property
    def compared_in_words(self) -> str:
        """Return with whom or what it was compared, in words."""
        known = dict(ComparedWith.choices)
        return ", ".join(str(known.get(code, code)) for code in self.compared_with)


@tracked
class InteractionReview(HealthFact):
    """Hold what a clinician decided about a warning of an interaction; the warning stops nothing, and this says why."""

    rule = models.CharField(_("warning"), max_length=40)
    about = models.CharField(_("medication"), max_length=160)
    decision = models.TextField(_("what was decided"))

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = _("interaction review")
        verbose_name_plural = _("interaction reviews")
        constraints = [models.CheckConstraint(condition=~Q(decision=""), name="interaction_review_says_what_was_decided")]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.rule}: {self.about}"


INTERACTION_WORDS = {
    "benzodiazepine": _("Benzodiazepine with %(given)s: look for sedation, talk about naloxone. Do not withhold %(given)s for it."),
    "sedative": _("Sedating medication with %(given)s: look for sedation, talk about naloxone. Do not withhold %(given)s for it."),
    "prolongs_qt": _("May prolong the QT interval together with %(given)s: look at the latest ECG."),
    "cyp3a4_inducer": _("May lower the level of %(given)s: ask about withdrawal and craving."),
    "cyp3a4_inhibitor": _("May raise the level of %(given)s: look for sedation."),
    "opioid_analgesic": _("Opioid analgesic with %(given)s: speak with whoever prescribes it."),
    "opioid_blocked": _("Opioid analgesic while taking %(given)s: it is blocked, and overcoming the block is dangerous."),
}
"""What each warning says to the person who reads it."""


def interaction_words(rule: str, given: str) -> str:
    """Say a warning to the person who reads it."""
    return str(INTERACTION_WORDS[rule]) % {"given": given}
