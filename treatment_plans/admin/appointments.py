"""Open the tables of appointments in the record room."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, day_field, form_of, form_with
from patients.admin.base import PatientTable, patient_form
from treatment_plans.admin.base import RECORDED
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.busy.actions import end_busy_time
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import Appointment, AppointmentSeries, AppointmentState
from treatment_plans.appointments.series.actions import cancel_following
from treatment_plans.appointments.waitlist.actions import end_waiting
from treatment_plans.appointments.waitlist.models import WaitEnd, WaitlistEntry
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.rooms.actions import add_room, change_room, release_room
from treatment_plans.rooms.models import Room, RoomPurpose, RoomUse
from treatment_plans.rooms.queries import all_rooms_seen_by


def _booked(row: Any) -> bool:
    return bool(row.state == AppointmentState.BOOKED)


SETTLED = [(AppointmentState.KEPT.value, AppointmentState.KEPT.label), (AppointmentState.NO_SHOW.value, AppointmentState.NO_SHOW.label)]
HELD = {RoomPurpose.APPOINTMENT.value, RoomPurpose.GROUP.value}
"""Uses that end with the appointment or the group that they are for."""

BY_PATIENT = forms.BooleanField(label=_("The person cancelled it"), required=False)


class AppointmentAdmin(PatientTable):
    """Show who meets whom and when."""

    view_rights = (Can.SEE_CALENDAR,)
    program_path = "site__program"
    list_select_related = ("patient", "site", "clinician")
    list_display = ("person", "kind", "starts_at", "clinician", "site", "state", "chart")
    list_filter = ("state", "kind", SiteFilter)
    ordering = ("-starts_at", "-pk")
    words = ("clinician__full_name",)
    shown = (
        "patient",
        "site",
        "clinician",
        "kind",
        "starts_at",
        "ends_at",
        "room_use",
        "series",
        "state",
        "late_minutes",
        "cancelled_at",
        "why_cancelled",
        "note",
        *RECORDED,
    )
    add_verb = AdminVerb(
        book_appointment,
        _("Book an appointment"),
        patient_form(
            Appointment,
            "kind",
            "starts_at",
            "ends_at",
            "note",
            site=ReachedChoiceField(sites_reached, label=_("Site")),
            clinician=SeenChoiceField(colleagues_of, label=_("With")),
        ),
    )
    verbs = (
        AdminVerb(move_appointment, _("Move"), form_of(Appointment, "starts_at", "ends_at"), "appointment", _booked),
        AdminVerb(
            cancel_appointment,
            _("Cancel"),
            form_with(by_patient=BY_PATIENT, why=WordsField(label=_("Why"), required=False, max_length=200)),
            "appointment",
            _booked,
        ),
        AdminVerb(
            cancel_following,
            _("Cancel this and the following"),
            form_with(by_patient=BY_PATIENT, why=WordsField(label=_("Why"), required=False, max_length=200)),
            "appointment",
            lambda row: _booked(row) and row.series_id is not None,
        ),
        AdminVerb(
            settle_appointment,
            _("Say what became of it"),
            form_with(
                state=forms.ChoiceField(label=_("What became of it"), choices=SETTLED),
                late_minutes=forms.IntegerField(label=_("Minutes late"), required=False, min_value=1, max_value=240),
            ),
            "appointment",
            _booked,
        ),
    )


class SeriesAdmin(PatientTable):
    """Show what rows of meetings are agreed to be."""

    view_rights = (Can.SEE_CALENDAR,)
    program_path = "site__program"
    list_select_related = ("patient", "site", "clinician")
    list_display = ("person", "kind", "first_on", "starts", "clinician", "site", "chart")
    list_filter = ("kind", SiteFilter)
    words = ("clinician__full_name",)
    shown = (
        "patient",
        "site",
        "clinician",
        "room",
        "kind",
        "first_on",
        "starts",
        "minutes",
        "time_zone",
        "unit",
        "every",
        "weekdays",
        "until",
        "times",
        "follows",
        *RECORDED,
    )


class WaitlistAdmin(PatientTable):
    """Show who waits for an hour."""

    view_rights = (Can.SEE_CALENDAR,)
    program_path = "program"
    list_select_related = ("patient", "site", "clinician")
    list_display = ("person", "kind", "clinician", "site", "recorded_at", "ended_why", "chart")
    list_filter = ("kind", "ended_why")
    words = ("note",)
    shown = (
        "patient",
        "program",
        "kind",
        "minutes",
        "site",
        "clinician",
        "weekdays",
        "earliest",
        "latest",
        "from_on",
        "note",
        "ended_at",
        "ended_why",
        *RECORDED,
    )
    verbs = (
        AdminVerb(
            end_waiting,
            _("Take off the list"),
            form_with(why=forms.ChoiceField(label=_("Why"), choices=WaitEnd.choices)),
            "entry",
            lambda row: row.ended_at is None,
        ),
    )


class BusyTimeAdmin(PatientTable):
    """Show at which hours people cannot come."""

    view_rights = (Can.SEE_CALENDAR,)
    program_path = "program"
    list_select_related = ("patient",)
    list_display = ("person", "reason", "weekdays", "starts", "ends", "since", "ended_on", "chart")
    list_filter = ("reason",)
    words = ("note",)
    shown = ("patient", "program", "reason", "weekdays", "starts", "ends", "since", "ended_on", "note", *RECORDED)
    verbs = (AdminVerb(end_busy_time, _("End"), form_with(on=day_field(_("Free again from"))), "busy", lambda row: row.ended_on is None),)


class RoomAdmin(RecordAdmin):
    """Show rooms."""

    view_rights = (Can.MANAGE_ROOMS,)
    list_select_related = ("site",)
    list_display = ("name", "site", "seats", "is_active")
    list_filter = ("is_active", SiteFilter)
    search_fields = ("name",)
    shown = ("site", "name", "seats", "note", "is_active", *RECORDED)
    add_verb = AdminVerb(
        add_room,
        _("Add a room"),
        form_of(Room, "name", "seats", "note", first={"site": ReachedChoiceField(sites_reached, label=_("Site"))}),
    )
    verbs = (AdminVerb(change_room, _("Change"), form_of(Room, "name", "seats", "note", "is_active"), "room"),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rooms of the programs that the user looks after."""
        return all_rooms_seen_by(user)


