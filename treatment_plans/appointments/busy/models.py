"""Keep at which hours of the week somebody cannot come: a shift, school, children, the last bus."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class BusyWith(models.TextChoices):
    """Say what keeps somebody from coming at these hours."""

    WORK = "work", _("Work")
    SCHOOL = "school", _("School or course")
    CARE = "care", _("Caring for children or others")
    TRANSPORT = "transport", _("No way to get here")
    OTHER = "other", _("Something else")


@tracked
class BusyTime(Recorded):
    """Hold hours of the week at which somebody cannot come, by the clock of the site where they come."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("what keeps them"), max_length=16, choices=BusyWith.choices)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays (0 is Monday)"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    since = models.DateField(_("since"))
    ended_on = models.DateField(_("until the day (not included)"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        ordering = ["since", "id"]
        verbose_name = _("hours at which somebody cannot come")
        verbose_name_plural = _("hours at which people cannot come")
        constraints = [
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="busy_time_lasts"),
            models.CheckConstraint(condition=Q(weekdays__len__gte=1), name="busy_time_has_a_weekday"),
            models.CheckConstraint(condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")), name="busy_time_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["patient"], name="busy_times_of_patient", condition=Q(ended_on__isnull=True))]

    def __str__(self) -> str:
        """Return what keeps them."""
        return str(self.get_reason_display())

    @property
    def days(self) -> list[str]:
        """Return the weekdays in words."""
        return [str(WEEKDAYS_ABBR[day]) for day in self.weekdays]
