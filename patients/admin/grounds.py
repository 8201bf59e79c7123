"""Open in the record room what a person asked not to be told, and on what something is told without a consent."""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import VerbForm, form_with, words_field
from patients.admin.base import PatientTable
from patients.disclosures.bases.models import AuditAccess, AuthorityReport, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.without_consent.actions import end_authority, review_emergency
from patients.restrictions.actions import decide_restriction, end_restriction
from patients.restrictions.models import EndBasis, Restriction, RestrictionState


def _decision_form() -> type[VerbForm]:
    return form_with(
        agree=forms.TypedChoiceField(
            label=_("Decision"),
            choices=[("yes", _("Agree: it is not told")), ("no", _("Do not agree"))],
            coerce=lambda value: value == "yes",
        ),
        decision=words_field(_("Reason"), required=False),
    )


class RestrictionAdmin(PatientTable):
    """Show what people asked not to be told."""

    view_rights = (Can.SEE_DISCLOSURES,)
    program_path = "program"
    list_select_related = ("patient", "organization")
    list_display = ("person", "whom_words", "purpose_words", "is_owed", "state", "asked_on", "chart")
    list_filter = ("state", "is_owed")
    shown = (
        "patient", "program", "state", "to_whom", "organization", "purposes", "categories", "words", "paid_in_full", "services", "is_owed",
        "asked_by", "asked_on", "decided_at", "decided_by", "decision", "ended_at", "end_basis", "end_note", "records_until",
        "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(decide_restriction, _("Decide"), _decision_form(), "restriction", lambda row: row.state == RestrictionState.ASKED),
        AdminVerb(
            end_restriction,
            _("End"),
            form_with(
                end_basis=forms.ChoiceField(label=_("How it ends"), choices=EndBasis.choices),
                end_note=words_field(_("Who said so, when and how")),
            ),
            "restriction",
            lambda row: row.state == RestrictionState.AGREED,
        ),
    )


class EmergencyAdmin(PatientTable):
    """Show what was told in emergencies."""

    view_rights = (Can.OVERSEE_PRIVACY,)
    program_path = "program"
    list_select_related = ("patient", "disclosed_by")
    list_display = ("person", "recipient_name", "recipient_facility", "disclosed_by", "disclosed_at", "reviewed_at", "chart")
    list_filter = ("kind",)
    words = ("recipient_name", "recipient_facility")
    shown = (
        "patient", "program", "kind", "organization", "recipient_name", "recipient_facility", "profession", "disclosed_by", "disclosed_at",
        "nature", "no_consent_because", "categories", "product", "fda_asserts", "reviewed_at", "reviewed_by", "review", "recorded_at",
        "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(
            review_emergency,
            _("Review"),
            form_with(review=words_field(_("What the review found"))),
            "emergency",
            lambda row: row.reviewed_at is None,
        ),
    )


def _open(row: Any) -> bool:
    return row.ended_at is None


END = AdminVerb(end_authority, _("End"), form_with(because=forms.CharField(label=_("Why it ends"), max_length=200)), "authority", _open)


class CourtOrderAdmin(PatientTable):
    """Show court orders; the number of the case stays encrypted."""

    view_rights = (Can.DISCLOSE_ON_ORDER,)
    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "court", "kind", "ordered_on", "ends_on", "ended_at", "chart")
    list_filter = ("kind",)
    words = ("court",)
    shown = (
        "patient", "program", "organization", "kind", "court", "ordered_on", "ends_on", "findings", "notice_given", "categories",
        "covers_counseling_notes", "subpoena", "ended_at", "ended_because", "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (END,)


class ReportAdmin(PatientTable):
    """Show which reports went to which authority; what happened stays encrypted."""

    view_rights = (Can.OVERSEE_PRIVACY,)
    program_path = "program"
    list_display = ("person", "kind", "authority", "field_words", "recorded_at", "chart")
    list_filter = ("kind",)
    words = ("authority",)
    shown = ("patient", "program", "kind", "authority", "fields", "recorded_at", "recorded_by")


class ProgramTable(RecordAdmin):
    """Be the base of what opens the record of a program and of no patient in particular."""

    view_rights = (Can.DISCLOSE_ON_ORDER,)
    list_select_related = ("organization", "program")
    verbs = (END,)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows of the programs in which the person oversees what is told."""
        rows: QuerySet[Any] = self.model._default_manager.filter(program__in=programs_reached(user, Can.DISCLOSE_ON_ORDER))
        return rows


class AuditAccessAdmin(ProgramTable):
    """Show who audits."""

    list_display = ("auditor", "organization", "authority", "begins_on", "ends_on", "copies_leave", "destroy_by")
    list_filter = ("authority", "copies_leave")
    shown = (
        "program", "organization", "auditor", "authority", "begins_on", "ends_on", "categories", "copies_leave", "agreed_on", "destroy_by",
        "oversees_originator", "ended_at", "ended_because", "recorded_at", "recorded_by",
    )  # fmt: skip


class ResearchApprovalAdmin(ProgramTable):
    """Show which research was approved."""

    list_display = ("title", "organization", "researcher", "approval_kind", "approved_on", "ends_on", "is_over")
    list_filter = ("approval_kind",)
    shown = (
        "program", "organization", "title", "researcher", "approval_kind", "approval_reference", "approved_on", "ends_on", "categories",
        "ended_at", "ended_because", "recorded_at", "recorded_by",
    )  # fmt: skip

    @display(description=_("ended"), boolean=True)
    def is_over(self, row: ResearchApproval) -> bool:
        """Say whether somebody ended it."""
        return row.ended_at is not None


GROUNDS: dict[type[Model], type[RecordAdmin]] = {
    Restriction: RestrictionAdmin,
    EmergencyDisclosure: EmergencyAdmin,
    CourtOrder: CourtOrderAdmin,
    AuthorityReport: ReportAdmin,
    AuditAccess: AuditAccessAdmin,
    ResearchApproval: ResearchApprovalAdmin,
}
