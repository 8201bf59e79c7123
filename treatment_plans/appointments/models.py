"""Keep who meets whom, when and where."""

from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.appointments.rules import MOVES, is_short_notice
from treatment_plans.rooms.models import Room, RoomUse
from treatment_plans.rooms.recurrence.rules import DAILY, MONTHLY, WEEKLY, Rhythm, Slot


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


class Unit(models.TextChoices):
    """Say in which steps a meeting comes again."""

    DAILY = DAILY, _("days")
    WEEKLY = WEEKLY, _("weeks")
    MONTHLY = MONTHLY, _("months, on the same weekday of the month")


@tracked
class AppointmentSeries(Recorded):
    """Hold what a row of meetings was agreed to be: at this time of the site's own wall clock, in this rhythm, until then.

    The meetings themselves are appointments; whoever moves one on its own changes nothing here.
    """

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=24, choices=AppointmentKind.choices)
    first_on = models.DateField(_("first on"))
    starts = models.TimeField(_("at"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    unit = models.CharField(_("again after"), max_length=16, choices=Unit.choices, default=Unit.WEEKLY)
    every = models.PositiveSmallIntegerField(_("every"), default=1)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays (0 is Monday)"), default=list, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("how often"), null=True, blank=True)
    follows = models.ForeignKey("treatment_plans.AppointmentSeries", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-first_on", "-id"]
        verbose_name = _("series of appointments")
        verbose_name_plural = _("series of appointments")
        constraints = [
            models.CheckConstraint(condition=Q(every__gte=1, minutes__gte=1), name="series_goes_forward"),
            models.CheckConstraint(condition=Q(until__isnull=False) | Q(times__isnull=False), name="series_has_an_end"),
        ]
        indexes = [models.Index(fields=["patient", "-first_on"], name="series_of_patient")]

    def __str__(self) -> str:
        """Return kind and first day."""
        return f"{self.get_kind_display()}, {self.first_on}"

    @property
    def program_id(self) -> int:
        """Return the program that the meetings belong to."""
        return self.site.program_id

    @property
    def rhythm(self) -> Rhythm:
        """Return how often it comes again."""
        return Rhythm(self.unit, self.every, frozenset(self.weekdays), self.until, self.times)

    @property
    def slot(self) -> Slot:
        """Return at which time of the wall clock."""
        return Slot(self.starts, self.minutes, ZoneInfo(self.time_zone))


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
    room_use = models.ForeignKey(RoomUse, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("room"))
    series = models.ForeignKey(AppointmentSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    occurs_on = models.DateField(_("its day in the series"), null=True, blank=True, editable=False)
    moved_alone = models.BooleanField(_("moved on its own"), default=False, editable=False)
    late_minutes = models.PositiveSmallIntegerField(_("minutes late"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    why_cancelled = models.CharField(_("why it was cancelled"), max_length=200, blank=True)

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
            models.CheckConstraint(
                condition=Q(series__isnull=True) | Q(occurs_on__isnull=False), name="appointment_of_a_series_has_its_day"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "starts_at"], name="appointments_at_site"),
            models.Index(fields=["clinician", "starts_at"], name="appointments_of_clinician"),
            models.Index(fields=["patient", "-starts_at"], name="appointments_of_patient"),
            models.Index(fields=["series", "occurs_on"], name="appointments_of_series", condition=Q(series__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return kind and start."""
        return f"{self.get_kind_display()}, {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def program_id(self) -> int:
        """Return the program that the meeting belongs to."""
        return self.site.program_id

    @property
    def was_short_notice(self) -> bool:
        """Say whether it was cancelled so late that hardly anybody else can come instead."""
        return self.cancelled_at is not None and is_short_notice(self.starts_at, self.cancelled_at)
