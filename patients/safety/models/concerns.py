"""Keep concerns about somebody's safety: what raised them, who was called, who took them, what was done."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class SafetySource(models.TextChoices):
    """Say where a concern comes from."""

    ANSWER = "answer", _("An answer in a questionnaire")
    OBSERVATION = "observation", _("What somebody saw or heard")
    INQUIRY = "inquiry", _("A call or message asking for help")


class RiskLevel(models.IntegerChoices):
    """Grade what is known so far; rules.Level says the same."""

    NONE = 0, _("None found")
    UNASSESSED = 1, _("Not assessed yet")
    LOW = 2, _("Low")
    MODERATE = 3, _("Moderate")
    HIGH = 4, _("High")


class ConcernState(models.TextChoices):
    """Say whether a disposition was written."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed with a disposition")


class ScreenerResult(models.TextChoices):
    """Say what the C-SSRS, asked by staff, came to."""

    NONE = "none", _("No risk found")
    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    NOT_DONE = "not_done", _("Not done")


class Disposition(models.TextChoices):
    """Say what was done for somebody's safety."""

    SAFETY_PLAN = "safety_plan", _("Safety plan made or gone through again")
    OBSERVED = "observed", _("Stayed with somebody until the danger was over")
    EMERGENCY = "emergency", _("Handed to emergency or crisis care")
    JUDGED_LOW = "judged_low", _("Judged low by a clinician, with reasons")
    LEFT = "left", _("Left before the assessment; what was done since")


@tracked
class SafetyConcern(Recorded):
    """Hold that somebody may be in danger, until a clinician has written what was done.

    Whatever else is said while it is open joins it, so that one person is called and asked once.
    """

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(_("source"), max_length=16, choices=SafetySource.choices)
    level = models.PositiveSmallIntegerField(_("level so far"), choices=RiskLevel.choices)
    opened_at = models.DateTimeField(_("since"))
    state = models.CharField(_("state"), max_length=8, choices=ConcernState.choices, default=ConcernState.OPEN)
    told = models.PositiveSmallIntegerField(_("how often somebody was told"), default=1)
    risen_at = models.DateTimeField(_("became graver at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("seen to by")
    )
    taken_at = models.DateTimeField(_("seen to since"), null=True, blank=True)
    screener_result = models.CharField(_("C-SSRS by staff"), max_length=12, choices=ScreenerResult.choices, blank=True)
    screener_ref = models.CharField(_("which C-SSRS"), max_length=80, blank=True)
    not_screened_because = models.TextField(_("why no C-SSRS was done"), blank=True)
    lower_because = models.TextField(_("why the result is lower than what was answered"), blank=True)
    disposition = models.CharField(_("disposition"), max_length=16, choices=Disposition.choices, blank=True)
    disposition_words = models.TextField(_("what was found and done"), blank=True)
    handed_to = models.CharField(_("handed to, and who went along"), max_length=200, blank=True)
    no_follow_up_because = models.TextField(_("why nobody follows up"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        ordering = ["-level", "opened_at", "id"]
        verbose_name = _("safety concern")
        verbose_name_plural = _("safety concerns")
        triggers = [*append_only(but_updates=True), pgtrigger.FSM(name="concern_moves", field="state", transitions=[("open", "closed")])]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"], condition=Q(state="open"), name="one_open_concern_per_person_and_program"
            ),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3, 4]), name="concern_has_a_level"),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="concern_says_who_took_it_when",
            ),
            models.CheckConstraint(
                condition=Q(state="open", disposition="", closed_at__isnull=True, closed_by__isnull=True)
                | (
                    Q(state="closed", disposition__in=Disposition.values, closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(screener_result="")
                ),
                name="closed_concern_has_disposition_author_and_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["program", "-level", "opened_at"], condition=Q(state="open"), name="open_concerns_of_program"),
            models.Index(fields=["patient", "-opened_at"], name="concerns_of_patient"),
        ]

    def __str__(self) -> str:
        """Return the number; what it is about is shown where it may be read."""
        return f"{_('Safety concern')} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Say whether the disposition is still missing."""
        return self.state == ConcernState.OPEN


class SafetySignal(Recorded):
    """Hold one thing that was answered, seen or said; none is ever changed, a later answer is a row of its own."""

    sensitivity = Sensitivity.CLINICAL

    concern = models.ForeignKey(SafetyConcern, on_delete=models.PROTECT, related_name="signals")
    source = models.CharField(_("source"), max_length=16, choices=SafetySource.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=RiskLevel.choices)
    instrument = models.CharField(_("instrument"), max_length=40, blank=True)
    item = models.CharField(_("question"), max_length=16, blank=True)
    answer = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    ref = models.CharField(_("where it was said"), max_length=80, blank=True)
    words = models.TextField(_("in words"), blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("safety signal")
        verbose_name_plural = _("safety signals")
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "instrument", "ref", "item", "answer"],
                condition=Q(source="answer"),
                name="the_same_answer_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(source="answer", answer__isnull=False) & ~Q(instrument="") & ~Q(item="") | ~Q(source="answer") & ~Q(words=""),
                name="signal_says_what_was_said",
            ),
        ]
        indexes = [models.Index(fields=["ref", "item"], name="signals_of_an_answer")]

    def __str__(self) -> str:
        """Return where it was said."""
        return f"{self.instrument} {self.item}".strip() or str(self.get_source_display())


