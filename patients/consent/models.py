"""Keep what a person has allowed to be told, to whom, and why (42 CFR 2.31)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.directory.models import Organization
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class ConsentKind(models.TextChoices):
    """Name the kinds of consent; they exclude each other (42 CFR 2.31)."""

    TREATMENT_PAYMENT_OPERATIONS = "tpo", _("Treatment, payment and operations")
    SPECIFIC = "specific", _("Specific")


class ConsentState(models.TextChoices):
    """Say where a consent stands on paper; whether it holds now is decided when it is asked."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    REVOKED = "revoked", _("Revoked")


class PurposeOfUse(models.TextChoices):
    """Say what information is wanted for."""

    TREATMENT = "treatment", _("Treatment")
    PAYMENT = "payment", _("Payment")
    OPERATIONS = "operations", _("Health care operations")
    HOUSING = "housing", _("Finding and keeping housing")
    EMPLOYMENT = "employment", _("Finding and keeping work")
    OTHER = "other", _("Other")


class InformationCategory(models.TextChoices):
    """Name the parts of the record that a consent can open one by one (42 CFR 2.31(a)(3), 2.13(a))."""

    DEMOGRAPHICS = "demographics", _("Name, birth date, language")
    CONTACT = "contact", _("How to reach the person")
    MEDICATIONS = "medications", _("Medications and doses")
    DIAGNOSES = "diagnoses", _("Diagnoses")
    PLAN = "plan", _("Treatment plan")
    APPOINTMENTS = "appointments", _("Appointments and attendance")
    SCREENINGS = "screenings", _("Screenings and laboratory results")
    SESSIONS = "sessions", _("Session notes (never counselling notes)")
    HOUSING = "housing", _("Housing")
    EMPLOYMENT = "employment", _("Work and benefits")


@tracked
class Consent(Recorded):
    """Hold one written consent with every element that 42 CFR 2.31(a) asks for."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    discloser = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=ConsentKind.choices)
    state = models.CharField(_("state"), max_length=16, choices=ConsentState.choices, default=ConsentState.DRAFT)
    recipients = models.ManyToManyField(Organization, through="patients.ConsentRecipient", related_name="+")
    purposes = ArrayField(models.CharField(max_length=32, choices=PurposeOfUse.choices), verbose_name=_("purposes"), default=list)
    categories = ArrayField(models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("information"), default=list)
    description = models.TextField(_("information, in words"), blank=True)
    revocation_statement = models.TextField(_("right to revoke, and how"), blank=True)
    redisclosure_statement = models.TextField(_("what the recipient may do with it"), blank=True)
    refusal_statement = models.TextField(_("what follows from not signing"), blank=True)
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_relationship = models.CharField(_("signed as"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    ends_with = models.CharField(_("or until this event"), max_length=200, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft")
                | (
                    ~Q(purposes=[])
                    & ~Q(categories=[])
                    & ~Q(description="")
                    & ~Q(revocation_statement="")
                    & ~Q(signed_by="")
                    & ~Q(signer_relationship="")
                    & Q(signed_on__isnull=False)
                    & (Q(valid_until__isnull=False) | ~Q(ends_with=""))
                ),
                name="consent_in_force_has_every_element_of_2_31",
            ),
            models.CheckConstraint(
                condition=~Q(state="active", kind="tpo") | (~Q(redisclosure_statement="") & ~Q(refusal_statement="")),
                name="tpo_consent_carries_the_statements_of_2_31_a_10",
            ),
            models.CheckConstraint(condition=~Q(state="revoked") | Q(revoked_at__isnull=False), name="revoked_consent_says_when"),
        ]
        indexes = [models.Index(fields=["patient"], condition=Q(state="active"), name="active_consents")]

    def __str__(self) -> str:
        """Return kind and state."""
        return f"{self.get_kind_display()}: {self.get_state_display()}"


class ConsentRecipient(models.Model):
    """Name one recipient in a consent."""

    sensitivity = Sensitivity.PATIENT

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="named_recipients")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [models.UniqueConstraint(fields=["consent", "organization"], name="recipient_named_once")]
        indexes = [models.Index(fields=["organization", "consent"], name="consents_to_organization")]

    def __str__(self) -> str:
        """Return the organisation's key."""
        return f"{self.organization_id}"
