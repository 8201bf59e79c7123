"""Keep what was asked at an admission and at a discharge for TEDS, one row a stay and moment, and the substances told."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.episodes.models.stays import Episode
from patients.episodes.models.vocabulary import (
    Employment,
    Ethnicity,
    Frequency,
    Income,
    Insurance,
    Justice,
    Living,
    Marital,
    OutsideLaborForce,
    Payment,
    PriorTreatments,
    Race,
    Route,
    SelfHelp,
    ServiceType,
    Substance,
    YesNo,
    YesNoOrNotApplicable,
)


def _code(words: Any, choices: type[models.TextChoices]) -> "models.CharField[str, str]":
    """Return a column for one code; empty says that nobody asked yet."""
    return models.CharField(words, max_length=4, choices=choices.choices, blank=True, default="")


@tracked
class AdmissionFacts(Recorded):
    """Hold what TEDS asks at an admission; nothing of it has to be known for somebody to be admitted."""

    sensitivity = Sensitivity.CLINICAL

    episode = models.OneToOneField(Episode, on_delete=models.PROTECT, related_name="admission_facts", verbose_name=_("stay"))
    service = _code(_("kind of service"), ServiceType)
    moud_planned = _code(_("medication for opioid use disorder is planned"), YesNoOrNotApplicable)
    prior_treatments = _code(_("treated before for substance use"), PriorTreatments)
    days_waited = models.PositiveSmallIntegerField(_("days waited for this program"), null=True, blank=True)
    race = _code(_("race"), Race)
    ethnicity = _code(_("ethnicity"), Ethnicity)
    education = models.CharField(_("school years completed"), max_length=4, blank=True, default="")
    marital = _code(_("marital status"), Marital)
    living = _code(_("lives"), Living)
    employment = _code(_("work"), Employment)
    outside_labor_force = _code(_("why not in the labor force"), OutsideLaborForce)
    income = _code(_("lives mainly on"), Income)
    insurance = _code(_("insurance"), Insurance)
    payment = _code(_("who pays for this care"), Payment)
    veteran = _code(_("has served in the military"), YesNo)
    pregnant = _code(_("pregnant"), YesNoOrNotApplicable)
    psychiatric_problem = _code(_("has a mental health problem besides"), YesNo)
    arrests = models.CharField(_("arrests in the last 30 days"), max_length=4, blank=True, default="")
    justice = _code(_("part of the justice system that sent the person"), Justice)
    self_help = _code(_("self-help groups in the last 30 days"), SelfHelp)
    missing = ArrayField(models.CharField(max_length=32), verbose_name=_("not asked yet"), default=list, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("facts of an admission")
        verbose_name_plural = _("facts of admissions")
        constraints = [
            models.CheckConstraint(condition=Q(days_waited__isnull=True) | Q(days_waited__lte=996), name="days_waited_fit_the_code"),
            models.CheckConstraint(
                condition=Q(outside_labor_force__in=["", "96"]) | Q(employment="4"), name="labor_force_detail_only_outside_of_it"
            ),
        ]

    def __str__(self) -> str:
        """Return the kind of service."""
        return self.get_service_display()


@tracked
class SubstanceTold(Recorded):
    """Hold one of the up to three substances that a person told of at an admission; told anew, they take the place of the older ones."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    facts = models.ForeignKey(AdmissionFacts, on_delete=models.PROTECT, related_name="substances", verbose_name=_("facts of an admission"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    substance = models.CharField(_("substance"), max_length=4, choices=Substance.choices)
    route = _code(_("how it is taken"), Route)
    frequency = _code(_("how often"), Frequency)
    first_use = models.CharField(_("age at first use"), max_length=4, blank=True, default="")

    class Meta:
        ordering = ["facts", "rank"]
        verbose_name = _("substance told at an admission")
        verbose_name_plural = _("substances told at admissions")
        constraints = [
            models.UniqueConstraint(fields=["facts", "rank"], name="one_substance_of_each_rank"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=3), name="three_substances_at_most"),
            models.CheckConstraint(
                condition=~Q(substance="1") | Q(route__in=["", "96"], frequency__in=["", "96"], first_use__in=["", "96"]),
                name="no_substance_has_no_route",
            ),
        ]

    def __str__(self) -> str:
        """Return the substance."""
        return self.get_substance_display()