class CalledAs(models.TextChoices):
    """Say as what somebody was called about a concern."""

    LEAD = "lead", _("In charge of the care team")
    TEAM = "team", _("On the care team")
    SITE = "site", _("At the site")
    SUPERVISOR = "supervisor", _("Supervisor")


class SafetyCall(Recorded):
    """Say who was named for a concern, as what, and at which turn."""

    sensitivity = Sensitivity.CLINICAL

    concern = models.ForeignKey(SafetyConcern, on_delete=models.PROTECT, related_name="calls")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    called_as = models.CharField(_("as"), max_length=16, choices=CalledAs.choices)
    telling = models.PositiveSmallIntegerField(_("telling"), default=1)
    turn = models.PositiveSmallIntegerField(_("turn"), default=0)

    class Meta:
        ordering = ["id"]
        verbose_name = _("call about a safety concern")
        verbose_name_plural = _("calls about safety concerns")
        triggers = append_only()
        constraints = [models.UniqueConstraint(fields=["concern", "user", "telling", "turn"], name="called_once_a_turn")]

    def __str__(self) -> str:
        """Return as what somebody was called."""
        return str(self.get_called_as_display())


class FollowUpKind(models.TextChoices):
    """Say how somebody follows up."""

    CALL = "call", _("Call")
    VISIT = "visit", _("See the person")
    MESSAGE = "message", _("Caring message, by the person's safe way")


class FollowUpOutcome(models.TextChoices):
    """Say what came of following up."""

    REACHED = "reached", _("Spoke with the person")
    NOT_REACHED = "not_reached", _("Not reached")
    IN_CARE = "in_care", _("In hospital or crisis care")
    NOT_NEEDED = "not_needed", _("Not needed any more")


@tracked
class SafetyFollowUp(Recorded):
    """Hold one day by which somebody follows up after a concern, and what came of it."""

    sensitivity = Sensitivity.CLINICAL

    concern = models.ForeignKey(SafetyConcern, on_delete=models.PROTECT, related_name="follow_ups")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("how"), max_length=8, choices=FollowUpKind.choices, default=FollowUpKind.CALL)
    due_on = models.DateField(_("due"))
    outcome = models.CharField(_("what came of it"), max_length=12, choices=FollowUpOutcome.choices, blank=True)
    words = models.TextField(_("in words"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("done by")
    )

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("safety follow-up")
        verbose_name_plural = _("safety follow-ups")
        triggers = append_only(but_updates=True)
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "kind", "due_on"], condition=Q(outcome=""), name="one_follow_up_to_do_of_a_kind_a_day"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", done_at__isnull=True, done_by__isnull=True)
                | ~Q(outcome="") & Q(done_at__isnull=False, done_by__isnull=False),
                name="follow_up_says_who_did_it_when",
            ),
        ]

    def __str__(self) -> str:
        """Return how and when."""
        return f"{self.get_kind_display()}, {self.due_on}"
