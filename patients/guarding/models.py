"""Keep whose chart is guarded, who may never see whom, and who broke the glass, when and why."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.guarding.rules import INSIDE, OUTSIDE, WINDOW_MINUTES
from patients.record.models import Patient


class GuardReason(models.TextChoices):
    """Say why a chart is open to few."""

    STAFF = "staff", _("Works here")
    RELATIVE = "relative", _("Relative or partner of somebody who works here")
    PROTECTION = "protection", _("Needs protection: known in town, threatened or sought by somebody")


@tracked
class ChartRestriction(Recorded):
    """Say that a person's chart in a program exists for those named only (42 CFR 2.12(c)(3))."""

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=16, choices=GuardReason.choices)
    words = EncryptedTextField(_("in words"), purpose="chartrestriction.words", null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("restricted chart")
        verbose_name_plural = _("restricted charts")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"], condition=Q(lifted_at__isnull=True), name="chart_is_restricted_once_per_program"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="lifted_restriction_names_who_lifted_it",
            ),
        ]

    def __str__(self) -> str:
        """Return the reason; whose chart it is stands elsewhere."""
        return self.get_reason_display()


@tracked
class AllowedReader(Recorded):
    """Name somebody for whom a restricted chart exists, for a time."""

    sensitivity = Sensitivity.RESTRICTED

    restriction = models.ForeignKey(ChartRestriction, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("reader of a restricted chart")
        verbose_name_plural = _("readers of restricted charts")
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "user"], condition=Q(ended_at__isnull=True), name="reader_is_named_once_per_restriction"
            )
        ]

    def __str__(self) -> str:
        """Return the key; the name is shown where it is needed."""
        return f"{self.user_id}"


class ConflictKind(models.TextChoices):
    """Say what stands between a member of staff and a person in care."""

    SELF = "self", _("Is the person")
    RELATIVE = "relative", _("Relative, partner or former partner")
    OTHER = "other", _("Another close tie")


@tracked
class Conflict(Recorded):
    """Say that somebody who works here may never see a person's chart: it is their own, or that of somebody close to them."""

    sensitivity = Sensitivity.RESTRICTED

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("tie"), max_length=16, choices=ConflictKind.choices)
    words = EncryptedTextField(_("in words"), purpose="conflict.words", null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(fields=["user", "patient"], condition=Q(ended_at__isnull=True), name="conflict_is_named_once_per_pair"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True, kind="self"), name="staff_member_is_one_patient_at_most"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(ended_at__isnull=True, kind="self"), name="patient_is_one_staff_member_at_most"
            ),
        ]

    def __str__(self) -> str:
        """Return the tie; between whom it is stands elsewhere."""
        return self.get_kind_display()


class GlassKind(models.TextChoices):
    """Say which ground opens a chart that is out of reach."""

    EMERGENCY = "emergency", _("Medical emergency")
    INTERNAL = "internal", _("Care of this program needs it now")


class InternalReason(models.TextChoices):
    """List the internal grounds."""

    COVERING = "covering", _("I stand in for somebody on the care team")
    IN_NEED_NOW = "in_need_now", _("The person is here or on the phone and cannot wait")
    SAFETY = "safety", _("Somebody's safety is at stake")
    PRIVACY_TASK = "privacy_task", _("A request of the person about their own record")


class PersonnelAt(models.TextChoices):
    """Say where the medical personnel work who are told."""

    INSIDE = INSIDE, _("In this program: nothing leaves it")
    OUTSIDE = OUTSIDE, _("Elsewhere: they are told something of the record")


class GlassVerdict(models.TextChoices):
    """Say what the privacy officer found."""

    JUSTIFIED = "justified", _("Justified")
    NOT_JUSTIFIED = "not_justified", _("Not justified")


@tracked
class GlassBreak(Recorded):
    """Hold one window of at most an hour onto one chart out of reach, with the facts that it rests on (42 CFR 2.51(c)).

    `recorded_by` broke the glass, at `recorded_at`. The facts stay as they were written; only its end and the review are added.
    """

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("ground"), max_length=16, choices=GlassKind.choices)
    closes_at = models.DateTimeField(_("open until"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    medical_personnel = models.CharField(_("medical personnel who are told"), max_length=200, blank=True)
    affiliation = models.CharField(_("their health care facility"), max_length=200, blank=True)
    personnel_at = models.CharField(_("where they work"), max_length=8, choices=PersonnelAt.choices, blank=True)
    disclosed_by = models.CharField(_("who tells them"), max_length=200, blank=True)
    disclosed_at = models.DateTimeField(_("when they are told"), null=True, blank=True)
    nature = EncryptedTextField(_("nature of the emergency"), purpose="glassbreak.nature", null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=InternalReason.choices, blank=True)
    words = EncryptedTextField(_("in words"), purpose="glassbreak.words", null=True, blank=True)
    was_restricted = models.BooleanField(_("the chart was restricted"), default=False)
    against_conflict = models.BooleanField(_("a conflict of interest was known"), default=False)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=16, choices=GlassVerdict.choices, blank=True)
    review_words = EncryptedTextField(_("what the review found"), purpose="glassbreak.review_words", null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("broken glass")
        verbose_name_plural = _("broken glass")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("recorded_at"), closes_at__lte=F("recorded_at") + timedelta(minutes=WINDOW_MINUTES)),
                name="broken_glass_closes_within_an_hour",
            ),
            models.CheckConstraint(
                condition=~Q(kind="emergency")
                | (
                    ~Q(medical_personnel="")
                    & ~Q(affiliation="")
                    & ~Q(disclosed_by="")
                    & Q(disclosed_at__isnull=False)
                    & Q(nature__isnull=False)
                ),
                name="emergency_has_the_four_facts_of_2_51_c",
            ),
            models.CheckConstraint(
                condition=~Q(kind="internal") | (~Q(reason="") & Q(words__isnull=False)), name="internal_ground_has_reason_and_words"
            ),
            models.CheckConstraint(condition=Q(kind="emergency") | Q(personnel_at=""), name="only_in_an_emergency_somebody_is_told"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, verdict="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(verdict="") & Q(review_words__isnull=False)),
                name="review_of_glass_has_who_when_and_verdict",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("recorded_by")), name="nobody_reviews_their_own_broken_glass"
            ),
        ]
        indexes = [
            models.Index(fields=["recorded_by", "closes_at"], name="glass_broken_by_user"),
            models.Index(fields=["patient", "-id"], name="glass_broken_on_patient"),
            models.Index(fields=["program", "closes_at"], condition=Q(reviewed_at__isnull=True), name="glass_to_review"),
        ]
        triggers = [
            *append_only(but_updates=True),
            stays_but("closed_at", "reviewed_at", "reviewed_by_id", "verdict", "review_words", name="facts_of_glass_stay"),
            pgtrigger.Protect(
                name="review_of_glass_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reviewed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the ground."""
        return self.get_kind_display()

    @property
    def tells_outside(self) -> bool:
        """Say whether medical personnel who do not work in this program are told."""
        return self.personnel_at == OUTSIDE


class GlassAttempt(models.Model):
    """Count an attempt to break the glass that found nobody; what was typed is not kept."""

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("attempt to break the glass")
        verbose_name_plural = _("attempts to break the glass")
        indexes = [models.Index(fields=["user", "-at"], name="glass_attempts_of_user")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return the moment."""
        return f"{self.at:%Y-%m-%d %H:%M}"
