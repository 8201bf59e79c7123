"""Read how a person is reached, and under which numbers they are known."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.record.models import ContactPoint, Identifier, Patient
from patients.record.queries import contact_points_for, identifiers_for


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return every way to reach them, and their numbers."""
    return {"contacts": list(contact_points_for(patient)), "identifiers": list(identifiers_for(patient))}


CONTACT = Panel(
    "contact",
    _("How to reach them"),
    Can.SEE_PATIENTS,
    read,
    acts=(
        Act(_("Change"), "patients:contacts", Can.CHANGE_PATIENT, "c"),
        Act(_("Add a number"), "patients:add_identifier", Can.CHANGE_PATIENT),
        Act(_("Privacy notice"), "patients:notice", Can.GIVE_NOTICE),
        Act(_("Requests"), "patients:records_requests", Can.TAKE_COMPLAINT),
    ),
    aside=True,
    history=(Patient, ContactPoint, Identifier),
)
