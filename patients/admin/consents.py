"""Open in the record room what came along with consents, and who treats a person, pays for the care, or helps."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import SeenChoiceField, day_field, form_with
from patients.admin.base import PatientTable, patient_form
from patients.consent.models import ConsentScan, FundraisingChoice, HandedIn, SentPaper
from patients.consent.papers.actions import choose_fundraising
from patients.relations.actions import end_relationship, record_relationship
from patients.relations.models import TreatingRelationship
from patients.relations.queries import organizations_to_relate


def _related(user: User) -> QuerySet[Organization]:
    """Return the organizations that may stand in a relation to a person; they are of no program."""
    return organizations_to_relate()


class ConsentScanAdmin(PatientTable):
    """Show which papers were scanned; the files themselves are served on the page of their consent alone."""

    view_rights = (Can.SEE_DISCLOSURES,)
    patient_path = "consent__patient"
    program_path = "consent__discloser"
    list_select_related = ("consent__patient", "recorded_by")
    list_display = ("person", "of", "media_type", "size", "recorded_at", "chart")
    list_filter = ("of", "media_type")
    shown = ("consent", "of", "media_type", "size", "sha256", "recorded_at", "recorded_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the sealed files where they are."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("content")


class HandedInAdmin(PatientTable):
    """Show the papers that partners handed in; they are compared, confirmed and declined on their own pages."""

    view_rights = (Can.SEE_DISCLOSURES,)
    patient_path = "consent__patient"
    program_path = "consent__discloser"
    list_select_related = ("consent__patient", "organization")
    list_display = ("person", "organization", "at", "outcome", "settled_at", "chart")
    list_filter = ("outcome",)
    shown = ("consent", "organization", "at", "outcome", "settled_at", "why")


class SentPaperAdmin(RecordAdmin):
    """Show that partners sent papers, and which wait because several people bear that name; what stands in them stays sealed."""

    view_rights = (Can.DISCLOSE_ON_ORDER,)
    list_select_related = ("organization", "program")
    list_display = ("organization", "program", "recorded_at", "match", "matched_at")
    list_filter = ("match",)
    shown = ("organization", "program", "match", "matched_at", "recorded_at", "recorded_by")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows of the programs in which the person oversees what is told."""
        return SentPaper.objects.filter(program__in=programs_reached(user, Can.DISCLOSE_ON_ORDER)).defer("content")


class FundraisingChoiceAdmin(PatientTable):
    """Show who wants to receive no fundraising."""

    view_rights = (Can.SEE_DISCLOSURES,)
    list_select_related = ("patient", "recorded_by")
    list_display = ("person", "opted_out", "recorded_at", "chart")
    list_filter = ("opted_out",)
    shown = ("patient", "opted_out", "recorded_at", "recorded_by")
    add_verb = AdminVerb(choose_fundraising, _("Write down a choice about fundraising"), patient_form(FundraisingChoice, "opted_out"))


class TreatingRelationshipAdmin(PatientTable):
    """Show who treats a person, pays for the care, or helps."""

    view_rights = (Can.SEE_DISCLOSURES,)
    list_select_related = ("patient", "organization")
    list_display = ("person", "organization", "capacity", "since", "until", "chart")
    list_filter = ("capacity",)
    words = ("organization__name",)
    shown = ("patient", "organization", "capacity", "since", "until", "recorded_at", "recorded_by")
    add_verb = AdminVerb(
        record_relationship,
        _("Record who treats, pays or helps"),
        patient_form(TreatingRelationship, "capacity", "since", organization=SeenChoiceField(_related, label=_("Organization"))),
    )
    verbs = (
        AdminVerb(
            end_relationship,
            _("It has ended"),
            form_with(until=day_field(_("From this day no more"))),
            "relationship",
            lambda row: row.until is None,
        ),
    )


CONSENTS: dict[type[Model], type[RecordAdmin]] = {
    ConsentScan: ConsentScanAdmin,
    HandedIn: HandedInAdmin,
    SentPaper: SentPaperAdmin,
    FundraisingChoice: FundraisingChoiceAdmin,
    TreatingRelationship: TreatingRelationshipAdmin,
}
