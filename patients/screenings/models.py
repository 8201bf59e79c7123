"""Keep measured facts: scores of instruments, laboratory results, vital signs; and the instruments as they were answered here."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.instruments.data import known
from patients.instruments.rules import Instrument
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


class AssessmentState(models.TextChoices):
    """Say how far an assessment is; only what is complete has a score."""

    DRAFT = "draft", _("Draft")
    COMPLETE = "complete", _("Complete")
    CANCELLED = "cancelled", _("Cancelled")
    IN_ERROR = "entered_in_error", _("Entered in error")


class AssessmentMode(models.TextChoices):
    """Say how the answers came."""

    STAFF = "staff", _("Asked by staff")
    TABLET = "tablet", _("Answered alone on a tablet")
    SCORE_ONLY = "score_only", _("Total only")


FINISHED_STAYS = """
    OLD.state <> 'draft' AND
    ((to_jsonb(NEW) - ARRAY['state', 'reason', 'ended_at', 'ended_by_id', 'patient_id']) IS DISTINCT FROM
     (to_jsonb(OLD) - ARRAY['state', 'reason', 'ended_at', 'ended_by_id', 'patient_id']))
"""
"""What is no draft any more is never changed, but for the mark that it was entered in error, and the record it stands in after a merge."""


@tracked
class Assessment(Recorded):
    """Hold one instrument as one person answered it once: a draft until it is complete or cancelled, and then for good."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("program"))
    instrument = models.CharField(_("instrument"), max_length=32)
    version = models.CharField(_("version"), max_length=16)
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=20, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    mode = models.CharField(_("how it was answered"), max_length=12, choices=AssessmentMode.choices, default=AssessmentMode.STAFF)
    started_at = models.DateTimeField(_("begun at"))
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    answered_alone = models.JSONField(_("questions that the person answered alone"), default=list, blank=True)
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=1, null=True, blank=True)
    band = models.CharField(_("band"), max_length=32, blank=True)
    subscores = models.JSONField(_("parts of the score"), default=dict, blank=True)
    findings = models.JSONField(_("what the score says"), default=dict, blank=True)
    reason = models.CharField(_("why it was cancelled or is in error"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("cancelled or marked at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-completed_at", "-id"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program", "instrument"], condition=Q(state="draft"), name="one_draft_of_an_instrument_per_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"], completed_at__isnull=True)
                | Q(state__in=["complete", "entered_in_error"], completed_at__isnull=False),
                name="complete_assessment_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "complete"], reason="", ended_at__isnull=True, ended_by__isnull=True)
                | (Q(state__in=["cancelled", "entered_in_error"], ended_at__isnull=False, ended_by__isnull=False) & ~Q(reason="")),
                name="ended_assessment_says_why_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "cancelled"]) | Q(total__isnull=True, band=""), name="unfinished_assessment_has_no_score"
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "instrument", "-completed_at"], name="assessments_of_patient"),
            models.Index(fields=["program", "patient"], condition=Q(state="draft"), name="assessment_drafts"),
        ]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.FSM(
                name="assessment_moves",
                field="state",
                transitions=[("draft", "complete"), ("draft", "cancelled"), ("complete", "entered_in_error")],
            ),
            pgtrigger.Protect(name="finished_assessment_stays", operation=pgtrigger.Update, condition=pgtrigger.Condition(FINISHED_STAYS)),
        ]

    def __str__(self) -> str:
        """Return the short name of the instrument."""
        return self.told.short_name if self.told else self.instrument

    @property
    def told(self) -> Instrument | None:
        """Return the instrument, if the product still knows it."""
        return known(self.instrument)

    @property
    def is_draft(self) -> bool:
        """Say whether answers can still be given."""
        return self.state == AssessmentState.DRAFT
