"""Keep the links under which people answer alone: by whom issued, for which questions, how they ended."""

from datetime import datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from patients.tablet.rules import SAFETY_HEARD_FOR


class TabletEnding(models.TextChoices):
    """Say how the questions ended."""

    FINISHED = "finished", _("Went through all questions")
    STOPPED = "stopped", _("Stopped before the end")
    SOMEBODY_COMES = "somebody_comes", _("Asked to give the tablet back: somebody talks with the person")
    WITHDRAWN = "withdrawn", _("Withdrawn by staff")


@tracked
class TabletLink(Recorded):
    """Hold one link: it opens once, for a short time, these assessments of one person, and nothing else."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    assessments = ArrayField(models.BigIntegerField(), verbose_name=_("assessments, in their order"))
    language = models.CharField(_("language"), max_length=8, default="en")
    expires_at = models.DateTimeField(_("works until"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ending = models.CharField(_("how it ended"), max_length=16, choices=TabletEnding.choices, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("tablet link")
        verbose_name_plural = _("tablet links")
        constraints = [
            models.CheckConstraint(condition=Q(assessments__len__gt=0), name="tablet_link_opens_something"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="tablet_link_says_how_it_ended",
            ),
        ]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.Protect(
                name="tablet_link_opens_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.assessments <> OLD.assessments OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return the number; it names nobody."""
        return f"{_('tablet link')} {self.pk}"

    def may_be_opened(self, at: datetime) -> bool:
        """Say whether the link still waits to be opened."""
        return self.opened_at is None and self.ended_at is None and at < self.expires_at

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody may be answering at this moment."""
        return self.opened_at is not None and self.ended_at is None and at < self.expires_at

    def hears_safety(self, at: datetime) -> bool:
        """Say whether an answer to a question about safety is kept at this moment, also shortly after the time is over."""
        return self.is_open(at - SAFETY_HEARD_FOR)
