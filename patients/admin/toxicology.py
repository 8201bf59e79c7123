"""Open the story of diagnoses, reports of use and specimens in the record room."""

from typing import Any

from django.contrib.admin import display
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from patients.admin.base import PatientTable, patient_form
from patients.diagnoses.actions import record_use
from patients.diagnoses.models import DiagnosisEntry, UseReport
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult


class DiagnosisEntryAdmin(PatientTable):
    """Show step by step how diagnoses were come to."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "diagnosis__patient"
    list_select_related = ("diagnosis__patient", "recorded_by")
    list_display = ("person", "diagnosis", "kind", "certainty", "course", "recorded_at", "recorded_by", "chart")
    list_filter = ("kind", "source", "weight")
    words = ("words", "code")
    shown = (
        "diagnosis", "kind", "was_certainty", "certainty", "was_course", "course", "was_code", "code", "source", "weight", "words",
        "happened_on", "look_again_on", "recorded_at", "recorded_by",
    )  # fmt: skip


class UseReportAdmin(PatientTable):
    """Show what was used when, as the program came to know it."""

    view_rights = (Can.SEE_CHART,)
    list_display = ("person", "substance", "used_on", "route", "source", "chart")
    list_filter = ("substance", "source")
    words = ("words", "amount")
    shown = ("patient", "substance", "used_on", "route", "amount", "source", "words", "recorded_at", "recorded_by")
    add_verb = AdminVerb(
        record_use, _("Write down use"), patient_form(UseReport, "substance", "used_on", "source", "route", "amount", "words")
    )


class ToxicologyPanelAdmin(PatientTable):
    """Show specimens; they are taken where what is prescribed is known, on their own page."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_display = ("person", "specimen", "collected_at", "setting", "is_random", "is_unexpected", "reviewed_at", "chart")
    list_filter = ("setting", "is_random", "is_unexpected")
    words = ("review_words", "remark")
    shown = (
        "patient", "program", "specimen", "collected_at", "collected_by", "setting", "is_random", "is_observed", "temperature_f",
        "creatinine_mg_dl", "remark", "expected", "explained", "resulted_at", "is_unexpected", "review_due_on", "reviewed_at",
        "reviewed_by", "talk", "review_words", "confirmation_asked", "recorded_at", "recorded_by",
    )  # fmt: skip


class ToxicologyResultAdmin(PatientTable):
    """Show results, each with how it reads."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "panel__patient"
    program_path = "panel__program"
    list_select_related = ("panel__patient",)
    list_display = ("person", "analyte", "method", "outcome", "reads", "taken", "chart")
    list_filter = ("analyte", "outcome", "reads")
    shown = ("panel", "analyte", "method", "code", "outcome", "value", "reads", "recorded_at", "recorded_by")

    @display(description=_("taken at"))
    def taken(self, row: ToxicologyResult) -> Any:
        """Return when the specimen was taken."""
        return row.panel.collected_at


ADMINS: dict[type[Model], type[RecordAdmin]] = {
    DiagnosisEntry: DiagnosisEntryAdmin,
    UseReport: UseReportAdmin,
    ToxicologyPanel: ToxicologyPanelAdmin,
    ToxicologyResult: ToxicologyResultAdmin,
}
