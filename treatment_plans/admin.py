"""Open the tables of the second storey in the record room."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin import display
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, programs_reached, sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, VerbForm, day_field, form_of, form_with, words_field
from patients.admin.base import PatientTable, patient_form
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.inventory.actions import add_product, count_lot, receive_lot, waste_stock
from treatment_plans.inventory.models import Lot, Product, StockEntry
from treatment_plans.inventory.queries import lots_seen_by
from treatment_plans.medication.actions import end_order, hold_order, release_order
from treatment_plans.medication.models import Dose, MedicationStatement, Order, OrderState
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
from treatment_plans.sessions.actions import sign_session
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.queries import sessions_seen_by

RECORDED = ("recorded_at", "recorded_by")


class PlanAdmin(PatientTable):
    """Show plans."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    list_select_related = ("patient", "program")
    list_display = ("person", "program", "state", "starts_on", "review_on", "chart")
    list_filter = ("state",)
    shown = ("patient", "program", "state", "starts_on", "review_on", "ended_on", "strengths", "one_axis_reason", *RECORDED)
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
            form_with(one_axis_reason=words_field(_("Why the plan covers one disorder only"), required=False)),
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


def _booked(row: Any) -> bool:
    return bool(row.state == AppointmentState.BOOKED)


SETTLED = [(AppointmentState.KEPT.value, AppointmentState.KEPT.label), (AppointmentState.NO_SHOW.value, AppointmentState.NO_SHOW.label)]


class AppointmentAdmin(PatientTable):
    """Show who meets whom and when."""

    view_rights = (Can.SEE_CALENDAR,)
    program_path = "site__program"
    list_select_related = ("patient", "site", "clinician")
    list_display = ("person", "kind", "starts_at", "clinician", "site", "state", "chart")
    list_filter = ("state", "kind", SiteFilter)
    ordering = ("-starts_at", "-pk")
    words = ("clinician__full_name",)
    shown = ("patient", "site", "clinician", "kind", "starts_at", "ends_at", "state", "note", *RECORDED)
    add_verb = AdminVerb(
        book_appointment,
        _("Book an appointment"),
        patient_form(
            Appointment,
            "kind",
            "starts_at",
            "ends_at",
            "note",
            site=ReachedChoiceField(sites_reached, label=_("Site")),
            clinician=SeenChoiceField(colleagues_of, label=_("With")),
        ),
    )
    verbs = (
        AdminVerb(move_appointment, _("Move"), form_of(Appointment, "starts_at", "ends_at"), "appointment", _booked),
        AdminVerb(
            cancel_appointment,
            _("Cancel"),
            form_with(by_patient=forms.BooleanField(label=_("The person cancelled it"), required=False)),
            "appointment",
            _booked,
        ),
        AdminVerb(
            settle_appointment,
            _("Say what became of it"),
            form_with(state=forms.ChoiceField(label=_("What became of it"), choices=SETTLED)),
            "appointment",
            _booked,
        ),
    )


