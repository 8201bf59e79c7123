"""Name the organisations outside the program: a consent, a referral and an API client all need one."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.sensitivity import Sensitivity


class OrganizationKind(models.TextChoices):
    """Sort organisations by what they do; some kinds are never told anything by default (42 CFR 2.12(d)(1))."""

    HOSPITAL = "hospital", _("Hospital")
    CLINIC = "clinic", _("Clinic or doctor's office")
    TREATMENT_PROGRAM = "treatment_program", _("Treatment program")
    PHARMACY = "pharmacy", _("Pharmacy")
    LABORATORY = "laboratory", _("Laboratory")
    HEALTH_PLAN = "health_plan", _("Health plan")
    HOUSING = "housing", _("Housing provider")
    EMPLOYMENT = "employment", _("Employment service")
    SOCIAL_SERVICE = "social_service", _("Social service")
    LEGAL_AID = "legal_aid", _("Legal aid")
    JUSTICE = "justice", _("Court, police, probation")
    OTHER = "other", _("Other")


class HipaaRole(models.TextChoices):
    """Say what the organisation is under HIPAA; it decides the redisclosure rule (42 CFR 2.33(b))."""

    COVERED_ENTITY = "covered_entity", _("Covered entity")
    BUSINESS_ASSOCIATE = "business_associate", _("Business associate")
    NEITHER = "neither", _("Neither")


@tracked
class Organization(models.Model):
    """Name one organisation outside the program."""

    sensitivity = Sensitivity.OPERATIONAL

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=32, choices=OrganizationKind.choices)
    hipaa_role = models.CharField(_("HIPAA role"), max_length=32, choices=HipaaRole.choices, default=HipaaRole.NEITHER)
    is_part2_program = models.BooleanField(_("is a Part 2 program"), default=False)
    identifier = models.CharField(_("identifier (NPI or other)"), max_length=80, blank=True)
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.UniqueConstraint(fields=["identifier"], condition=~models.Q(identifier=""), name="organization_identifier_is_unique")
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@tracked
class Practitioner(models.Model):
    """Name a professional who works elsewhere: who prescribed, who saw the person. Never somebody who can sign in here."""

    sensitivity = Sensitivity.OPERATIONAL

    name = models.CharField(_("name"), max_length=120)
    identifier = models.CharField(_("identifier (NPI or other)"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("professional elsewhere")
        verbose_name_plural = _("professionals elsewhere")
        constraints = [
            models.UniqueConstraint(fields=["identifier"], condition=~models.Q(identifier=""), name="practitioner_identifier_is_unique")
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
