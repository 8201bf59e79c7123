"""Open the tables of who else was there, and of mutual help, in the record room; what others told stays on its own page."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import form_with
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.family.actions import mark_participant_as_error
from treatment_plans.family.models import Participant
from treatment_plans.mutual_help.actions import mark_meeting_told_as_error
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting
from treatment_plans.mutual_help.queries import meetings_seen_by

WHY = form_with(why=forms.CharField(label=_("Why it was an error"), max_length=200))


def _stands(row: Any) -> bool:
    """Say whether nobody marked it as an error."""
    return bool(row.stands)


class ParticipantAdmin(PatientTable):
    """Show who else took part in sessions, on which consent."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "attendance__patient"
    program_path = "attendance__session__site__program"
    list_select_related = ("attendance__patient", "attendance__session__site")
    list_display = ("person", "name", "relation", "recorded_at", "in_error_why", "chart")
    words = ("name",)
    shown = ("attendance", "name", "relation", "consent", "scope", "topics", "was_asked", "in_error_why", *RECORDED)
    verbs = (AdminVerb(mark_participant_as_error, _("Did not take part"), WHY, "participant", _stands),)


class MeetingToldAdmin(PatientTable):
    """Show the meetings that people chose to tell of."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_display = ("person", "fellowship", "went_on", "in_error_why", "chart")
    list_filter = ("fellowship",)
    shown = ("patient", "program", "fellowship", "meeting", "went_on", "words", "in_error_why", *RECORDED)
    verbs = (AdminVerb(mark_meeting_told_as_error, _("Mark as an error"), WHY, "told", _stands),)


class MutualHelpMeetingAdmin(RecordAdmin):
    """Show the directory of mutual help; it is written on its own page."""

    view_rights = (Can.SEE_PATIENTS,)
    list_display = ("name", "fellowship", "weekday", "starts", "medication", "checked_on", "is_active")
    list_filter = ("fellowship", "weekday", "medication", "is_active")
    search_fields = ("name", "place")
    shown = (
        "program", "fellowship", "name", "weekday", "starts", "minutes", "place", "online", "phone", "language", "medication", "words",
        "checked_on", "is_active", *RECORDED,
    )  # fmt: skip

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the meetings of this user's programs."""
        return meetings_seen_by(user)


FAMILY: dict[type[Model], type[RecordAdmin]] = {
    Participant: ParticipantAdmin,
    MeetingTold: MeetingToldAdmin,
    MutualHelpMeeting: MutualHelpMeetingAdmin,
}
