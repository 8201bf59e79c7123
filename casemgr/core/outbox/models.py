"""Keep facts until somebody has reacted to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.sensitivity import Sensitivity


class FactState(models.TextChoices):
    """Say what has become of a fact."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed: a person must look")


class Fact(models.Model):
    """Hold one fact and the moment from which somebody must react to it.

    A consequence is due at once; a reminder is due later. PostgreSQL holds the truth, the broker only carries the wake-up.
    """

    sensitivity = Sensitivity.PATIENT

    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=FactState.choices, default=FactState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="facts_that_wait")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | Q(done_at__isnull=False), name="done_fact_says_when"),
        ]

    def __str__(self) -> str:
        """Return what happened, by id."""
        return f"{self.kind} {self.pk}"
