"""Keep the rooms of each site, and who has which of them when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity


class RoomPurpose(models.TextChoices):
    """Say what a room is used for at one time; never for whom."""

    APPOINTMENT = "appointment", _("Appointment")
    GROUP = "group", _("Group")
    STAFF = "staff", _("Staff meeting")
    SHUT = "shut", _("Not to be used")


@tracked
class Room(Recorded):
    """Name one room of a site, or another place that only one meeting can have at a time."""

    sensitivity = Sensitivity.OPERATIONAL

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=60)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["site", "name"]
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_name_is_unique_at_site")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def program_id(self) -> int:
        """Return the program that the room belongs to."""
        return self.site.program_id


@tracked
class RoomUse(Recorded):
    """Say that a room is taken from one moment until another, unless it was given back."""

    sensitivity = Sensitivity.OPERATIONAL

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", verbose_name=_("room"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    purpose = models.CharField(_("used for"), max_length=16, choices=RoomPurpose.choices, default=RoomPurpose.GROUP)
    released_at = models.DateTimeField(_("given back"), null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("use of a room")
        verbose_name_plural = _("uses of rooms")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="room_use_ends_after_it_starts"),
            ExclusionConstraint(
                name="room_is_used_once_at_a_time",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField()), RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["room", "starts_at"], name="uses_of_room")]

    def __str__(self) -> str:
        """Return what for and since when."""
        return f"{self.get_purpose_display()}, {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def program_id(self) -> int:
        """Return the program that the room belongs to."""
        return self.room.program_id
