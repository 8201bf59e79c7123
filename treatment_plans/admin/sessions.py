"""Open the tables of sessions in the record room."""

from typing import Any

from django.contrib.admin import display
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import VerbForm
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.sessions.actions import sign_session
from treatment_plans.sessions.coping.actions import take_off_coping_card
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import SCALES, Attendance, Session
from treatment_plans.sessions.queries import sessions_seen_by
from treatment_plans.sessions.writing.actions import drop_note_policy
from treatment_plans.sessions.writing.models import NotePolicy
from treatment_plans.sessions.writing.queries import policies_seen_by


class SessionAdmin(RecordAdmin):
    """Show sessions; they are written on their own page."""

    view_rights = (Can.SEE_CHART,)
    list_select_related = ("site", "clinician")
    list_display = ("kind", "title", "starts_at", "clinician", "site", "modality")
    list_filter = ("kind", "modality", SiteFilter)
    search_fields = ("title", "clinician__full_name")
    shown = (
        "site", "clinician", "kind", "modality", "title", "starts_at", "ends_at", "techniques", "shared_text", "homework", "note_format",
        *RECORDED,
    )  # fmt: skip
    verbs = (AdminVerb(sign_session, _("Sign all notes of it"), VerbForm, "session"),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the sessions in which a patient took part whose chart the person may see."""
        return sessions_seen_by(user)


class AttendanceAdmin(PatientTable):
    """Show each person's part in a session."""

    view_rights = (Can.SEE_CHART,)
    program_path = "session__site__program"
    list_select_related = ("patient", "session__clinician", "signed_by")
    list_display = ("person", "session", "clinician", "state", "minutes", "signed_at", "signed_by", "chart")
    list_filter = ("state",)
    words = ("session__title",)
    shown = (
        "patient", "session", "state", "minutes", "activity_minutes", "note", "no_goal_reason", "last_homework", *SCALES, "triggers",
        "offered", "chosen", "signed_at", "signed_by", *RECORDED,
    )  # fmt: skip

    @display(description=_("with"))
    def clinician(self, row: Attendance) -> str:
        """Return who held the session."""
        return str(row.session.clinician or "")


class CopingCardAdmin(PatientTable):
    """Show coping cards; they are written on their own page, and in sessions."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "trigger", "taken_off_at", "recorded_at", "chart")
    words = ("trigger",)
    shown = ("patient", "program", "trigger", "helps", "learned_in", "taken_off_at", "taken_off_by", *RECORDED)
    verbs = (AdminVerb(take_off_coping_card, _("Take off"), VerbForm, "card", lambda row: row.taken_off_at is None),)


class NotePolicyAdmin(RecordAdmin):
    """Show how each program writes its notes."""

    view_rights = (Can.SET_PRACTICE,)
    list_select_related = ("program",)
    list_display = ("kind", "program", "note_format", "is_fixed", "recorded_at")
    list_filter = ("note_format",)
    shown = ("program", "kind", "note_format", "is_fixed", "required_parts", "required_asks", *RECORDED)
    verbs = (AdminVerb(drop_note_policy, _("Take back"), VerbForm, "policy"),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rules of the programs whose practice the person sets."""
        return policies_seen_by(user)


SESSIONS: dict[type[Model], type[RecordAdmin]] = {
    Session: SessionAdmin,
    Attendance: AttendanceAdmin,
    CopingCard: CopingCardAdmin,
    NotePolicy: NotePolicyAdmin,
}
