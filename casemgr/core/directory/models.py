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
    REGISTRY = "registry", _("Central registry")
    MONITORING_PROGRAM = "pdmp", _("Prescription monitoring program")
    RESEARCH = "research", _("Research institution")
    EXCHANGE = "exchange", _("Health information exchange")
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
    is_intermediary = models.BooleanField(_("passes records on to its participants"), default=False)
    miles_away = models.PositiveSmallIntegerField(_("miles from here (treatment programs only)"), null=True, blank=True)
    established_on = models.DateField(_("established on (treatment programs only)"), null=True, blank=True)
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
            models.UniqueConstraint(fields=["identifier"], condition=~models.Q(identifier=""), name="organization_identifier_is_unique"),
            models.CheckConstraint(
                condition=models.Q(is_intermediary=False) | models.Q(hipaa_role=HipaaRole.NEITHER, is_part2_program=False),
                name="intermediary_is_no_part2_program_and_not_bound_by_hipaa",
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@tracked
class Participation(models.Model):
    """Say that an organization takes part in an exchange, so that a consent can reach it through that (42 CFR 2.31(a)(4)(ii))."""

    sensitivity = Sensitivity.OPERATIONAL

    intermediary = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="participations")
    participant = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="takes_part_in")
    since = models.DateField(_("since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        ordering = ["participant__name", "id"]
        verbose_name = _("participation in an exchange")
        verbose_name_plural = _("participations in exchanges")
        constraints = [
            models.UniqueConstraint(
                fields=["intermediary", "participant"], condition=models.Q(until__isnull=True), name="participation_is_recorded_once"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")), name="participation_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        """Return the day since when."""
        return f"{self.since}"


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
