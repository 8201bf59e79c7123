"""Keep one plan for both disorders: problems, goals, objectives, interventions."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.diagnoses.models import Axis, Diagnosis
from patients.record.models import Patient
from treatment_plans.plan.sealing.models import plan_stays_once_signed, stays_once_signed


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
class Problem(Recorded):
    """Name one problem that the plan treats."""

    sensitivity = Sensitivity.CLINICAL

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="problems")
    axis = models.CharField(_("axis"), max_length=16, choices=Axis.choices)
    title = models.CharField(_("problem"), max_length=300)
    diagnosis = models.ForeignKey(Diagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("plan")]
        verbose_name = _("problem")
        verbose_name_plural = _("problems")

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

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="goals")
    words = models.TextField(_("goal, in the person's own words"))
    target_on = models.DateField(_("hoped for by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=GoalState.choices, default=GoalState.ACTIVE)
    last_worked_on_at = models.DateTimeField(_("last worked on"), null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("problem", but=("state", "last_worked_on_at"))]
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


@tracked
class Objective(Recorded):
    """Hold one step towards a goal that can be measured."""

    sensitivity = Sensitivity.CLINICAL

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="objectives")
    words = models.TextField(_("objective"))
    measure = models.CharField(_("measured by"), max_length=200, blank=True)
    target_on = models.DateField(_("by"), null=True, blank=True)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("goal", but=("met_on",))]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

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


@tracked
class Intervention(Recorded):
    """Say what is done towards a goal, how often and by whom."""

    sensitivity = Sensitivity.CLINICAL

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="interventions")
    kind = models.CharField(_("kind"), max_length=32, choices=InterventionKind.choices)
    description = models.CharField(_("what"), max_length=300, blank=True)
    frequency = models.CharField(_("how often"), max_length=120, blank=True)
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [stays_once_signed("goal")]
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")

    def __str__(self) -> str:
        """Return the kind."""
        return self.get_kind_display()
