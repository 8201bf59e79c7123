"""Keep what a person has allowed to be told, to whom, and why (42 CFR 2.31)."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models.guards import consent_triggers, element_checks, refuse_if, state_checks
from patients.consent.models.vocabulary import (
    ConsentKind,
    ConsentState,
    Designation,
    InformationCategory,
    PurposeOfUse,
    RecipientPart,
    SignatureMethod,
    SignerAuthority,
    SignerRelationship,
    in_words,
)
from patients.record.models import LANGUAGE_CHOICES, Patient
from patients.relations.models import RecipientClass


@tracked
class Consent(Recorded):
    """Hold one written consent with every element that 42 CFR 2.31(a) asks for."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    discloser = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=ConsentKind.choices)
    state = models.CharField(_("state"), max_length=16, choices=ConsentState.choices, default=ConsentState.DRAFT)
    recipients = models.ManyToManyField(Organization, through="patients.ConsentRecipient", related_name="+")
    recipient_classes = ArrayField(
        models.CharField(max_length=32, choices=RecipientClass.choices), verbose_name=_("groups of recipients"), default=list, blank=True
    )
    designation = models.CharField(_("participants of the exchange"), max_length=16, choices=Designation.choices, blank=True)
    later_programs = models.BooleanField(_("also programs within 200 miles that are established later"), default=False)
    purposes = ArrayField(models.CharField(max_length=32, choices=PurposeOfUse.choices), verbose_name=_("purposes"), default=list)
    initiated_by_patient = models.BooleanField(_("the person asked for it"), default=False)
    categories = ArrayField(
        models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("information"), default=list
    )
    description = models.TextField(_("information, in words"), blank=True)
    revocation_statement = models.TextField(_("right to revoke, and how"), blank=True)
    redisclosure_statement = models.TextField(_("what the recipient may do with it"), blank=True)
    hipaa_statement = models.TextField(_("what HIPAA lets recipients do with it"), blank=True)
    refusal_statement = models.TextField(_("what follows from not signing"), blank=True)
    fundraising_statement = models.TextField(_("how to receive no fundraising"), blank=True)
    revocable_after = models.DateField(_("can be revoked from this day"), null=True, blank=True)
    revocable_event = models.CharField(_("or after this event"), max_length=200, blank=True)
    revocable_event_came = models.BooleanField(_("that event has come"), default=False)
    case_reference = EncryptedTextField(_("case"), purpose="patients_consent.case_reference", null=True, blank=True)
    signature = models.CharField(_("signed how"), max_length=8, choices=SignatureMethod.choices, default=SignatureMethod.PAPER)
    attestation = models.TextField(_("what was agreed to on screen"), blank=True)
    witnessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    compared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    compared_at = models.DateTimeField(_("compared with the signed paper at"), null=True, blank=True)
    original_seen_on = models.DateField(_("original seen on"), null=True, blank=True)
    """Nothing where the scan on file was what it was compared with."""
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_relationship = models.CharField(_("signed as"), max_length=60, choices=SignerRelationship.choices, blank=True)
    signer_authority = models.CharField(_("by what authority"), max_length=60, choices=SignerAuthority.choices, blank=True)
    """Nothing but where a personal representative signed."""
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    ends_with = models.CharField(_("or until this event"), max_length=200, blank=True)
    wording_version = models.CharField(_("version of the wording"), max_length=32, default="unknown")
    language = models.CharField(_("language of the paper"), max_length=8, choices=LANGUAGE_CHOICES, default="en")
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=120, blank=True)
    revoked_as = models.CharField(_("revoked as"), max_length=60, choices=SignerRelationship.choices, blank=True)
    revoked_how = models.CharField(_("revoked how"), max_length=8, choices=SignatureMethod.choices, blank=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="supersedes", null=True, blank=True)
    expired_at = models.DateTimeField(_("noted as ended at"), null=True, blank=True)
    known_false_at = models.DateTimeField(_("known to be false since"), null=True, blank=True)
    known_false_why = models.TextField(_("why it is false"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [*element_checks(), *state_checks()]
        indexes = [
            models.Index(fields=["patient"], condition=Q(state="active"), name="active_consents"),
            models.Index(fields=["valid_until"], condition=Q(state="active"), name="consents_that_will_end"),
            models.Index(fields=["patient"], condition=Q(state="active", later_programs=True), name="consents_to_later_programs"),
        ]
        triggers = consent_triggers()

    def __str__(self) -> str:
        """Return kind and state."""
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def program_id(self) -> int:
        """Return the program that may disclose."""
        return self.discloser_id

    @property
    def purpose_words(self) -> str:
        """Return the purposes in words."""
        return in_words(PurposeOfUse, self.purposes)

    @property
    def category_words(self) -> str:
        """Return in words which information may be told."""
        return in_words(InformationCategory, self.categories)

    @property
    def class_words(self) -> str:
        """Return in words which groups of recipients are meant."""
        return in_words(RecipientClass, self.recipient_classes)


_COPY_PATIENT = "SELECT patient_id, state INTO NEW.patient_id, consent_state FROM patients_consent WHERE id = NEW.consent_id FOR SHARE; "


class ConsentRecipient(models.Model):
    """Name one recipient in a consent, before it is signed and never after.

    The database itself copies the patient from the consent, so that one index walks all people whom a recipient may ask about.
    """

    sensitivity = Sensitivity.PATIENT

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="named_recipients")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", editable=False)
    part = models.CharField(_("as"), max_length=16, choices=RecipientPart.choices, default=RecipientPart.RECIPIENT)

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.UniqueConstraint(fields=["consent", "organization"], name="recipient_named_once"),
            models.CheckConstraint(condition=Q(part__in=RecipientPart.values), name="recipient_is_named_as_something_known"),
        ]
        indexes = [models.Index(fields=["organization", "patient", "-consent"], name="people_known_to_recipient")]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="named_before_signing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("consent_state", "text")],
                func=_COPY_PATIENT
                + refuse_if(
                    "consent_state <> 'draft'",
                    "recipients_are_named_before_signing",
                    "A recipient cannot be added to a signed consent: record another.",
                )
                + "RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        """Return the organisation's key."""
        return f"{self.organization_id}"
