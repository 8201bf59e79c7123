"""Keep account of everything that left the program (42 CFR 2.25)."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import InformationCategory, PurposeOfUse, Shortfall, in_words


class DisclosureOutcome(models.TextChoices):
    """Say whether something left."""

    DISCLOSED = "disclosed", _("Disclosed")
    WITHHELD = "withheld", _("Withheld")


class Redisclosure(models.TextChoices):
    """Say what the recipient may do with what was told (42 CFR 2.33(b))."""

    AS_HIPAA = "as_hipaa", _("As HIPAA permits, but never in proceedings against the person")
    AS_CONSENTED = "as_consented", _("Only as the consent says")
    TO_CONTRACTORS = "to_contractors", _("To contractors for the same purpose, under written contract")


class Disclosure(models.Model):
    """Say what was told about whom, to whom, when, why, and on which consent; written before a byte leaves.

    No foreign keys: the account must outlive what it speaks of.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"))
    patient_id = models.BigIntegerField(_("patient"))
    recipient_id = models.BigIntegerField(_("recipient"))
    recipient_name = models.CharField(_("recipient"), max_length=200)
    recipient_address = models.TextField(_("address"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=32)
    categories = ArrayField(models.CharField(max_length=32), verbose_name=_("information"))
    description = models.CharField(_("what"), max_length=200)
    basis = models.CharField(_("basis"), max_length=32, default="consent")
    consent_id = models.BigIntegerField(_("consent"), null=True)
    program_id = models.BigIntegerField(_("program"), null=True)
    redisclosure = models.CharField(_("may be passed on"), max_length=16, choices=Redisclosure.choices, blank=True)
    via = models.CharField(_("by way of"), max_length=32)
    outcome = models.CharField(_("outcome"), max_length=16, choices=DisclosureOutcome.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by_user_id = models.BigIntegerField(null=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)

    person: Any
    """Whom it speaks of, where a list has looked them up; the table itself keeps no more than a key."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        indexes = [
            models.Index(fields=["patient_id", "-id"], name="disclosures_of_patient"),
            models.Index(fields=["recipient_id", "-id"], name="disclosures_to_recipient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="disclosed", basis="consent") | models.Q(consent_id__isnull=False, program_id__isnull=False),
                name="disclosure_on_consent_says_which",
            ),
            models.CheckConstraint(condition=~models.Q(outcome="withheld") | ~models.Q(reason=""), name="withheld_says_why"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return recipient and moment."""
        return f"{self.recipient_name}, {self.at:%Y-%m-%d}"

    @property
    def purpose_words(self) -> str:
        """Return the purpose in words."""
        return in_words(PurposeOfUse, [self.purpose])

    @property
    def category_words(self) -> str:
        """Return in words which information was told or asked for."""
        return in_words(InformationCategory, self.categories)

    @property
    def reason_words(self) -> str:
        """Return in sentences why something was withheld."""
        return in_words(Shortfall, self.reason.split(",")).replace("., ", ". ") if self.reason else ""
