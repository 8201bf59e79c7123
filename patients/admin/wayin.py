"""Open inquiries, the waitlist, and what is asked when somebody comes and before somebody leaves, in the record room."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, VerbForm, day_field, form_of, form_with
from patients.admin.base import PatientTable
from patients.episodes.models import AdmissionFacts, LeavingPlan, SubstanceTold
from patients.inquiries.actions import (
    FACTS,
    close_inquiry,
    note_inquiry_step,
    put_on_waitlist,
    record_screening_visit,
    take_inquiry,
    take_on_inquiry,
    triage_inquiry,
)
from patients.inquiries.forms import CloseForm, triage_fields
from patients.inquiries.models import Inquiry, InquiryStep, ScreeningVisit, Triage, WaitlistPlace
from patients.inquiries.queries import inquiries_seen_by


class OfAStay(PatientTable):
    """Be the base of what hangs on a stay: the person is the one of the stay."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "episode__patient"
    program_path = "episode__program"
    list_select_related = ("episode__patient", "episode__program")


class AdmissionFactsAdmin(OfAStay):
    """Show what was asked at admissions; it is asked on a page of its own."""

    list_display = ("person", "episode", "service", "moud_planned", "days_waited", "chart")
    list_filter = ("service", "moud_planned")
    shown = (
        "episode", "service", "moud_planned", "prior_treatments", "days_waited", "race", "ethnicity", "education", "marital", "living",
        "employment", "outside_labor_force", "income", "insurance", "payment", "veteran", "pregnant", "psychiatric_problem", "arrests",
        "justice", "self_help", "missing", "recorded_at", "recorded_by",
    )  # fmt: skip


class SubstanceToldAdmin(OfAStay):
    """Show the substances told at admissions."""

    patient_path = "facts__episode__patient"
    program_path = "facts__episode__program"
    list_select_related = ("facts__episode__patient", "facts__episode__program")
    list_display = ("person", "rank", "substance", "route", "frequency", "first_use", "chart")
    list_filter = ("substance", "route")
    shown = ("facts", "rank", "substance", "route", "frequency", "first_use", "recorded_at", "recorded_by")


class LeavingPlanAdmin(OfAStay):
    """Show what was answered before people left; the answers are given with the discharge."""

    list_display = ("person", "episode", "basis", "medication", "naloxone", "appointment", "contact", "caller", "chart")
    list_filter = ("basis", "medication", "naloxone", "appointment", "contact")
    shown = (
        "episode", "basis", "medication", "medication_by", "bridge_until", "medication_words", "naloxone", "naloxone_words", "appointment",
        "appointment_where", "appointment_on", "appointment_words", "contact", "contact_how", "caller", "contact_words", "recorded_at",
        "recorded_by",
    )  # fmt: skip


def _open(row: Any) -> bool:
    return bool(row.is_open)


class InquiryAdmin(RecordAdmin):
    """Show who asked for help, and do what can be done about it."""

    view_rights = (Can.TAKE_INQUIRY,)
    list_select_related = ("site", "patient", "in_hand")
    list_display = ("__str__", "asker", "asks_for", "pace", "call_by", "in_hand", "state", "ended_because")
    list_filter = (SiteFilter, "state", "pace", "asker")
    shown = (
        "program", "site", "patient", "received_at", *FACTS, "call_by", "in_hand", "state", "ended_because", "went_to", "ended_words",
        "ended_at", "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        take_inquiry,
        _("Write down an inquiry"),
        form_of(Inquiry, "received_at", *FACTS, first={"site": ReachedChoiceField(sites_reached, label=_("Site"))}),
    )
    verbs = (
        AdminVerb(take_on_inquiry, _("I call back"), VerbForm, "inquiry", _open),
        AdminVerb(triage_inquiry, _("Ask again about danger"), form_with(**triage_fields()), "inquiry", _open),
        AdminVerb(
            note_inquiry_step,
            _("Note a call, an offer or help"),
            form_of(InquiryStep, "kind", "given_help", "happened_at", "words"),
            "inquiry",
            _open,
        ),
        AdminVerb(put_on_waitlist, _("Put on the waitlist"), form_with(joined_on=day_field(_("Waits since"))), "inquiry", _open),
        AdminVerb(
            record_screening_visit,
            _("Write down a screening visit"),
            form_of(ScreeningVisit, "held_at", "found", "outcome", "where_to"),
            "inquiry",
            lambda row: _open(row) and row.patient_id is not None,
        ),
        AdminVerb(close_inquiry, _("Close"), form_with(**CloseForm.base_fields), "inquiry", _open),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the inquiries within reach."""
        return inquiries_seen_by(user)


class OfAnInquiry(RecordAdmin):
    """Be the base of what hangs on an inquiry."""

    view_rights = (Can.TAKE_INQUIRY,)
    list_select_related: ClassVar[Any] = ("inquiry",)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows whose inquiries are within reach."""
        rows: QuerySet[Any] = self.model._default_manager.filter(inquiry__in=inquiries_seen_by(user).select_related(None))
        return rows


class TriageAdmin(OfAnInquiry):
    """Show what was asked at once, which nobody can change."""

    list_display = ("inquiry", "asked_at", "overdose_now", "overdosed", "suicidal", "suicide_plan", "pregnant", "injects")
    shown = (
        "inquiry", "asked_at", "overdose_now", "overdosed", "suicidal", "suicide_plan", "uses_alone", "has_naloxone", "pregnant",
        "injects", "done", "done_words", "recorded_at", "recorded_by",
    )  # fmt: skip


class InquiryStepAdmin(OfAnInquiry):
    """Show what was done about inquiries, which nobody can change."""

    list_display = ("inquiry", "kind", "given_help", "happened_at", "words", "recorded_by")
    list_select_related = ("inquiry", "recorded_by")
    list_filter = ("kind",)
    shown = ("inquiry", "kind", "given_help", "happened_at", "words", "recorded_at", "recorded_by")


class WaitlistPlaceAdmin(OfAnInquiry):
    """Show who waits and who waited."""

    list_display = ("inquiry", "site", "priority", "joined_on", "interim_by", "admit_by", "left_on", "left_because")
    list_select_related = ("inquiry", "site")
    list_filter = (SiteFilter, "priority", "left_because")
    shown = (
        "inquiry", "program", "site", "priority", "joined_on", "interim_by", "admit_by", "left_on", "left_because", "left_words",
        "recorded_at", "recorded_by",
    )  # fmt: skip


class ScreeningVisitAdmin(OfAnInquiry):
    """Show what screening visits came to."""

    list_display = ("inquiry", "held_at", "outcome", "where_to", "recorded_by")
    list_select_related = ("inquiry", "recorded_by")
    list_filter = ("outcome",)
    shown = ("inquiry", "patient", "held_at", "found", "outcome", "where_to", "recorded_at", "recorded_by")


WAY_IN: dict[type[Model], type[RecordAdmin]] = {
    AdmissionFacts: AdmissionFactsAdmin,
    SubstanceTold: SubstanceToldAdmin,
    LeavingPlan: LeavingPlanAdmin,
    Inquiry: InquiryAdmin,
    Triage: TriageAdmin,
    InquiryStep: InquiryStepAdmin,
    WaitlistPlace: WaitlistPlaceAdmin,
    ScreeningVisit: ScreeningVisitAdmin,
}
"""The tables of the way in, in the record room."""
