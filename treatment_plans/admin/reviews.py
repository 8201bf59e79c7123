"""Open the tables of signatures, reviews and intervals of plans in the record room."""

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import ReachedChoiceField, form_of
from patients.admin.base import PatientTable
from treatment_plans.admin.base import RECORDED
from treatment_plans.plan.policy.actions import set_plan_policy
from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.reviews.models import PlanReview, PlanSignature


class PlanSignatureAdmin(PatientTable):
    """Show who signed which plan; nobody can change it."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "plan__patient"
    program_path = "plan__program"
    list_select_related = ("plan__patient", "recorded_by")
    list_display = ("person", "plan", "party", "outcome", "name", "way", "signed_on", "recorded_at", "chart")
    list_filter = ("party", "outcome")
    words = ("name",)
    shown = ("plan", "party", "outcome", "name", "relationship", "way", "signed_on", "reason", "digest", *RECORDED)


class PlanReviewAdmin(PatientTable):
    """Show what reviews of plans found; a new one is written on its own page, beside what the record knows."""

    view_rights = (Can.SEE_CHART,)
    patient_path = "plan__patient"
    program_path = "plan__program"
    list_select_related = ("plan__patient", "recorded_by")
    list_display = ("person", "plan", "reviewed_on", "due_on", "decision", "next_review_on", "presence", "chart")
    list_filter = ("decision", "presence")
    shown = (
        "plan", "reviewed_on", "due_on", "looked_at", "presence", "words", "own_words", "decision", "next_review_on", "later_reason",
        "figures", *RECORDED,
    )  # fmt: skip


class PlanPolicyAdmin(RecordAdmin):
    """Show how often each program looks at its plans."""

    view_rights = (Can.SET_PRACTICE,)
    list_select_related = ("program",)
    list_display = ("program", "review_days", "warn_days", "untouched_days")
    shown = ("program", "review_days", "warn_days", "untouched_days", *RECORDED)
    add_verb = AdminVerb(
        set_plan_policy,
        _("Say how often plans are looked at"),
        form_of(
            PlanPolicy, "review_days", "warn_days", "untouched_days",
            first={"program": ReachedChoiceField(programs_reached, label=_("Program"))},
        ),
    )  # fmt: skip

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the policies of the programs in which the person sets the practice."""
        return PlanPolicy.objects.filter(program__in=[membership.program_id for membership in user.reach(Can.SET_PRACTICE)])


REVIEWS: dict[type[Model], type[RecordAdmin]] = {
    PlanSignature: PlanSignatureAdmin,
    PlanReview: PlanReviewAdmin,
    PlanPolicy: PlanPolicyAdmin,
}
