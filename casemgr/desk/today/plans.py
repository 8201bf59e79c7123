"""Find the plans that wait for a step: a review, a signature, an answer to a partner, and the axis that nobody touched."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from treatment_plans.plan.models import PlanState
from treatment_plans.plan.policy.queries import intervals_everywhere
from treatment_plans.reviews.queries import axes_to_ask_about, missing_after, plans_that_wait, plans_to_review, untouched_plans
from treatment_plans.reviews.rules import CLINICIAN


def reviews_due(scope: Scope) -> Section:
    """Find the plans whose review is due soon or overdue (PLN-01)."""
    rows = plans_to_review(scope.user, scope.today)[: MOST_ROWS + 1]

    def row(plan: Any) -> Row:
        is_late = plan.review_on < scope.today
        return Row(
            _("Review the plan"),
            plan.patient,
            _("version %(number)s") % {"number": plan.version},
            since=plan.review_on,
            since_words=_("due"),
            kind="warn" if is_late else "note",
            state=_("Overdue") if is_late else _("Due soon"),
            step=_("Review"),
            url=way("treatment_plans:review_plan", plan.pk),
        )

    return section(
        "plan-reviews",
        gettext_lazy("Plans to review"),
        "clipboard-list",
        (row(plan) for plan in rows),
        empty=gettext_lazy("No plan is due for review"),
        empty_help=gettext_lazy(
            "A plan appears here two weeks before its review, unless your program says otherwise, and stays until it is done."
        ),
    )


def plans_waiting(scope: Scope) -> Section:
    """Find the plans that partners propose, and those in force that lack a signature."""
    rows = plans_that_wait(scope.user)[: MOST_ROWS + 1]

    def row(plan: Any) -> Row:
        if plan.state == PlanState.DRAFT:
            return _proposal(plan)
        missing = missing_after(plan.said)
        is_mine = CLINICIAN in missing
        return Row(
            _("Sign the plan") if is_mine else _("Ask the person to sign"),
            plan.patient,
            _("clinician and person") if len(missing) > 1 else _("the clinician's is missing") if is_mine else _("the person's is missing"),
            since=plan.starts_on,
            since_words=_("in force since"),
            state=_("Not signed"),
            step=_("Signatures"),
            url=way("treatment_plans:plan_life", plan.pk),
        )

    return section(
        "plan-signatures",
        gettext_lazy("Plans that wait for an answer or a signature"),
        "signature",
        (row(plan) for plan in rows),
        empty=gettext_lazy("Every plan is signed"),
        empty_help=gettext_lazy(
            "Plans in force appear here until both have signed or the person declined; so do plans that a partner proposes."
        ),
    )


def _proposal(plan: Any) -> Row:
    """Say which partner proposes a plan."""
    return Row(
        _("A partner proposes a plan"),
        plan.patient,
        str(plan.recorded_by.organization or plan.recorded_by.full_name),
        since=plan.recorded_at,
        since_words=_("since"),
        kind="note",
        state=_("To decide") if plan.activation_asked_at else _("Draft"),
        step=_("Look at it"),
        url=way("treatment_plans:plan_version", plan.pk),
    )


def untouched_axes(scope: Scope) -> Section:
    """Name the axis that no session, dose or score touched for too long (ASM-05): both disorders are treated, or one is forgotten."""
    own = intervals_everywhere()
    found = [(axis, plan) for axis in axes_to_ask_about() for plan in untouched_plans(scope.user, axis, scope.now, own)[: MOST_ROWS + 1]]
    found.sort(key=lambda pair: (pair[1].is_covered, pair[1].since, pair[1].pk))

    def row(axis: Any, plan: Any) -> Row:
        if not plan.is_covered and plan.one_axis_signed_at is None:
            return _left_out(axis, plan)
        touched = plan.touched_at is not None
        return Row(
            axis.label,
            plan.patient,
            _("no session, dose or score") if touched else _("no session, dose or score since the plan began"),
            since=plan.touched_at or plan.starts_on,
            since_words=_("since"),
            kind="warn",
            state=_("Untouched"),
            step=_("Open the plan"),
            url=way("treatment_plans:plan_version", plan.pk),
        )

    return section(
        "untouched-axes",
        gettext_lazy("Disorders that nobody touched lately"),
        "flag",
        (row(axis, plan) for axis, plan in found[: MOST_ROWS + 1]),
        empty=gettext_lazy("Both halves of every plan are being worked on"),
        empty_help=gettext_lazy(
            "An axis is named when no session on one of its goals, no dose and no score touched it for 30 days (program policy),"
            " and at once when the plan in force leaves it out with nobody's signature."
        ),
    )


def _left_out(axis: Any, plan: Any) -> Row:
    """Say that a plan in force leaves out a disorder that is diagnosed."""
    return Row(
        axis.label,
        plan.patient,
        _("diagnosed, and the plan pursues no whole goal for it"),
        since=plan.starts_on,
        since_words=_("in force since"),
        kind="warn",
        state=_("Left out"),
        step=_("Open the plan"),
        url=way("treatment_plans:plan_version", plan.pk),
    )
