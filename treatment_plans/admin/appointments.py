"""Open the tables of appointments in the record room."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.queries import colleagues_of, sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, form_of, form_with
from patients.admin.base import PatientTable, patient_form
from treatment_plans.admin.base import RECORDED
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment, AppointmentState


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


APPOINTMENTS: dict[type[Model], type[RecordAdmin]] = {
    Appointment: AppointmentAdmin,
}
