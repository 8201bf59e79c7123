"""Open assessments in the record room."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import form_with
from patients.admin.base import PatientTable
from patients.screenings.assessing.actions import LONGEST_REASON, cancel_assessment, mark_assessment_in_error
from patients.screenings.models import Assessment, AssessmentState
from patients.screenings.queries import open_to

REASON = form_with(reason=forms.CharField(label=_("Why"), max_length=LONGEST_REASON))


class AssessmentAdmin(PatientTable):
    """Show assessments; cancel a draft, mark what is complete as entered in error."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_display = ("person", "instrument", "state", "mode", "total", "band", "completed_at", "chart")
    list_filter = ("state", "mode")
    words = ("instrument",)
    shown = (
        "patient", "program", "instrument", "version", "language", "state", "mode", "started_at", "completed_at", "total", "band",
        "subscores", "findings", "answers", "answered_alone", "reason", "ended_at", "ended_by", "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(cancel_assessment, _("Cancel"), REASON, "assessment", lambda row: bool(row.is_draft)),
        AdminVerb(mark_assessment_in_error, _("Entered in error"), REASON, "assessment", lambda row: row.state == AssessmentState.COMPLETE),
    )

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Leave out what a compartment keeps from this user."""
        return open_to(user, super().reached_by(user, right))


ADMINS: dict[type[Model], type[RecordAdmin]] = {Assessment: AssessmentAdmin}