class RoomUseAdmin(RecordAdmin):
    """Show what rooms are used for; never for whom."""

    view_rights = (Can.MANAGE_ROOMS,)
    list_select_related = ("room",)
    list_display = ("room", "purpose", "starts_at", "ends_at", "released_at")
    list_filter = ("purpose",)
    search_fields = ("room__name",)
    ordering = ("-starts_at", "-pk")
    shown = ("room", "purpose", "starts_at", "ends_at", "released_at", *RECORDED)
    verbs = (
        AdminVerb(release_room, _("Give back"), row_as="use", applies=lambda row: row.released_at is None and row.purpose not in HELD),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the uses of the rooms that the user looks after."""
        return RoomUse.objects.filter(room__in=all_rooms_seen_by(user).values("pk"))


class CalendarFeedAdmin(RecordAdmin):
    """Show under how many secret addresses people read their own calendar; the addresses themselves are kept nowhere."""

    view_rights = (Can.ADMINISTER_ACCOUNTS,)
    list_select_related = ("user",)
    list_display = ("user", "opened_at", "closed_at")
    shown = ("user", "opened_at", "closed_at")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return those of the people who work in the administrator's programs."""
        return CalendarFeed.objects.filter(user__in=colleagues_of(user))


APPOINTMENTS: dict[type[Model], type[RecordAdmin]] = {
    Appointment: AppointmentAdmin,
    AppointmentSeries: SeriesAdmin,
    WaitlistEntry: WaitlistAdmin,
    BusyTime: BusyTimeAdmin,
    Room: RoomAdmin,
    RoomUse: RoomUseAdmin,
    CalendarFeed: CalendarFeedAdmin,
}
