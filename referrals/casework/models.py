"""Keep what is to be done for a person, by whom and until when."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class TaskDomain(models.TextChoices):
    """Say which part of life a task is about."""

    HOUSING = "housing", _("Housing")
    EMPLOYMENT = "employment", _("Work")
    BENEFITS = "benefits", _("Benefits and insurance")
    TRANSPORT = "transport", _("Transport")
    LEGAL = "legal", _("Legal")
    HEALTH = "health", _("Health")
    OUTREACH = "outreach", _("Outreach")
    FOLLOW_UP = "follow_up", _("Follow-up")
    OTHER = "other", _("Other")


class TaskState(models.TextChoices):
    """Say where a task stands."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


TASK_MOVES = [
    ("open", "in_progress"),
    ("in_progress", "open"),
    ("open", "done"),
    ("in_progress", "done"),
    ("open", "dropped"),
    ("in_progress", "dropped"),
]
"""How a task may go from state to state; the database refuses all else."""


class Urgency(models.IntegerChoices):
    """Say how soon a task must be looked at; lower is sooner."""

    URGENT = 1, _("Urgent")
    SOON = 2, _("Soon")
    ROUTINE = 3, _("Routine")


@tracked
class Task(Recorded):
    """Hold one thing to be done for a person."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    domain = models.CharField(_("domain"), max_length=16, choices=TaskDomain.choices)
    title = models.CharField(_("what"), max_length=200)
    detail = models.TextField(_("detail"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due"))
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency.choices, default=Urgency.ROUTINE)
    state = models.CharField(_("state"), max_length=16, choices=TaskState.choices, default=TaskState.OPEN)
    outcome = models.TextField(_("what came of it"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    key = models.CharField(max_length=120, null=True, blank=True, editable=False)

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        triggers = [pgtrigger.FSM(name="task_moves", field="state", transitions=TASK_MOVES)]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "in_progress"], closed_at__isnull=True)
                | Q(state__in=["done", "dropped"], closed_at__isnull=False),
                name="closed_task_says_when",
            ),
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=["open", "in_progress"]), name="one_open_task_per_reason"),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(state__in=["open", "in_progress"]), name="open_tasks_of_owner"),
            models.Index(fields=["program", "due_on"], condition=Q(state__in=["open", "in_progress"]), name="open_tasks_of_program"),
            models.Index(fields=["patient", "due_on"], name="tasks_of_patient"),
        ]

    def __str__(self) -> str:
        """Return the task."""
        return self.title
