"""Open the tables of plans in the record room."""

from typing import ClassVar

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

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
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.queries import goals_seen_by, plans_seen_by, problems_seen_by


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
    shown = ("plan", "axis", "title", "diagnosis", *RECORDED)
    add_verb = AdminVerb(add_problem, _("Add a problem"), form_of(Problem, "axis", "title", first={"plan": SeenChoiceField(plans_seen_by)}))


class GoalAdmin(PlanPartAdmin):
    """Show goals."""

    patient_path = "problem__plan__patient"
    program_path = "problem__plan__program"
    list_select_related = ("problem__plan__patient",)
    list_display = ("person", "words", "state", "target_on", "last_worked_on_at", "chart")
    list_filter = ("state",)
    shown = ("problem", "words", "target_on", "state", "last_worked_on_at", *RECORDED)
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
    list_display = ("person", "words", "measure", "target_on", "met_on", "chart")
    words: ClassVar[tuple[str, ...]] = ("words",)
    shown = ("goal", "words", "measure", "target_on", "met_on", *RECORDED)
    add_verb = AdminVerb(
        add_objective,
        _("Add an objective"),
        form_of(Objective, "words", "measure", "target_on", first={"goal": SeenChoiceField(goals_seen_by)}),
    )
    verbs = (AdminVerb(meet_objective, _("Say when it was met"), form_with(on=day_field(_("Met on"), required=False)), "objective"),)


class InterventionAdmin(PlanPartAdmin):
    """Show what is done towards goals."""

    patient_path = "goal__problem__plan__patient"
    program_path = "goal__problem__plan__program"
    list_select_related = ("goal__problem__plan__patient", "responsible")
    list_display = ("person", "kind", "description", "frequency", "responsible", "chart")
    list_filter = ("kind",)
    words = ("description",)
    shown = ("goal", "kind", "description", "frequency", "responsible", *RECORDED)
    add_verb = AdminVerb(
        add_intervention,
        _("Add an intervention"),
        form_of(
            Intervention,
            "kind",
            "description",
            "frequency",
            first={
                "goal": SeenChoiceField(goals_seen_by),
                "responsible": SeenChoiceField(colleagues_of, label=_("Responsible"), required=False),
            },
        ),
    )


PLANS: dict[type[Model], type[RecordAdmin]] = {
    Plan: PlanAdmin,
    Problem: ProblemAdmin,
    Goal: GoalAdmin,
    Objective: ObjectiveAdmin,
    Intervention: InterventionAdmin,
}
