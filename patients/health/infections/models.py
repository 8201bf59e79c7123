"""Keep tests for HIV, hepatitis, tuberculosis and syphilis, the way into care, and vaccinations.

Several states protect results of HIV tests more than other facts: what is told of this to others is a category of information of its own.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class Infection(models.TextChoices):
    """Name the infections that the program screens for."""

    HIV = "hiv", _("HIV")
    HCV = "hcv", _("Hepatitis C")
    HBV = "hbv", _("Hepatitis B")
    TB = "tb", _("Tuberculosis")
    SYPHILIS = "syphilis", _("Syphilis")


class InfectionResult(models.TextChoices):
    """Say what a test found, or why there is none."""

    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")
    UNCLEAR = "unclear", _("Unclear, to be repeated")
    PENDING = "pending", _("Not back yet")
    DECLINED = "declined", _("Offered, not wanted")


class LinkageToCare(models.TextChoices):
    """Say how far the person is on the way into care for it."""

    OFFERED = "offered", _("Offered")
    REFERRED = "referred", _("Referred")
    IN_CARE = "in_care", _("In care")
    TREATED = "treated", _("Treated, or cured")
    DECLINED = "declined", _("Not wanted now")


@tracked
class InfectionTest(HealthFact):
    """Hold one test for an infection, with its result and what followed."""

    past_days = ("tested_on", "linked_on")
    spans = (("tested_on", "linked_on"),)

    infection = models.CharField(_("infection"), max_length=12, choices=Infection.choices)
    test = models.CharField(_("which test"), max_length=120, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=InfectionResult.choices)
    tested_on = models.DateField(_("tested on"))
    place = models.CharField(_("tested where"), max_length=120, blank=True)
    linkage = models.CharField(_("care for it"), max_length=12, choices=LinkageToCare.choices, blank=True)
    linked_on = models.DateField(_("in care since"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["-tested_on", "-id"]
        verbose_name = _("infection test")
        verbose_name_plural = _("infection tests")
        constraints = [
            models.CheckConstraint(
                condition=Q(linked_on__isnull=True) | Q(linked_on__gte=F("tested_on")), name="care_for_an_infection_follows_the_test"
            )
        ]

    def __str__(self) -> str:
        """Return which infection and when, never the result."""
        return f"{self.get_infection_display()} {self.tested_on}"


class Vaccine(models.TextChoices):
    """Name the vaccines that matter here."""

    HEPATITIS_A = "hepatitis_a", _("Hepatitis A")
    HEPATITIS_B = "hepatitis_b", _("Hepatitis B")
    HEPATITIS_AB = "hepatitis_ab", _("Hepatitis A and B")
    INFLUENZA = "influenza", _("Influenza")
    COVID = "covid", _("COVID-19")
    TETANUS = "tetanus", _("Tetanus")
    PNEUMOCOCCAL = "pneumococcal", _("Pneumococcal")
    OTHER = "other", _("Another vaccine")


@tracked
class Vaccination(HealthFact):
    """Hold one vaccination."""

    past_days = ("given_on",)

    vaccine = models.CharField(_("vaccine"), max_length=16, choices=Vaccine.choices)
    vaccine_words = models.CharField(_("which, in words"), max_length=120, blank=True)
    given_on = models.DateField(_("given on"))
    dose_number = models.PositiveSmallIntegerField(_("which dose"), null=True, blank=True)
    place = models.CharField(_("given where"), max_length=120, blank=True)
    lot = models.CharField(_("lot"), max_length=40, blank=True)

    class Meta:
        ordering = ["-given_on", "-id"]
        verbose_name = _("vaccination")
        verbose_name_plural = _("vaccinations")

    def __str__(self) -> str:
        """Return vaccine and day."""
        return f"{self.get_vaccine_display()} {self.given_on}"
