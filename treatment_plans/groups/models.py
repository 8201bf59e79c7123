"""Keep groups that meet again and again: who leads them, who has a place, when they meet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.groups.rules import MOST_PEOPLE, USUAL_PEOPLE, is_full
from treatment_plans.plan.models import Goal
from treatment_plans.rooms.models import Room, RoomUse
from treatment_plans.sessions.models import Modality, Session, SessionKind


class GroupKind(models.TextChoices):
    """Say what kind of session a meeting of the group is."""

    GROUP = SessionKind.GROUP.value, _("Group session")
    PEER = SessionKind.PEER.value, _("Peer support")
    HOLISTIC = SessionKind.HOLISTIC.value, _("Holistic activity")


@tracked
class GroupSeries(Recorded):
    """Hold one group that meets again and again at one hour of the wall clock."""

    sensitivity = Sensitivity.OPERATIONAL

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("room"))
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=GroupKind.choices, default=GroupKind.GROUP)
    modality = models.CharField(_("how"), max_length=16, choices=Modality.choices, default=Modality.IN_PERSON)
    techniques = models.JSONField(_("ways of working"), default=list, blank=True)
    about = models.CharField(_("for whom, and what is done"), max_length=300, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), default=USUAL_PEOPLE)
    begins_at = models.TimeField(_("begins at"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    every = models.PositiveSmallIntegerField(_("every so many weeks"), default=1)
    starts_on = models.DateField(_("first meeting"))
    ends_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=MOST_PEOPLE), name="group_has_places_for_some_and_not_for_all"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=720), name="group_lasts_minutes_and_not_days"),
            models.CheckConstraint(condition=Q(every__gte=1, every__lte=12), name="group_meets_within_twelve_weeks"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="group_ends_after_it_starts"),
        ]
        indexes = [models.Index(fields=["site", "ends_on"], name="groups_at_site")]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    @property
    def program_id(self) -> int:
        """Return the program that the group belongs to."""
        return self.site.program_id

    def is_full_with(self, members: int) -> bool:
        """Say whether so many take every place."""
        return is_full(self.capacity, members)


@tracked
class GroupFacilitator(Recorded):
    """Say who leads a group, from when to when."""

    sensitivity = Sensitivity.OPERATIONAL

    series = models.ForeignKey(GroupSeries, on_delete=models.PROTECT, related_name="facilitators", verbose_name=_("group"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("who leads a group")
        verbose_name_plural = _("who leads groups")
        constraints = [
            models.UniqueConstraint(fields=["series", "user"], condition=Q(until__isnull=True), name="facilitator_leads_a_group_once"),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(until__isnull=True), name="groups_led_by")]

    def __str__(self) -> str:
        """Return who it is."""
        return f"{self.user}"


class PlaceState(models.TextChoices):
    """Say whether somebody waits for a place, has it, or had it."""

    WAITING = "waiting", _("Waiting")
    MEMBER = "member", _("On the roster")
    LEFT = "left", _("Left")


@tracked
class GroupPlace(Recorded):
    """Hold one person's place in a group: on the waitlist, on the roster, or left."""

    sensitivity = Sensitivity.CLINICAL

    series = models.ForeignKey(GroupSeries, on_delete=models.PROTECT, related_name="places", verbose_name=_("group"))
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("patient"))
    state = models.CharField(_("state"), max_length=8, choices=PlaceState.choices, default=PlaceState.MEMBER)
    asked_on = models.DateField(_("asked on"))
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    goal = models.ForeignKey(Goal, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("goal that it serves"))
    over_capacity_why = models.CharField(_("why although the group was full"), max_length=200, blank=True)
    left_why = models.CharField(_("why they left"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("place in a group")
        verbose_name_plural = _("places in groups")
        constraints = [
            models.UniqueConstraint(fields=["series", "patient"], condition=~Q(state="left"), name="one_place_per_person_and_group"),
            models.CheckConstraint(condition=~Q(state="member") | Q(joined_on__isnull=False), name="member_of_a_group_has_joined"),
            models.CheckConstraint(condition=~Q(state="waiting") | Q(joined_on__isnull=True), name="who_waits_has_not_joined"),
            models.CheckConstraint(
                condition=Q(state="left", left_on__isnull=False) | (~Q(state="left") & Q(left_on__isnull=True)),
                name="who_left_has_a_last_day",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-id"], name="places_of_patient")]

    def __str__(self) -> str:
        """Return the state."""
        return self.get_state_display()

    @property
    def program_id(self) -> int:
        """Return the program that the group belongs to."""
        return self.series.site.program_id


class MeetingState(models.TextChoices):
    """Say what became of a meeting; nothing is assumed, somebody says it."""

    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


@tracked
class GroupMeeting(Recorded):
    """Hold one meeting of a group: planned, held with its session, or cancelled."""

    sensitivity = Sensitivity.OPERATIONAL

    series = models.ForeignKey(GroupSeries, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("group"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=12, choices=MeetingState.choices, default=MeetingState.PLANNED)
    session = models.OneToOneField(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="meeting", verbose_name=_("session")
    )  # fmt: skip
    room_use = models.OneToOneField(RoomUse, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("room"))
    cancelled_why = models.CharField(_("why it was cancelled"), max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("meeting of a group")
        verbose_name_plural = _("meetings of groups")
        constraints = [
            models.UniqueConstraint(fields=["series", "starts_at"], name="group_meets_once_at_a_time"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(state="held", session__isnull=False) | (~Q(state="held") & Q(session__isnull=True)),
                name="meeting_that_was_held_has_a_session",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="meetings_of_groups_by_time")]

    def __str__(self) -> str:
        """Return the day and hour."""
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def program_id(self) -> int:
        """Return the program that the group belongs to."""
        return self.series.site.program_id
