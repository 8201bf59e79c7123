"""Keep who waits for an hour, and what they could take."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.appointments.models import AppointmentKind
from treatment_plans.appointments.waitlist.rules import Wanted


class WaitEnd(models.TextChoices):
    """Say why somebody waits no longer."""

    BOOKED = "booked", _("Has an appointment now")
    NO_LONGER = "no_longer", _("Wants none any more")
    UNREACHED = "unreached", _("Could not be reached")


@tracked
class WaitlistEntry(Recorded):
    """Hold that somebody waits for an hour, and which they could take."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what for"), max_length=24, choices=AppointmentKind.choices)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("with")
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays (0 is Monday)"), default=list, blank=True)
    earliest = models.TimeField(_("not before"), null=True, blank=True)
    latest = models.TimeField(_("over by"), null=True, blank=True)
    from_on = models.DateField(_("from which day on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("waits no longer since"), null=True, blank=True)
    ended_why = models.CharField(_("why"), max_length=16, choices=WaitEnd.choices, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = _("entry of the waitlist")
        verbose_name_plural = _("waitlist")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program", "kind"], condition=Q(ended_at__isnull=True), name="person_waits_once_for_a_kind"
            ),
            models.CheckConstraint(condition=Q(ended_at__isnull=True) ^ ~Q(ended_why=""), name="who_waits_no_longer_has_a_reason"),
        ]

    def __str__(self) -> str:
        """Return what for."""
        return str(self.get_kind_display())

    @property
    def wanted(self) -> Wanted:
        """Return what the person could take."""
        weekdays = frozenset(self.weekdays)
        return Wanted(self.kind, self.minutes, self.site_id, self.clinician_id, weekdays, self.earliest, self.latest, self.from_on)
