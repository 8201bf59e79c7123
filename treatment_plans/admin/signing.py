"""Open the tables about signatures in the record room."""

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, programs_of, programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, day_field, form_of, form_with
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.signing.actions import end_supervision, name_supervisor, set_signing_policy
from treatment_plans.signing.models import CosignAnswer, CosignRequest, NoteAddendum, NoteInError, SigningPolicy, Supervision


class OfNotes(PatientTable):
    """Show what was added to signed notes, asked of them or said of them; it is done on the note's own page."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "attendance__patient"
    program_path = "attendance__session__site__program"
    list_select_related = ("attendance__patient", "recorded_by")


class AddendumAdmin(OfNotes):
    """Show addenda."""

    list_display = ("person", "recorded_at", "recorded_by", "chart")
    shown = ("attendance", "text", *RECORDED)


class InErrorAdmin(OfNotes):
    """Show notes that were entered in error."""

    list_display = ("person", "kind", "recorded_at", "recorded_by", "chart")
    list_filter = ("kind",)
    shown = ("attendance", "kind", "words", *RECORDED)


class CosignRequestAdmin(OfNotes):
    """Show which notes need a second signature."""

    program_path = "program"
    list_select_related = ("attendance__patient", "author")
    list_display = ("person", "author", "because", "state", "recorded_at", "chart")
    list_filter = ("state", "because")
    shown = ("attendance", "program", "author", "because", "state", *RECORDED)


class CosignAnswerAdmin(OfNotes):
    """Show who co-signed which note; comments are between a supervisor and an author."""

    patient_path = "request__attendance__patient"
    program_path = "request__program"
    list_select_related = ("request__attendance__patient", "recorded_by")
    list_display = ("person", "verdict", "recorded_at", "recorded_by", "chart")
    list_filter = ("verdict",)
    shown = ("request", "verdict", *RECORDED)


class OfProgram(RecordAdmin):
    """Show what a program arranged."""

    view_rights = (Can.ARRANGE_SUPERVISION,)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows of the person's programs."""
        rows: QuerySet[Any] = self.model._default_manager.filter(program__in=programs_of(user))
        return rows

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the rows of the programs to which a right reaches."""
        rows: QuerySet[Any] = self.model._default_manager.filter(program__in=programs_reached(user, right))
        return rows


class SupervisionAdmin(OfProgram):
    """Show who supervises whom."""

    list_select_related = ("program", "supervisor", "clinician")
    list_display = ("clinician", "supervisor", "program", "is_every_note", "starts_on", "ends_on")
    list_filter = ("is_every_note",)
    search_fields = ("clinician__full_name", "supervisor__full_name")
    shown = ("program", "supervisor", "clinician", "is_every_note", "starts_on", "ends_on", *RECORDED)
    add_verb = AdminVerb(
        name_supervisor,
        _("Name a supervisor"),
        form_of(
            Supervision,
            "is_every_note",
            "starts_on",
            first={
                "program": ReachedChoiceField(programs_reached, label=_("Program")),
                "clinician": SeenChoiceField(colleagues_of, label=_("Who is supervised")),
                "supervisor": SeenChoiceField(colleagues_of, label=_("Supervisor")),
            },
        ),
    )
    verbs = (
        AdminVerb(
            end_supervision,
            _("End"),
            form_with(on=day_field(_("Until (not included)"))),
            "supervision",
            lambda row: row.ends_on is None,
        ),
    )


class SigningPolicyAdmin(OfProgram):
    """Show what programs ask of signatures."""

    list_select_related = ("program", "recorded_by")
    list_display = ("program", "recorded_at", "late_after_hours", "sign_within_hours", "sample_percent", "is_peers_cosigned")
    shown = ("program", "late_after_hours", "sign_within_hours", "sample_percent", "is_peers_cosigned", *RECORDED)
    add_verb = AdminVerb(
        set_signing_policy,
        _("Set rules about signatures"),
        form_of(
            SigningPolicy,
            "late_after_hours",
            "sign_within_hours",
            "sample_percent",
            "is_peers_cosigned",
            first={"program": ReachedChoiceField(programs_reached, label=_("Program"))},
        ),
    )


SIGNING: dict[type[Model], type[RecordAdmin]] = {
    NoteAddendum: AddendumAdmin,
    NoteInError: InErrorAdmin,
    CosignRequest: CosignRequestAdmin,
    CosignAnswer: CosignAnswerAdmin,
    Supervision: SupervisionAdmin,
    SigningPolicy: SigningPolicyAdmin,
}
