"""Open safety concerns, plans and follow-ups in the record room; what is done about them is done on the person's safety page."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import VerbForm, form_with, words_field
from patients.admin.base import PatientTable
from patients.safety.actions import take_concern
from patients.safety.models import SafetyConcern, SafetyFollowUp, SafetyPlan
from patients.safety.planning.actions import review_safety_plan


class SafetyConcernAdmin(PatientTable):
    """Show who may be in danger, and what was done."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_select_related = ("patient", "taken_by")
    list_display = ("person", "level", "state", "source", "opened_at", "taken_by", "disposition", "closed_at", "chart")
    list_filter = ("state", "level", "disposition")
    shown = (
        "patient", "program", "source", "level", "opened_at", "risen_at", "state", "taken_by", "taken_at", "screener_result",
        "not_screened_because", "lower_because", "disposition", "disposition_words", "handed_to", "no_follow_up_because", "closed_at",
        "closed_by", "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (AdminVerb(take_concern, _("I see to it"), VerbForm, "concern", lambda row: bool(row.is_open)),)


class SafetyFollowUpAdmin(PatientTable):
    """Show who is followed up, and what came of it."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_display = ("person", "kind", "due_on", "outcome", "done_at", "chart")
    list_filter = ("outcome", "kind")
    shown = ("patient", "program", "concern", "kind", "due_on", "outcome", "words", "done_at", "done_by", "recorded_at", "recorded_by")


class SafetyPlanAdmin(PatientTable):
    """Show safety plans; a new version is written on its own page, together with the person."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_display = ("person", "version", "signature", "signed_on", "recorded_at", "superseded_at", "chart")
    shown = (
        "patient", "program", "version", "warning_signs", "own_ways", "company", "safer_place", "means_discussed", "means_holder",
        "reasons", "own_words", "signature", "signed_by", "signed_on", "superseded_at", "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(
            review_safety_plan,
            _("Gone through again"),
            form_with(words=words_field(_("What was said"))),
            "plan",
            lambda row: row.superseded_at is None,
        ),
    )


ADMINS: dict[type[Model], type[RecordAdmin]] = {
    SafetyConcern: SafetyConcernAdmin,
    SafetyFollowUp: SafetyFollowUpAdmin,
    SafetyPlan: SafetyPlanAdmin,
}
