"""Keep where people help each other, and which meetings somebody chose to tell of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import LANGUAGE_CHOICES, Patient


class Fellowship(models.TextChoices):
    """Name what kind of meeting it is."""

    DRA = "dra", _("Dual Recovery Anonymous")
    NA = "na", _("Narcotics Anonymous")
    AA = "aa", _("Alcoholics Anonymous")
    MARA = "mara", _("Medication-Assisted Recovery Anonymous")
    SMART = "smart", _("SMART Recovery")
    RECOVERY_DHARMA = "recovery_dharma", _("Recovery Dharma")
    REFUGE = "refuge", _("Refuge Recovery")
    FAMILY = "family", _("For families (Al-Anon, Nar-Anon, NAMI)")
    OTHER = "other", _("Another")


class Weekday(models.IntegerChoices):
    """Name the days of the week."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Welcome(models.TextChoices):
    """Say how a meeting meets people who take medication for opioid use disorder or for their mental health."""

    YES = "yes", _("Welcomes people on medication")
    NO = "no", _("Does not: do not suggest it to somebody on medication")
    UNKNOWN = "unknown", _("Not known")


@tracked
class MutualHelpMeeting(Recorded):
    """Hold one meeting of the directory: what it is, when, where, and whether people on medication are welcome."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    fellowship = models.CharField(_("kind of meeting"), max_length=16, choices=Fellowship.choices)
    name = models.CharField(_("name"), max_length=120)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    starts = models.TimeField(_("begins at"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    place = models.CharField(_("place"), max_length=200, blank=True)
    online = models.URLField(_("online"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGE_CHOICES, default="en")
    medication = models.CharField(_("medication"), max_length=8, choices=Welcome.choices, default=Welcome.UNKNOWN)
    words = models.CharField(
        _("good to know"), max_length=200, blank=True, help_text=_("Open or closed, for women, step-free, childcare ...")
    )
    checked_on = models.DateField(_("checked on"))
    is_active = models.BooleanField(_("takes place"), default=True)

    class Meta:
        ordering = ["weekday", "starts", "id"]
        verbose_name = _("mutual-help meeting")
        verbose_name_plural = _("mutual-help meetings")
        constraints = [
            models.CheckConstraint(condition=~Q(place="") | ~Q(online="") | ~Q(phone=""), name="mutual_help_meeting_can_be_found"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="mutual_help_meeting_has_a_weekday"),
            models.CheckConstraint(condition=~Q(name=""), name="mutual_help_meeting_has_a_name"),
        ]
        indexes = [models.Index(fields=["program", "weekday", "starts"], condition=Q(is_active=True), name="mutual_help_of_program")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@tracked
class MeetingTold(Recorded):
    """Hold a meeting that somebody chose to tell of; who does not tell is asked nothing."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    fellowship = models.CharField(_("kind of meeting"), max_length=16, choices=Fellowship.choices)
    meeting = models.ForeignKey(MutualHelpMeeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    went_on = models.DateField(_("on"))
    words = models.CharField(_("how it was, in the person's words"), max_length=200, blank=True)
    in_error_why = models.CharField(_("why it was an error"), max_length=200, blank=True)

    class Meta:
        ordering = ["-went_on", "-id"]
        verbose_name = _("meeting told of")
        verbose_name_plural = _("meetings told of")
        constraints = [models.CheckConstraint(condition=Q(fellowship__in=Fellowship.values), name="meeting_told_of_is_of_a_known_kind")]
        indexes = [models.Index(fields=["patient", "-went_on"], name="meetings_told_by_patient")]
        triggers = [*append_only(but_updates=True), stays_but("in_error_why", name="meeting_told_of_stays")]

    def __str__(self) -> str:
        """Return kind and day; never where, which would name others."""
        return f"{self.get_fellowship_display()}, {self.went_on}"

    @property
    def stands(self) -> bool:
        """Say whether nobody marked it as an error."""
        return not self.in_error_why
