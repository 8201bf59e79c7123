"""Open the tables of medication in the record room."""

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import VerbForm, day_field, form_with
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.medication.actions import end_order, hold_order, release_order
from treatment_plans.medication.models import Dose, MedicationStatement, Order, OrderState


class OrderAdmin(PatientTable):
    """Show orders; they are written on their own page, beside the last doses."""

    view_rights = (Can.SEE_MEDICATION,)
    program_path = "program"
    list_select_related = ("patient", "site", "prescriber", "product")
    list_display = ("person", "substance", "daily_mg", "starts_on", "ends_on", "state", "prescriber", "site", "chart")
    list_filter = ("state", "substance", SiteFilter)
    shown = (
        "patient", "program", "site", "product", "substance", "daily_mg", "starts_on", "ends_on", "state", "hold_reason", "prescriber",
        "first_day_reason", "instructions", "replaces", *RECORDED,
    )  # fmt: skip
    verbs = (
        AdminVerb(
            hold_order,
            _("Put on hold"),
            form_with(reason=forms.CharField(label=_("Why"), max_length=200)),
            "order",
            lambda row: row.state == OrderState.ACTIVE,
        ),
        AdminVerb(release_order, _("Release"), VerbForm, "order", lambda row: row.state == OrderState.ON_HOLD),
        AdminVerb(end_order, _("End"), form_with(on=day_field(_("On"))), "order", lambda row: row.state != OrderState.ENDED),
    )


class DoseAdmin(PatientTable):
    """Show the dispensing log, which nobody can change."""

    view_rights = (Can.SEE_MEDICATION,)
    program_path = "order__program"
    list_select_related = ("patient", "given_by", "lot")
    list_display = ("person", "for_day", "substance", "mg", "given_at", "given_by", "is_take_home", "lot", "chart")
    list_filter = ("substance", "is_take_home", SiteFilter)
    shown = (
        "patient", "order", "site", "substance", "for_day", "day_part", "mg", "lot", "given_at", "given_by", "initials", "is_take_home",
        "identity_checked_by", "warnings",
    )  # fmt: skip


class MedicationStatementAdmin(PatientTable):
    """Show medication that others ordered or gave."""

    view_rights = (Can.SEE_MEDICATION,)
    list_display = ("person", "title", "kind", "status", "at", "prescriber_name", "chart")
    list_filter = ("kind",)
    words = ("title",)
    shown = ("patient", "kind", "code", "code_system", "title", "status", "at", "dosage", "prescriber_name", *RECORDED)


MEDICATION: dict[type[Model], type[RecordAdmin]] = {
    Order: OrderAdmin,
    Dose: DoseAdmin,
    MedicationStatement: MedicationStatementAdmin,
}
