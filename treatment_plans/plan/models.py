"""Keep one plan for both disorders: problems, goals, objectives, interventions."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.diagnoses.models import Axis, Diagnosis
from patients.record.models import Patient
from patients.world.models import Barrier, OwnGoal, Stressor
from treatment_plans.plan.rules import ASKS_CLEARANCE
from treatment_plans.plan.sealing.models import plan_stays_once_signed, stays_once_signed


class Stoppable(models.Model):
    """Carry since when a piece of a plan is no longer pursued, and why."""

    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    stopped_why = models.CharField(_("why it was stopped"), max_length=200, blank=True)

    class Meta:
        abstract = True


def stopped_says_why(name: str) -> models.CheckConstraint:
    """Return the constraint that what was stopped says why."""
    return models.CheckConstraint(condition=Q(stopped_on__isnull=True) | ~Q(stopped_why=""), name=name)


class PlanState(models.TextChoices):
    """Say where a plan stands."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


PLAN_MOVES = [("draft", "active"), ("draft", "ended"), ("active", "ended")]
"""How a plan may go from state to state; the database refuses all else."""


@tracked
class Plan(Recorded):
    """Hold one integrated treatment plan."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=16, choices=PlanState.choices, default=PlanState.DRAFT)
    starts_on = models.DateField(_("from"))
    review_on = models.DateField(_("to be reviewed by"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    strengths = models.TextField(_("strengths, in the person's own words"), blank=True)
    one_axis_reason = models.TextField(_("why the plan covers one disorder only"), blank=True)
    one_axis_signed_name = models.CharField(_("reason signed with the name"), max_length=120, blank=True)
    one_axis_signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    one_axis_signed_at = models.DateTimeField(_("reason signed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    activation_asked_at = models.DateTimeField(_("asked to be put into force at"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed since"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "-id"]
        verbose_name = _("treatment plan")
        verbose_name_plural = _("treatment plans")
        triggers = [pgtrigger.FSM(name="plan_moves", field="state", transitions=PLAN_MOVES), *plan_stays_once_signed()]
        indexes = [models.Index(fields=["patient", "-starts_on"], name="plans_of_patient")]
        constraints = [
            models.UniqueConstraint(fields=["patient", "program"], condition=Q(state="active"), name="one_active_plan_per_patient"),
            models.CheckConstraint(condition=~Q(state="ended") | Q(ended_on__isnull=False), name="ended_plan_says_when"),
            models.CheckConstraint(condition=Q(ended_on__gte=F("starts_on")), name="plan_ends_on_or_after_its_start"),
            models.CheckConstraint(
                condition=Q(one_axis_signed_at__isnull=True, one_axis_signed_by__isnull=True, one_axis_signed_name="")
                | (
                    Q(one_axis_signed_at__isnull=False, one_axis_signed_by__isnull=False)
                    & ~Q(one_axis_signed_name="")
                    & ~Q(one_axis_reason="")
                ),
                name="reason_for_one_axis_is_signed_whole",
            ),
        ]

    def __str__(self) -> str:
        """Return state and start."""
        return f"{self.get_state_display()}, {self.starts_on}"


@tracked
class Problem(Stoppable, Recorded):
    """Name one problem that the plan treats."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="problems")
    axis = models.CharField(_("axis"), max_length=16, choices=Axis.choices)
    title = models.CharField(_("problem"), max_length=300)
    diagnosis = models.ForeignKey(Diagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    barrier = models.ForeignKey(Barrier, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("barrier"))
    stressor = models.ForeignKey(Stressor, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("stressor"))

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("plan")]
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [stopped_says_why("stopped_problem_says_why")]

    def __str__(self) -> str:
        """Return the problem."""
        return self.title

    @property
    def patient_id(self) -> int:
        """Return whose problem it is."""
        return self.plan.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.plan.program_id


class GoalState(models.TextChoices):
    """Say where a goal stands (FHIR goal lifecycle)."""

    ACTIVE = "active", _("Active")
    ACHIEVED = "achieved", _("Achieved")
    STOPPED = "stopped", _("Stopped")


@tracked
class Goal(Recorded):
    """Hold one goal in the person's own words."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="goals")
    words = models.TextField(_("goal, in the person's own words"))
    own_goal = models.ForeignKey(OwnGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("own goal"))
    target_on = models.DateField(_("hoped for by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=GoalState.choices, default=GoalState.ACTIVE)
    last_worked_on_at = models.DateTimeField(_("last worked on"), null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("problem")]
        verbose_name = _("goal")
        verbose_name_plural = _("goals")

    def __str__(self) -> str:
        """Return the person's words."""
        return self.words

    @property
    def patient_id(self) -> int:
        """Return whose goal it is."""
        return self.problem.plan.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.problem.plan.program_id


class MeasuredAs(models.TextChoices):
    """Say by what an objective is measured."""

    NUMBER = "number", _("A number")
    DATE = "date", _("A date")
    INSTRUMENT = "instrument", _("A questionnaire")


