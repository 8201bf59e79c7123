"""Open in the record room which records were merged."""

from typing import Any

from django.contrib.admin import display
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import form_with, words_field
from patients.admin.base import PatientTable
from patients.merging.actions import undo_merge
from patients.merging.models import Merge


class MergeAdmin(PatientTable):
    """Show which records were merged, and part them again."""

    view_rights = (Can.MERGE_PATIENTS,)
    program_path = "program"
    patient_path = "survivor"
    list_select_related = ("survivor", "merged", "recorded_by")
    list_display = ("person", "merged_name", "recorded_at", "recorded_by", "undone_at", "chart")
    list_filter = ()
    shown = ("survivor", "merged_name", "program", "reason", "recorded_at", "recorded_by", "undone_at", "undone_by", "undone_reason")
    verbs = (
        AdminVerb(
            undo_merge,
            _("Undo"),
            form_with(reason=words_field(_("How is it known that these are two people?"))),
            "merge",
            lambda row: row.undone_at is None,
        ),
    )

    @display(description=_("merged record"))
    def merged_name(self, row: Any) -> str:
        """Return the name on the record that was merged."""
        return str(row.merged.legal_name)


MERGING: dict[type[Model], type[RecordAdmin]] = {Merge: MergeAdmin}
