"""Keep what is to be sent to whom, and what became of it. Never the content: it is read when it is sent."""

import uuid
from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import Consent, InformationCategory, PurposeOfUse, in_words
from patients.record.models import Patient


class TransmissionState(models.TextChoices):
    """Say what became of a sending."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    WITHHELD = "withheld", _("Not sent, for a reason")
    DOUBTFUL = "doubtful", _("Perhaps sent: a person must look")
    FAILED = "failed", _("Failed")


TRANSMISSION_MOVES = [
    ("queued", "sent"),
    ("queued", "withheld"),
    ("queued", "failed"),
    ("queued", "doubtful"),
    ("failed", "queued"),
    ("doubtful", "queued"),
    ("doubtful", "sent"),
]
"""How a sending may go from state to state; the database refuses all else. What was withheld stays so: another is asked for anew."""


class EventKind(models.TextChoices):
    """Name what a partner's system may be told of at once."""

    REFERRAL = "referral.sent", _("A referral to it was sent")
    APPOINTMENT = "appointment.changed", _("An appointment was booked, moved, kept or cancelled")
    ORDER = "order.changed", _("An order for medication was written, changed or ended")


@tracked
class Transmission(models.Model):
    """Hold one sending: whose record, which parts, to whom, for what, by which way.

    `key` is the idempotency key that the other side gets: the same sending offered twice counts once.
    """

    sensitivity = Sensitivity.PATIENT

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    recipient = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("to whom"))
    purpose = models.CharField(_("purpose"), max_length=32, choices=PurposeOfUse.choices)
    categories = ArrayField(models.CharField(max_length=32), verbose_name=_("information"))
    description = models.CharField(_("what"), max_length=200)
    via = models.CharField(_("by way of"), max_length=32)
    format = models.CharField(_("format"), max_length=16)
    event = models.CharField(_("event"), max_length=40, choices=EventKind.choices, blank=True)
    subject = models.CharField(_("about"), max_length=120, blank=True)
    consent = models.ForeignKey(Consent, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    requested_at = models.DateTimeField(_("asked for"))
    state = models.CharField(_("state"), max_length=16, choices=TransmissionState.choices, default=TransmissionState.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    disclosure_id = models.BigIntegerField(_("account"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(null=True, editable=False)
    offered_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("sending")
        verbose_name_plural = _("sendings")
        triggers = [pgtrigger.FSM(name="transmission_moves", field="state", transitions=TRANSMISSION_MOVES), *append_only(but_updates=True)]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(disclosure_id__isnull=False, settled_at__isnull=False),
                name="sent_transmission_was_accounted_for",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["withheld", "failed", "doubtful"]) | ~Q(reason=""), name="unsent_transmission_says_why"
            ),
            models.CheckConstraint(condition=~Q(categories=[]), name="transmission_names_what_it_tells"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="transmissions_that_wait"),
            models.Index(fields=["patient", "-id"], name="transmissions_of_patient"),
            models.Index(fields=["program", "-id"], name="transmissions_of_program"),
            models.Index(fields=["consent"], condition=Q(state="queued"), name="transmissions_on_consent"),
        ]

    def __str__(self) -> str:
        """Return way and state, nothing about the person."""
        return f"{self.via}: {self.get_state_display()}"

    @property
    def category_words(self) -> str:
        """Return in words which parts are to be told."""
        return in_words(InformationCategory, self.categories)

    @property
    def question(self) -> dict[str, Any]:
        """Return what the gate is asked for this, at whatever moment."""
        return {
            "patient": self.patient,
            "recipient": self.recipient,
            "purpose": self.purpose,
            "categories": self.categories,
            "description": self.description,
            "via": self.via,
            "program": self.program,
            "by": self.requested_by,
        }

    def is_under_way(self, at: datetime) -> bool:
        """Say whether a worker hands this over at this moment; what becomes of it, the worker says."""
        held = self.offered_at is not None and self.leased_until is not None and self.leased_until > at
        return held and self.state == TransmissionState.QUEUED

    def why_not_sent(self, reason: str) -> str:
        """Return in words why this is not sent; where it was offered before, it may have arrived."""
        if self.disclosure_id:
            return gettext("%(reason)s An attempt before may have arrived.") % {"reason": reason}
        return reason


@tracked
class SecureAddress(Recorded):
    """Hold an e-mail address that an organisation agreed to as secure; without one nothing is mailed to it."""

    sensitivity = Sensitivity.OPERATIONAL

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization"))
    email = models.EmailField(_("e-mail"))
    agreed_with = models.CharField(_("agreed with"), max_length=120)
    agreed_on = models.DateField(_("agreed on"))
    ended_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)

    class Meta:
        ordering = ["organization", "-id"]
        verbose_name = _("secure address")
        verbose_name_plural = _("secure addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(ended_at__isnull=True), name="organization_has_one_secure_address"
            ),
            models.CheckConstraint(condition=~Q(agreed_with=""), name="secure_address_was_agreed_to"),
        ]

    def __str__(self) -> str:
        """Return the address."""
        return self.email


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["secret"])
class WebhookEndpoint(Recorded):
    """Hold where an organisation's system wants to be told of events, and the secret that signs them."""

    sensitivity = Sensitivity.OPERATIONAL

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization"))
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedTextField(_("secret"), purpose="patients_webhookendpoint.secret", editable=False)
    purpose = models.CharField(_("purpose"), max_length=32, choices=PurposeOfUse.choices)
    events = ArrayField(models.CharField(max_length=40, choices=EventKind.choices), verbose_name=_("events"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["organization", "id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose"], condition=Q(is_active=True), name="one_webhook_per_organization_and_purpose"
            ),
            models.CheckConstraint(condition=~Q(events=[]), name="webhook_names_its_events"),
        ]

    def __str__(self) -> str:
        """Return the address."""
        return self.url
