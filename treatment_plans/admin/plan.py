"""Open the tables of plans in the record room."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, day_field, form_of, form_with, words_field
from patients.admin.base import PatientTable, patient_form
from treatment_plans.admin.base import RECORDED
from treatment_plans.plan.actions import (
    activate_plan,
    add_goal,
    add_intervention,
    add_objective,
    add_problem,
    change_plan,
    end_plan,
    meet_objective,
    settle_goal,
    start_plan,
)
from treatment_plans.plan.catalog.actions import list_intervention
from treatment_plans.plan.catalog.models import InterventionType
from treatment_plans.plan.measuring.actions import count_towards
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import Goal, GoalState, Intervention, MeasuredAs, Objective, Plan, PlanState, Problem
from treatment_plans.plan.pieces.actions import stop_intervention, stop_objective, stop_problem
from treatment_plans.plan.queries import goals_seen_by, plans_seen_by, problems_seen_by
from treatment_plans.plan.standing.models import StageOfChange, StandingRating

WHY = form_with(why=words_field(_("Why")))


def is_pursued(row: Problem | Objective | Intervention) -> bool:
    """Say whether a piece of a plan was not stopped."""
    return row.stopped_on is None


class PlanAdmin(PatientTable):
    """Show plans."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "program", "state", "starts_on", "review_on", "chart")
    list_filter = ("state",)
    shown = (
        "patient", "program", "version", "state", "starts_on", "review_on", "ended_on", "strengths", "one_axis_reason",
        "one_axis_signed_name", "one_axis_signed_at", "activation_asked_at", "signed_at", *RECORDED,
    )  # fmt: skip
    add_verb = AdminVerb(
        start_plan,
        _("Start a plan"),
        patient_form(Plan, "starts_on", "review_on", "strengths", program=ReachedChoiceField(programs_reached, label=_("Program"))),
    )
    verbs = (
        AdminVerb(change_plan, _("Change"), form_of(Plan, "review_on", "strengths"), "plan", lambda row: row.state != PlanState.ENDED),
        AdminVerb(
            activate_plan,
            _("Put into force"),
            form_with(
                one_axis_reason=words_field(_("Why the plan covers one disorder only"), required=False),
                signed_name=forms.CharField(label=_("Your name, as your signature under the reason"), required=False, max_length=120),
            ),
            "plan",
            lambda row: row.state == PlanState.DRAFT,
        ),
        AdminVerb(end_plan, _("End"), form_with(on=day_field(_("On"))), "plan", lambda row: row.state == PlanState.ACTIVE),
    )


class PlanPartAdmin(PatientTable):
    """Show the parts of plans."""

    view_rights = (Can.SEE_CHART,)


class ProblemAdmin(PlanPartAdmin):
    """Show the problems that plans treat."""

    patient_path = "plan__patient"
    program_path = "plan__program"
    list_select_related = ("plan__patient", "diagnosis")
    list_display = ("person", "axis", "title", "diagnosis", "chart")
    list_filter = ("axis",)
    words = ("title",)
    shown = ("plan", "axis", "title", "diagnosis", "barrier", "stressor", "stopped_on", "stopped_why", *RECORDED)
    verbs = (AdminVerb(stop_problem, _("Stop"), WHY, "problem", is_pursued),)
    add_verb = AdminVerb(add_problem, _("Add a problem"), form_of(Problem, "axis", "title", first={"plan": SeenChoiceField(plans_seen_by)}))


class GoalAdmin(PlanPartAdmin):
    """Show goals."""

    patient_path = "problem__plan__patient"
    program_path = "problem__plan__program"
    list_select_related = ("problem__plan__patient",)
    list_display = ("person", "words", "state", "target_on", "last_worked_on_at", "chart")
    list_filter = ("state",)
    shown = ("problem", "words", "own_goal", "target_on", "state", "last_worked_on_at", *RECORDED)
    words: ClassVar[tuple[str, ...]] = ("words",)
    add_verb = AdminVerb(
        add_goal, _("Add a goal"), form_of(Goal, "words", "target_on", first={"problem": SeenChoiceField(problems_seen_by)})
    )
    verbs = (
        AdminVerb(
            settle_goal,
            _("Settle"),
            form_with(state=forms.ChoiceField(label=_("State"), choices=GoalState.choices)),
            "goal",
            lambda row: row.state == GoalState.ACTIVE,
        ),
    )