class TargetWay(models.TextChoices):
    """Say on which side of the target one wants to arrive."""

    UP = "up", _("At least the target")
    DOWN = "down", _("At most the target")


@tracked
class Objective(Stoppable, Recorded):
    """Hold one step towards a goal that can be measured."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="objectives")
    words = models.TextField(_("objective"))
    measure = models.CharField(_("measured by"), max_length=200, blank=True)
    measured_as = models.CharField(_("measured as"), max_length=12, choices=MeasuredAs.choices, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    instrument = models.CharField(_("questionnaire"), max_length=32, blank=True)
    score = models.CharField(_("score"), max_length=32, blank=True)
    start_value = models.DecimalField(_("at the start"), max_digits=10, decimal_places=2, null=True, blank=True)
    target_value = models.DecimalField(_("target"), max_digits=10, decimal_places=2, null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=4, choices=TargetWay.choices, blank=True)
    target_on = models.DateField(_("by"), null=True, blank=True)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("goal")]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        constraints = [
            stopped_says_why("stopped_objective_says_why"),
            models.CheckConstraint(
                condition=Q(measured_as="")
                | Q(measured_as="date", target_on__isnull=False)
                | (Q(measured_as="number", target_value__isnull=False) & ~Q(direction=""))
                | (Q(measured_as="instrument", target_value__isnull=False) & ~Q(direction="") & ~Q(instrument="")),
                name="measured_objective_has_its_target",
            ),
        ]

    def __str__(self) -> str:
        """Return the objective."""
        return self.words

    @property
    def patient_id(self) -> int:
        """Return whose objective it is."""
        return self.goal.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.goal.program_id


class InterventionKind(models.TextChoices):
    """Name the ways of working that a plan may use."""

    CBT = "cbt", _("Cognitive behavioral therapy")
    MOTIVATIONAL = "motivational", _("Motivational interviewing")
    CONTINGENCY = "contingency", _("Contingency management")
    DBT = "dbt", _("DBT skills")
    TRAUMA = "trauma", _("Trauma-informed therapy")
    MOUD = "moud", _("Medication for opioid use disorder")
    MEDICATION_MANAGEMENT = "medication_management", _("Medication management")
    MINDFULNESS = "mindfulness", _("Mindfulness")
    YOGA = "yoga", _("Yoga")
    ART = "art", _("Art therapy")
    EXERCISE = "exercise", _("Exercise")
    FAMILY = "family", _("Family therapy")
    PEER = "peer", _("Peer support")
    GROUP = "group", _("Group, for example Dual Recovery Anonymous")
    CASE_MANAGEMENT = "case_management", _("Case management")
    EDUCATION = "education", _("Psychoeducation")
    PAIN = "pain", _("Non-opioid pain management")
    OTHER = "other", _("Other")


class Per(models.TextChoices):
    """Say within which time something is done so many times."""

    DAY = "day", _("a day")
    WEEK = "week", _("a week")
    MONTH = "month", _("a month")


@tracked
class Intervention(Stoppable, Recorded):
    """Say what is done towards a goal, how often and by whom."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="interventions")
    kind = models.CharField(_("kind"), max_length=32, choices=InterventionKind.choices)
    description = models.CharField(_("what"), max_length=300, blank=True)
    kind_name = models.CharField(_("name in the program's list"), max_length=120, blank=True)
    times = models.PositiveSmallIntegerField(_("times"), null=True, blank=True)
    per = models.CharField(_("in which time"), max_length=8, choices=Per.choices, blank=True)
    frequency = models.CharField(_("how often"), max_length=120, blank=True)
    caution = models.CharField(_("what to be careful with"), max_length=300, blank=True)
    cleared_on = models.DateField(_("medically cleared on"), null=True, blank=True)
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("goal")]
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        constraints = [
            stopped_says_why("stopped_intervention_says_why"),
            models.CheckConstraint(
                condition=Q(times__isnull=True, per="") | (Q(times__gte=1) & ~Q(per="")), name="so_many_times_says_within_which_time"
            ),
        ]

    def __str__(self) -> str:
        """Return what it is called."""
        return self.label

    @property
    def label(self) -> str:
        """Return what it is called: in the program's own list, or in the product's."""
        return self.kind_name or str(self.get_kind_display())

    @property
    def asks_clearance(self) -> bool:
        """Say whether one asks first what makes it unwise."""
        return self.kind in ASKS_CLEARANCE

    @property
    def how_often(self) -> str:
        """Return the number of times and the words, as they are said."""
        counted = "" if self.times is None else _in_words(self.times, str(self.get_per_display()))
        return ", ".join(part for part in (counted, self.frequency) if part)

    @property
    def patient_id(self) -> int:
        """Return whose plan it belongs to."""
        return self.goal.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.goal.program_id


def _in_words(times: int, per: str) -> str:
    """Return how often, as it is said."""
    text = ngettext("once %(per)s", "%(times)s times %(per)s", times)
    return text % {"times": times, "per": per}
