"""Open the tables of groups in the record room."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import day_field, form_with
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.groups.actions import cancel_meeting, end_series, leave_group
from treatment_plans.groups.models import GroupFacilitator, GroupMeeting, GroupPlace, GroupSeries, MeetingState, PlaceState
from treatment_plans.groups.queries import meetings_seen_by, series_seen_by


class GroupSeriesAdmin(RecordAdmin):
    """Show groups; they are founded on their own page."""

    view_rights = (Can.SEE_CHART,)
    list_select_related = ("site",)
    list_display = ("title", "kind", "site", "starts_on", "begins_at", "capacity", "ends_on")
    list_filter = ("kind", SiteFilter)
    search_fields = ("title",)
    shown = (
        "site", "room", "title", "kind", "modality", "techniques", "about", "capacity", "starts_on", "begins_at", "minutes", "every",
        "ends_on", *RECORDED,
    )  # fmt: skip
    verbs = (AdminVerb(end_series, _("End"), form_with(on=day_field(_("Last day"))), "series", lambda row: row.ends_on is None),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the groups of the person's sites."""
        return series_seen_by(user)

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the groups of the sites to which a right reaches."""
        return series_seen_by(user, can=right)


class GroupFacilitatorAdmin(RecordAdmin):
    """Show who leads groups."""

    view_rights = (Can.SEE_CHART,)
    list_select_related = ("series", "user")
    list_display = ("series", "user", "since", "until")
    search_fields = ("series__title", "user__full_name")
    shown = ("series", "user", "since", "until", *RECORDED)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return who leads the groups of the person's sites."""
        return GroupFacilitator.objects.filter(series__in=series_seen_by(user))


class GroupMeetingAdmin(RecordAdmin):
    """Show when groups meet; what was done in a meeting is its session."""

    view_rights = (Can.SEE_CHART,)
    list_select_related = ("series",)
    list_display = ("series", "starts_at", "ends_at", "state", "cancelled_why")
    list_filter = ("state",)
    search_fields = ("series__title",)
    shown = ("series", "starts_at", "ends_at", "state", "room_use", "cancelled_why", *RECORDED)
    verbs = (
        AdminVerb(
            cancel_meeting,
            _("Cancel"),
            form_with(why=forms.CharField(label=_("Why"), max_length=200)),
            "meeting",
            lambda row: row.state == MeetingState.PLANNED,
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the meetings of the groups of the person's sites."""
        return meetings_seen_by(user)

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the meetings of the groups of the sites to which a right reaches."""
        return meetings_seen_by(user, can=right)


class GroupPlaceAdmin(PatientTable):
    """Show who has a place in a group, waits for one, or left."""

    view_rights = (Can.SEE_CHART,)
    program_path = "series__site__program"
    list_select_related = ("patient", "series")
    list_display = ("person", "series", "state", "asked_on", "joined_on", "left_on", "chart")
    list_filter = ("state",)
    words = ("series__title",)
    shown = ("patient", "series", "state", "asked_on", "joined_on", "left_on", "goal", "over_capacity_why", "left_why", *RECORDED)
    verbs = (
        AdminVerb(
            leave_group,
            _("Free the place"),
            form_with(on=day_field(_("From")), why=forms.CharField(label=_("Why"), max_length=200, required=False)),
            "place",
            lambda row: row.state != PlaceState.LEFT,
        ),
    )


GROUPS: dict[type[Model], type[RecordAdmin]] = {
    GroupSeries: GroupSeriesAdmin,
    GroupFacilitator: GroupFacilitatorAdmin,
    GroupPlace: GroupPlaceAdmin,
    GroupMeeting: GroupMeetingAdmin,
}
