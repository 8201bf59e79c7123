"""Open in the record room what people asked for about their own record, and what they were handed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb
from casemgr.core.ui.verb_forms import ReachedChoiceField, form_of, form_with, words_field
from patients.accounting.actions import (
    answer_records_request,
    deny_access_request,
    extend_records_request,
    take_records_request,
    withdraw_records_request,
)
from patients.accounting.models import Delivery, RecordsRequest
from patients.admin.base import PatientTable, patient_form


def _open(row: Any) -> bool:
    return bool(row.is_open)


class RecordsRequestAdmin(PatientTable):
    """Show requests about the own record; take them, answer them."""

    view_rights = (Can.TAKE_COMPLAINT,)
    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "kind", "received_on", "due_on", "state", "chart")
    list_filter = ("state", "kind")
    shown = (
        "patient", "program", "kind", "regime", "received_on", "asked_how", "wishes", "period_from", "period_to", "is_free", "due_on",
        "extended_on", "extension_reason", "state", "closed_at", "delivery", "fee", "outcome", "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        take_records_request,
        _("Take a request about the own record"),
        patient_form(
            RecordsRequest,
            "kind",
            "regime",
            "received_on",
            "asked_how",
            "wishes",
            program=ReachedChoiceField(programs_reached, label=_("Asked of")),
        ),
    )
    verbs = (
        AdminVerb(extend_records_request, _("More time"), form_with(reason=words_field(_("Why more time is needed"))), "asked", _open),
        AdminVerb(
            answer_records_request,
            _("Answered"),
            form_of(
                RecordsRequest,
                "fee",
                "outcome",
                first={"delivery": forms.ChoiceField(label=_("How the person got it"), choices=Delivery.choices)},
                optional=["fee", "outcome"],
            ),
            "asked",
            _open,
        ),
        AdminVerb(
            deny_access_request,
            _("Deny in writing"),
            form_with(outcome=words_field(_("In words"))),
            "asked",
            lambda row: _open(row) and not row.lists_disclosures,
        ),
        AdminVerb(withdraw_records_request, _("Taken back"), form_with(outcome=words_field(_("In words"))), "asked", _open),
    )


class HandoutAdmin(PatientTable):
    """Show what was handed out, which nobody can change."""

    view_rights = (Can.SEE_DISCLOSURES,)
    program_path = "program"
    list_select_related = ("patient", "program", "request")
    list_display = ("person", "kind", "paper_form", "handed_at", "handed_by_name", "chart")
    list_filter = ("kind", "paper_form")
    shown = (
        "patient", "program", "request", "kind", "regime", "paper_form", "language", "period_from", "period_to", "disclosures", "sha256",
        "handed_at", "handed_by_name",
    )  # fmt: skip
