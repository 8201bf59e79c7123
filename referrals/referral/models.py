"""Keep who was sent where, and what the other side answered."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.directory.models import Organization
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class ReferralState(models.TextChoices):
    """Say where a referral stands."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


REFERRAL_MOVES = [
    ("draft", "sent"),
    ("draft", "withdrawn"),
    ("sent", "accepted"),
    ("sent", "declined"),
    ("sent", "withdrawn"),
    ("accepted", "completed"),
    ("accepted", "declined"),
    ("accepted", "withdrawn"),
]
"""How a referral may go from state to state; the database refuses all else."""


@tracked
class Referral(Recorded):
    """Hold one referral to a partner organisation and its answer."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=32)
    service = models.CharField(_("asked for"), max_length=200)
    message = models.TextField(_("message to the partner"), blank=True)
    state = models.CharField(_("state"), max_length=16, choices=ReferralState.choices, default=ReferralState.DRAFT)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    disclosure_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        triggers = [pgtrigger.FSM(name="referral_moves", field="state", transitions=REFERRAL_MOVES)]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | (Q(sent_at__isnull=False) & Q(disclosure_id__isnull=False)),
                name="sent_referral_was_accounted_for",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined", "completed"]) | Q(answered_at__isnull=False), name="answer_has_a_date"
            ),
        ]
        indexes = [
            models.Index(fields=["program", "-id"], name="referrals_of_program"),
            models.Index(fields=["patient", "-id"], name="referrals_of_patient"),
        ]

    def __str__(self) -> str:
        """Return what was asked for."""
        return self.service
