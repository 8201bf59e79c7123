"""Keep specimens, what was found in them, and what was said about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from patients.toxicology.rules.reading import UNEXPECTED, Finding, Prescribed
from patients.toxicology.rules.validity import Doubt, doubts_about


class Specimen(models.TextChoices):
    """Name what is tested."""

    URINE = "urine", _("Urine")
    ORAL_FLUID = "oral_fluid", _("Oral fluid")
    BLOOD = "blood", _("Blood")
    BREATH = "breath", _("Breath")


class Setting(models.TextChoices):
    """Say where a specimen is tested."""

    POINT_OF_CARE = "point_of_care", _("Here, at once")
    LABORATORY = "laboratory", _("In a laboratory")


class Analyte(models.TextChoices):
    """Name what is looked for."""

    METHADONE = "methadone", _("Methadone")
    EDDP = "eddp", _("EDDP (what the body makes of methadone)")
    BUPRENORPHINE = "buprenorphine", _("Buprenorphine")
    NORBUPRENORPHINE = "norbuprenorphine", _("Norbuprenorphine")
    NALTREXONE = "naltrexone", _("Naltrexone")
    FENTANYL = "fentanyl", _("Fentanyl")
    NORFENTANYL = "norfentanyl", _("Norfentanyl")
    HEROIN = "heroin", _("6-MAM (heroin)")
    OPIATES = "opiates", _("Opiates")
    OXYCODONE = "oxycodone", _("Oxycodone")
    XYLAZINE = "xylazine", _("Xylazine")
    BENZODIAZEPINES = "benzodiazepines", _("Benzodiazepines")
    ALCOHOL = "alcohol", _("Alcohol (ethyl glucuronide)")
    COCAINE = "cocaine", _("Cocaine (benzoylecgonine)")
    AMPHETAMINES = "amphetamines", _("Amphetamines")
    CANNABINOIDS = "cannabinoids", _("Cannabinoids")
    PCP = "pcp", _("Phencyclidine")


class Method(models.TextChoices):
    """Say how it was looked for."""

    SCREEN = "screen", _("Screen")
    CONFIRM = "confirm", _("Confirmation")


class Outcome(models.TextChoices):
    """Say what came out; a result is positive or negative and nothing else."""

    POSITIVE = "positive", _("Positive")
    NEGATIVE = "negative", _("Negative")
    INVALID = "invalid", _("No valid result")


class HowItReads(models.TextChoices):
    """Say how a result reads given what is prescribed."""

    AS_EXPECTED = "as_expected", _("As expected")
    UNEXPECTED_POSITIVE = "unexpected_positive", _("Unexpected: positive")
    UNEXPECTED_NEGATIVE = "unexpected_negative", _("Unexpected: the medication does not show")
    WITHOUT_METABOLITE = "without_metabolite", _("Unexpected: without what the body makes of it; look at how the specimen was handled")
    NOT_CONFIRMED = "not_confirmed", _("Not confirmed by the second method")
    NOT_READ = "not_read", _("Not read")


class Talk(models.TextChoices):
    """Say what the conversation about a panel came to."""

    USE_TOLD = "use_told", _("The person tells of use")
    NO_USE_TOLD = "no_use_told", _("The person tells of no use")
    EXPLAINED = "explained", _("A medicine, food or another reason explains it")
    HANDLING = "handling", _("The specimen or its handling is in question")
    DOSES = "doses", _("Doses were not taken as given: the prescriber knows")
    LATER = "later", _("Looked at; the conversation comes at the next visit")


DOUBTS = {
    Doubt.TEMPERATURE: _("Temperature outside 90-100 °F"),
    Doubt.NOT_LIKE_URINE: _("Creatinine below 2 mg/dL"),
    Doubt.DILUTE: _("Dilute: creatinine below 20 mg/dL"),
}

_TALKED = Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(review_words="") & ~Q(talk="")
_NOT_TALKED = Q(reviewed_at__isnull=True, reviewed_by__isnull=True, review_words="", talk="")


@tracked
class ToxicologyPanel(Recorded):
    """Hold one specimen: how it was taken, what was expected of it, and what was said about it."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    specimen = models.CharField(_("specimen"), max_length=16, choices=Specimen.choices, default=Specimen.URINE)
    collected_at = models.DateTimeField(_("taken at"))
    collected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_observed = models.BooleanField(_("taken under observation"), default=False)
    is_random = models.BooleanField(_("random"), default=False)
    setting = models.CharField(_("tested"), max_length=16, choices=Setting.choices, default=Setting.POINT_OF_CARE)
    temperature_f = models.DecimalField(_("temperature, °F"), max_digits=4, decimal_places=1, null=True, blank=True)
    creatinine_mg_dl = models.DecimalField(_("creatinine, mg/dL"), max_digits=6, decimal_places=1, null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    expected = models.JSONField(_("expected to show"), default=list, blank=True)
    explained = models.JSONField(_("explained if it shows"), default=list, blank=True)
    prescribed_names = models.JSONField(_("what was prescribed"), default=list, blank=True)
    resulted_at = models.DateTimeField(_("results in at"), null=True, blank=True)
    is_unexpected = models.BooleanField(_("something is unexpected"), default=False)
    review_due_on = models.DateField(_("to talk about by"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("talked about at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    talk = models.CharField(_("what the conversation came to"), max_length=16, choices=Talk.choices, blank=True)
    review_words = models.TextField(_("in words"), blank=True)
    confirmation_asked = models.JSONField(_("confirmation asked for"), default=list, blank=True)

    class Meta:
        ordering = ["-collected_at", "-id"]
        verbose_name = _("toxicology panel")
        verbose_name_plural = _("toxicology panels")
        constraints = [
            models.CheckConstraint(
                condition=Q(resulted_at__isnull=True) | Q(resulted_at__gte=F("collected_at")), name="results_come_after_the_specimen"
            ),
            models.CheckConstraint(condition=_TALKED | _NOT_TALKED, name="talk_about_a_panel_says_who_when_and_what"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True) | Q(resulted_at__isnull=False), name="only_results_are_talked_about"
            ),
            models.CheckConstraint(
                condition=Q(is_unexpected=False) | Q(review_due_on__isnull=False), name="unexpected_result_has_a_day_to_talk"
            ),
            models.CheckConstraint(condition=Q(is_unexpected=False) | Q(resulted_at__isnull=False), name="only_results_are_unexpected"),
            models.CheckConstraint(
                condition=Q(temperature_f__isnull=True) | Q(temperature_f__gte=32, temperature_f__lte=212),
                name="temperature_of_a_specimen_is_possible",
            ),
            models.CheckConstraint(
                condition=Q(creatinine_mg_dl__isnull=True) | Q(creatinine_mg_dl__gte=0), name="creatinine_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-collected_at"], name="toxicology_of_patient"),
            models.Index(
                fields=["program", "review_due_on"],
                condition=Q(is_unexpected=True, reviewed_at__isnull=True),
                name="toxicology_to_talk_about",
            ),
        ]

    def __str__(self) -> str:
        """Return the specimen."""
        return str(self.get_specimen_display())

    @property
    def prescribed(self) -> Prescribed:
        """Return what was expected, as the rules take it."""
        return Prescribed(frozenset(self.expected), frozenset(self.explained), tuple(self.prescribed_names))

    @property
    def doubts(self) -> list[str]:
        """Return in words what makes the specimen hard to rely on."""
        found = doubts_about(specimen=self.specimen, temperature_f=self.temperature_f, creatinine=self.creatinine_mg_dl)
        return [str(DOUBTS[doubt]) for doubt in found]

    @property
    def waits_for_talk(self) -> bool:
        """Say whether something is unexpected and nobody has talked about it yet."""
        return self.is_unexpected and self.reviewed_at is None


@tracked
class ToxicologyResult(Recorded):
    """Hold one result of a panel, and how it reads given what was prescribed."""

    sensitivity = Sensitivity.CLINICAL

    panel = models.ForeignKey(ToxicologyPanel, on_delete=models.PROTECT, related_name="results")
    analyte = models.CharField(_("looked for"), max_length=24, choices=Analyte.choices)
    method = models.CharField(_("method"), max_length=8, choices=Method.choices)
    code = models.CharField(_("LOINC code"), max_length=12, blank=True)
    outcome = models.CharField(_("result"), max_length=8, choices=Outcome.choices)
    value = models.DecimalField(_("value, ng/mL"), max_digits=10, decimal_places=2, null=True, blank=True)
    reads = models.CharField(_("reads"), max_length=24, choices=HowItReads.choices)

    class Meta:
        ordering = ["id"]
        verbose_name = _("toxicology result")
        verbose_name_plural = _("toxicology results")
        constraints = [
            models.UniqueConstraint(fields=["panel", "analyte", "method"], name="analyte_is_found_once_per_method"),
            models.CheckConstraint(
                condition=(
                    Q(reads__in=["as_expected", "not_confirmed"], outcome__in=["positive", "negative"])
                    | Q(reads__in=["unexpected_positive", "without_metabolite"], outcome="positive")
                    | Q(reads="unexpected_negative", outcome="negative")
                    | Q(reads="not_read", outcome="invalid")
                ),
                name="reading_fits_its_result",
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="value_found_is_not_negative"),
        ]

    def __str__(self) -> str:
        """Return what was looked for and what came out."""
        return f"{self.get_analyte_display()}: {self.get_outcome_display()}"

    @property
    def finding(self) -> Finding:
        """Return the result as the rules take it."""
        return Finding(self.analyte, self.method, self.outcome)

    @property
    def is_unexpected(self) -> bool:
        """Say whether it asks for a conversation."""
        return self.reads in UNEXPECTED
