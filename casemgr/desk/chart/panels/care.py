"""Read the stays in care."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.episodes.models import Episode
from patients.episodes.queries import episodes_for
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the last stays."""
    return {"episodes": list(episodes_for(patient).filter(program__in=programs)[:FEW])}


CARE = Panel(
    "care",
    _("Stays in care"),
    Can.SEE_PATIENTS,
    read,
    acts=(
        Act(_("All"), "patients:care", Can.SEE_PATIENTS),
        Act(_("Admit"), "patients:admit", Can.ADMIT_PATIENT),
        Act(_("Notice of privacy rights"), "patients:notice", Can.GIVE_NOTICE),
        Act(_("Requests about the own record"), "patients:records_requests", Can.TAKE_COMPLAINT),
        Act(_("Write down a complaint"), "patients:take_complaint", Can.TAKE_COMPLAINT, in_query=True),
    ),
    aside=True,
    history=(Episode,),
)
