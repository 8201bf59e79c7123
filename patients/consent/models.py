"""Keep what a person has allowed to be told, to whom, and why (42 CFR 2.31)."""

from collections.abc import Iterable

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
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


def in_words(choices: type[models.TextChoices], codes: Iterable[str]) -> str:
    """Return codes in words, in the order of the choices; one that is no longer known stays as it is."""
    known = {str(code): str(words) for code, words in choices.choices}
    held = set(codes)
    return ", ".join([words for code, words in known.items() if code in held] + sorted(held - set(known)))


class SignerRelationship(models.TextChoices):
    """Say who signed: the person, or somebody who may sign for them (42 CFR 2.14, 2.15)."""

    PATIENT = "patient", _("The person")
    MINOR_REPRESENTATIVE = "minor_representative", _("Parent or guardian of a minor")
    PERSONAL_REPRESENTATIVE = "personal_representative", _("Personal representative")


class Element(models.TextChoices):
    """Name what a consent must hold, and say what to do when it is missing (42 CFR 2.31)."""

    RECIPIENTS = "recipients", _("Name at least one recipient.")
    PURPOSES = "purposes", _("Choose at least one purpose.")
    PURPOSES_TPO = (
        "purposes_tpo",
        _("This kind of consent is for treatment, payment and operations only. Use a specific consent for the rest."),
    )
    CATEGORIES = "categories", _("Choose which information may be told.")
    DESCRIPTION = "description", _("Describe in words what may be told.")
    REVOCATION = "revocation_statement", _("Say that the person may revoke this consent, and how.")
    EXPIRY = "valid_until", _("Give a date, or an event, with which this consent ends.")
    EXPIRY_NONE = "ends_with_none", _("Only a consent for treatment, payment and operations may have no end. Give a date or an event.")
    EXPIRY_PAST = "valid_until_past", _("This consent would end before it begins. Give a later date.")
    SIGNER = "signed_by", _("Write the name of who signed.")
    RELATIONSHIP = "signer_relationship", _("Say whether the person or somebody for them signed.")
    SIGNED_ON = "signed_on", _("Give the date of the signature.")
    SIGNED_LATER = "signed_on_later", _("The signature cannot be of a day that has not come yet.")
    REDISCLOSURE = (
        "redisclosure_statement",
        _("Say that the recipient may pass the information on and that it may then no longer be protected."),
    )
    REFUSAL = "refusal_statement", _("Say what follows when the person does not sign.")
    JUSTICE = (
        "justice",
        _("Courts, police and probation need a consent of another kind, which is not offered here. Ask the privacy officer."),
    )


class Shortfall(models.TextChoices):
    """Say why a consent does not open the record to somebody."""

    NO_CONSENT = "no_consent", _("No consent is on file.")
    NOT_ACTIVE = "not_active", _("The consent is not in force.")
    REVOKED = "revoked", _("The consent was revoked.")
    EXPIRED = "expired", _("The consent has ended.")
    DEFICIENT = "deficient", _("The consent lacks an element that the law asks for.")
    NOT_SIGNED_YET = "not_signed_yet", _("The consent is signed for a later day.")
    RECIPIENT = "recipient", _("The consent does not name this recipient.")
    PURPOSE = "purpose", _("The consent does not allow this purpose.")
    CATEGORY = "category", _("The consent does not reach this information.")
    JUSTICE = "justice", _("Courts, police and probation are told nothing on this consent.")


_SIGNED = [
    "patient_id",
    "discloser_id",
    "kind",
    "purposes",
    "categories",
    "description",
    "revocation_statement",
    "redisclosure_statement",
    "refusal_statement",
    "signed_by",
    "signer_relationship",
    "signed_on",
    "ends_with",
]
"""What stands above a signature: it is never written anew afterwards."""


_COPY_PATIENT = "SELECT patient_id, state INTO NEW.patient_id, consent_state FROM patients_consent WHERE id = NEW.consent_id FOR SHARE; "


def _refuse_if(condition: str, name: str, sentence: str) -> str:
    """Return the body of a trigger that refuses a change the way a constraint does."""
    refusal = f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', MESSAGE = '{sentence}'"
    return f"IF {condition} THEN {refusal}; END IF; RETURN NEW;"


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
    categories = ArrayField(
        models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("information"), default=list
    )
    description = models.TextField(_("information, in words"), blank=True)
    revocation_statement = models.TextField(_("right to revoke, and how"), blank=True)
    redisclosure_statement = models.TextField(_("what the recipient may do with it"), blank=True)
    refusal_statement = models.TextField(_("what follows from not signing"), blank=True)
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_relationship = models.CharField(_("signed as"), max_length=60, choices=SignerRelationship.choices, blank=True)
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
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.FSM(name="consent_goes_forward", field="state", transitions=[("draft", "active"), ("active", "revoked")]),
            pgtrigger.Trigger(
                name="consent_names_a_recipient",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_refuse_if(
                    "NEW.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM patients_consentrecipient WHERE consent_id = NEW.id)",
                    "consent_in_force_names_a_recipient",
                    "A consent in force names at least one recipient.",
                ),
            ),
            pgtrigger.Trigger(
                name="signed_is_not_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_refuse_if(
                    "OLD.state <> 'draft' AND ("
                    + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SIGNED)
                    + " OR NEW.valid_until IS NULL AND OLD.valid_until IS NOT NULL OR NEW.valid_until > OLD.valid_until)",
                    "signed_consent_is_not_rewritten",
                    "What was signed is not written anew: record another consent.",
                ),
            ),
        ]

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


class ConsentRecipient(models.Model):
    """Name one recipient in a consent, before it is signed and never after.

    The database itself copies the patient from the consent, so that one index walks all people whom a recipient may ask about.
    """

    sensitivity = Sensitivity.PATIENT

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="named_recipients")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [models.UniqueConstraint(fields=["consent", "organization"], name="recipient_named_once")]
        indexes = [models.Index(fields=["organization", "patient", "-consent"], name="people_known_to_recipient")]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="named_before_signing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("consent_state", "text")],
                func=_COPY_PATIENT
                + _refuse_if(
                    "consent_state <> 'draft'",
                    "recipients_are_named_before_signing",
                    "A recipient cannot be added to a signed consent: record another.",
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return the organisation's key."""
        return f"{self.organization_id}"