class SessionAdmin(RecordAdmin):
    """Show sessions; they are written on their own page."""

    view_rights = (Can.SEE_CHART,)
    list_select_related = ("site", "clinician")
    list_display = ("kind", "title", "starts_at", "clinician", "site", "modality")
    list_filter = ("kind", "modality", SiteFilter)
    search_fields = ("title", "clinician__full_name")
    shown = ("site", "clinician", "kind", "modality", "title", "starts_at", "ends_at", "techniques", "shared_text", *RECORDED)
    verbs = (AdminVerb(sign_session, _("Sign all notes of it"), VerbForm, "session"),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the sessions in which a patient took part whose chart the person may see."""
        return sessions_seen_by(user)


class AttendanceAdmin(PatientTable):
    """Show each person's part in a session."""

    view_rights = (Can.SEE_CHART,)
    program_path = "session__site__program"
    list_select_related = ("patient", "session__clinician", "signed_by")
    list_display = ("person", "session", "clinician", "state", "minutes", "signed_at", "signed_by", "chart")
    list_filter = ("state",)
    words = ("session__title",)
    shown = ("patient", "session", "state", "minutes", "note", "no_goal_reason", "signed_at", "signed_by", *RECORDED)

    @display(description=_("with"))
    def clinician(self, row: Attendance) -> str:
        """Return who held the session."""
        return str(row.session.clinician or "")


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


class ProductAdmin(RecordAdmin):
    """Show what stands on the shelf."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = False
    list_display = ("name", "substance", "form", "mg_per_ml", "mg_per_unit", "rxnorm", "ndc")
    list_filter = ("substance",)
    search_fields = ("name", "rxnorm", "ndc")
    shown = ("name", "substance", "form", "rxnorm", "ndc", "mg_per_ml", "mg_per_unit")
    add_verb = AdminVerb(add_product, _("Add a product"), form_of(Product, *shown))

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: products are the same for everybody."""
        return Product.objects.all()


def _mg(label: Any) -> forms.DecimalField:
    """Return a field that asks for milligrams."""
    return forms.DecimalField(label=label, max_digits=14, decimal_places=3)


class LotAdmin(RecordAdmin):
    """Show lots and what is left of each."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = ("product", "site")
    list_display = ("number", "product", "site", "expires_on", "remaining_mg", "is_open")
    list_filter = ("is_open", SiteFilter)
    search_fields = ("number", "product__name")
    shown = ("product", "site", "number", "expires_on", "remaining_mg", "is_open", *RECORDED)
    add_verb = AdminVerb(
        receive_lot,
        _("Receive a lot"),
        form_of(
            Lot,
            "number",
            "expires_on",
            first={
                "product": SeenChoiceField(lambda _user: Product.objects.all(), label=_("Product")),
                "site": ReachedChoiceField(sites_reached, label=_("Site")),
                "mg": _mg(_("Received, mg")),
            },
        ),
    )
    verbs = (
        AdminVerb(
            waste_stock,
            _("Waste"),
            form_with(
                mg=_mg(_("Wasted, mg")),
                witness=SeenChoiceField(colleagues_of, label=_("Witness")),
                note=forms.CharField(label=_("Note"), max_length=200),
            ),
            "lot",
        ),
        AdminVerb(
            count_lot,
            _("Count"),
            form_with(counted_mg=_mg(_("Counted, mg")), note=forms.CharField(label=_("Note"), max_length=200)),
            "lot",
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the lots of the person's sites."""
        return lots_seen_by(user)

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the lots of the sites to which a right reaches."""
        return self.seen_by(user).filter(site__in=sites_reached(user, right))


class StockEntryAdmin(RecordAdmin):
    """Show the ledger, which nobody can change."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = ("lot__product", "by", "witness")
    list_display = ("at", "lot", "move", "change_mg", "remaining_mg", "by", "witness", "note")
    list_filter = ("move",)
    search_fields = ("lot__number",)
    shown = ("lot", "move", "change_mg", "remaining_mg", "at", "by", "witness", "note")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the entries of the person's sites."""
        return StockEntry.objects.filter(lot__in=lots_seen_by(user))


ADMINS: dict[type[Model], type[RecordAdmin]] = {
    Plan: PlanAdmin,
    Problem: ProblemAdmin,
    Goal: GoalAdmin,
    Objective: ObjectiveAdmin,
    Intervention: InterventionAdmin,
    Appointment: AppointmentAdmin,
    Session: SessionAdmin,
    Attendance: AttendanceAdmin,
    Order: OrderAdmin,
    Dose: DoseAdmin,
    MedicationStatement: MedicationStatementAdmin,
    Product: ProductAdmin,
    Lot: LotAdmin,
    StockEntry: StockEntryAdmin,
}
"""The tables of this storey in the record room."""
