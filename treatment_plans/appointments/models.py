"""Keep who meets whom, when and where."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.appointments.rules import MOVES


class AppointmentKind(models.TextChoices):
    """Say what a meeting is for."""

    INTAKE = "intake", _("First visit")
    INDIVIDUAL = "individual", _("Individual session")
    GROUP = "group", _("Group")
    FAMILY = "family", _("Family session")
    MEDICAL = "medical", _("Medical visit")
    CASE_MANAGEMENT = "case_management", _("Case management")
    PEER = "peer", _("Peer support")
    OTHER = "other", _("Other")


class AppointmentState(models.TextChoices):
    """Say what became of a meeting; nothing is assumed, somebody says it."""

    BOOKED = "booked", _("Booked")
    KEPT = "kept", _("Kept")
    CANCELLED_BY_PATIENT = "cancelled_by_patient", _("Cancelled by the person")
    CANCELLED_BY_STAFF = "cancelled_by_staff", _("Cancelled by us")
    NO_SHOW = "no_show", _("Did not come")


@tracked
class Appointment(Recorded):
    """Hold one meeting of a patient with a member of staff."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=24, choices=AppointmentKind.choices)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=24, choices=AppointmentState.choices, default=AppointmentState.BOOKED)
    version = models.PositiveIntegerField(default=1, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        triggers = [
            pgtrigger.FSM(
                name="appointment_moves",
                field="state",
                transitions=[(old, new) for old, after in MOVES.items() for new in sorted(after)],
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"),
            ExclusionConstraint(
                name="patient_is_in_one_place_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="booked"),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "starts_at"], name="appointments_at_site"),
            models.Index(fields=["clinician", "starts_at"], name="appointments_of_clinician"),
            models.Index(fields=["patient", "-starts_at"], name="appointments_of_patient"),
        ]

    def __str__(self) -> str:
        """Return kind and start."""
        return f"{self.get_kind_display()}, {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def program_id(self) -> int:
        """Return the program that the meeting belongs to."""
        return self.site.program_id
