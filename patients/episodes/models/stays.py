"""Keep when a person was in care, in which program and at which site."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.episodes.models.vocabulary import DischargeReason, ReferralSource
from patients.record.models import Patient

NEEDS_PLAN = """
IF NOT EXISTS (
    SELECT 1 FROM patients_leavingplan p WHERE p.episode_id = NEW.id AND (
        p.basis IN ('answered', 'elsewhere')
        OR (p.basis = 'moved' AND NEW.discharge_reason = '4')
        OR (p.basis = 'died' AND NEW.discharge_reason = '6')
    )
) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stay_ends_with_its_questions_answered',
        MESSAGE = 'A stay ends with medication, naloxone, next appointment and contact answered.';
END IF;
RETURN NEW;
"""
"""SQL that refuses the end of a stay before its plan for leaving is written (patients.episodes.models.discharge)."""

STAY_ENDS_WITH_ANSWERS = pgtrigger.Trigger(
    name="stay_ends_with_answers",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("discharged_on"),
    condition=pgtrigger.Condition("(OLD.discharged_on IS NULL AND NEW.discharged_on IS NOT NULL)"),
    func=NEEDS_PLAN,
)
"""Guard the end of a stay at every door, also at plain SQL; a stay that was over before we heard of it is written down as over."""


@tracked
class Episode(Recorded):
    """Hold one stay in care: admitted, perhaps transferred from another site, discharged or not yet."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    admitted_on = models.DateField(_("admitted on"))
    discharged_on = models.DateField(_("discharged on"), null=True, blank=True)
    discharge_reason = models.CharField(_("reason for discharge"), max_length=4, choices=DischargeReason.choices, blank=True)
    discharge_note = models.TextField(_("note on discharge"), blank=True)
    referral_source = models.CharField(
        _("who sent the person"), max_length=4, choices=ReferralSource.choices, default=ReferralSource.UNKNOWN
    )
    transferred_from = models.ForeignKey("patients.Episode", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-admitted_on", "-id"]
        verbose_name = _("episode of care")
        verbose_name_plural = _("episodes of care")
        constraints = [
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=True) | Q(discharged_on__gte=F("admitted_on")), name="discharged_after_admitted"
            ),
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=True, discharge_reason="") | (Q(discharged_on__isnull=False) & ~Q(discharge_reason="")),
                name="discharge_has_a_reason",
            ),
            ExclusionConstraint(
                name="one_episode_at_a_time_per_program",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("program", RangeOperators.EQUAL),
                    (
                        Func(F("admitted_on"), F("discharged_on"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [STAY_ENDS_WITH_ANSWERS]
        indexes = [
            models.Index(fields=["program", "site", "patient"], condition=Q(discharged_on__isnull=True), name="open_episodes"),
            models.Index(fields=["patient", "site", "program"], name="episodes_of_patient"),
            models.Index(fields=["site", "admitted_on"], name="episodes_by_admission"),
            models.Index(fields=["site", "discharged_on"], name="episodes_by_discharge"),
        ]

    def __str__(self) -> str:
        """Return program and start."""
        return f"{self.program}, {self.admitted_on}"

    @property
    def is_open(self) -> bool:
        """Say whether the person is still in this care."""
        return self.discharged_on is None