class ObjectiveAdmin(PlanPartAdmin):
    """Show the steps towards goals."""

    patient_path = "goal__problem__plan__patient"
    program_path = "goal__problem__plan__program"
    list_select_related = ("goal__problem__plan__patient",)
    list_display = ("person", "words", "measured_as", "target_value", "target_on", "met_on", "chart")
    list_filter = ("measured_as",)
    words: ClassVar[tuple[str, ...]] = ("words",)
    shown = (
        "goal", "words", "measure", "measured_as", "unit", "instrument", "score", "start_value", "target_value", "direction",
        "target_on", "met_on", "stopped_on", "stopped_why", *RECORDED,
    )  # fmt: skip
    add_verb = AdminVerb(
        add_objective,
        _("Add an objective"),
        form_of(
            Objective, "words", "measured_as", "unit", "instrument", "score", "start_value", "target_value", "direction", "measure",
            "target_on", first={"goal": SeenChoiceField(goals_seen_by)},
        ),
    )  # fmt: skip
    verbs = (
        AdminVerb(meet_objective, _("Say when it was met"), form_with(on=day_field(_("Met on"), required=False)), "objective"),
        AdminVerb(
            count_towards,
            _("Write down a value"),
            form_with(value=forms.DecimalField(label=_("Value"), max_digits=10, decimal_places=2), on=day_field(_("On"))),
            "objective",
            lambda row: row.measured_as == MeasuredAs.NUMBER,
        ),
        AdminVerb(stop_objective, _("Stop"), WHY, "objective", is_pursued),
    )


class InterventionAdmin(PlanPartAdmin):
    """Show what is done towards goals."""

    patient_path = "goal__problem__plan__patient"
    program_path = "goal__problem__plan__program"
    list_select_related = ("goal__problem__plan__patient", "responsible")
    list_display = ("person", "label", "description", "how_often", "responsible", "chart")
    list_filter = ("kind",)
    words = ("description",)
    shown = (
        "goal", "kind", "kind_name", "description", "times", "per", "frequency", "responsible", "caution", "cleared_on", "stopped_on",
        "stopped_why", *RECORDED,
    )  # fmt: skip
    verbs = (AdminVerb(stop_intervention, _("Stop"), WHY, "intervention", is_pursued),)
    add_verb = AdminVerb(
        add_intervention,
        _("Add an intervention"),
        form_of(
            Intervention,
            "kind",
            "description",
            "times",
            "per",
            "frequency",
            "caution",
            "cleared_on",
            first={
                "goal": SeenChoiceField(goals_seen_by),
                "responsible": SeenChoiceField(colleagues_of, label=_("Responsible"), required=False),
            },
        ),
    )


class ObjectiveValueAdmin(PlanPartAdmin):
    """Show what was counted towards objectives."""

    patient_path = "objective__goal__problem__plan__patient"
    program_path = "objective__goal__problem__plan__program"
    list_select_related = ("objective__goal__problem__plan__patient",)
    list_display = ("person", "objective", "value", "counted_on", "chart")
    words = ("words",)
    shown = ("objective", "value", "counted_on", "words", *RECORDED)


class StandingRatingAdmin(PlanPartAdmin):
    """Show how the whole person and the ASAM dimensions were rated."""

    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "part", "level", "rated_on", "chart")
    list_filter = ("scale", "part")
    words = ("words",)
    shown = ("patient", "program", "scale", "part", "level", "words", "rated_on", *RECORDED)


class StageOfChangeAdmin(PlanPartAdmin):
    """Show how ready people are to change something about a disorder."""

    program_path = "program"
    list_select_related = ("patient", "program", "diagnosis")
    list_display = ("person", "axis", "diagnosis", "stage", "seen_on", "chart")
    list_filter = ("axis", "stage")
    words = ("words",)
    shown = ("patient", "program", "axis", "diagnosis", "stage", "words", "seen_on", *RECORDED)


class InterventionTypeAdmin(RecordAdmin):
    """Show what programs changed in their lists of interventions; a program's own page changes them."""

    view_rights = (Can.SET_PRACTICE,)
    list_select_related = ("program",)
    list_display = ("name", "program", "evidence", "is_offered")
    list_filter = ("evidence", "is_offered")
    shown = ("program", "code", "name", "evidence", "source", "caution", "is_offered", *RECORDED)
    add_verb = AdminVerb(
        list_intervention,
        _("Add an intervention to the list"),
        form_of(
            InterventionType, "name", "evidence", "source", "caution",
            first={"program": ReachedChoiceField(programs_reached, label=_("Program"))},
        ),
    )  # fmt: skip

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return what the programs changed whose practice the user answers for."""
        return InterventionType.objects.filter(program__in=programs_reached(user, Can.SET_PRACTICE))


PLANS: dict[type[Model], type[RecordAdmin]] = {
    Plan: PlanAdmin,
    Problem: ProblemAdmin,
    Goal: GoalAdmin,
    Objective: ObjectiveAdmin,
    ObjectiveValue: ObjectiveValueAdmin,
    Intervention: InterventionAdmin,
    InterventionType: InterventionTypeAdmin,
    StandingRating: StandingRatingAdmin,
    StageOfChange: StageOfChangeAdmin,
}
"""The tables of plans in the record room."""
