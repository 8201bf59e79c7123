"""Keep what was sent to whom, and what was held back and why. Never the rendered words."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.sensitivity import Sensitivity


class Channel(models.TextChoices):
    """Say how a message travels."""

    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")


class MessageState(models.TextChoices):
    """Say what became of a message."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    WITHHELD = "withheld", _("Not sent, for a reason")
    DOUBTFUL = "doubtful", _("Perhaps sent: a person must look")
    FAILED = "failed", _("Failed")


class Message(models.Model):
    """Hold one message: template and blanks, not text; decided once, sent once.

    `key` is the idempotency key that the gateway gets: the same message offered twice is delivered once.
    """

    sensitivity = Sensitivity.PATIENT

    key = models.CharField(max_length=120, unique=True)
    patient_id = models.BigIntegerField(null=True, db_index=True)
    subject = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    to = models.CharField(max_length=254, blank=True)
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=8, default="en")
    blanks = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=MessageState.choices, default=MessageState.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="messages_that_wait")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="sent_message_says_when"),
            models.CheckConstraint(condition=~Q(state="withheld") | ~Q(reason=""), name="withheld_message_says_why"),
        ]

    def __str__(self) -> str:
        """Return channel and state, nothing about the person."""
        return f"{self.get_channel_display()}: {self.get_state_display()}"
