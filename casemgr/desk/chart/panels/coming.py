"""Read how a person came, what their admission still lacks, and what was agreed when they left."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.episodes.models import AdmissionFacts, LeavingPlan, SubstanceTold
from patients.episodes.queries import episodes_for
from patients.inquiries.models import Inquiry, ScreeningVisit, WaitlistPlace
from patients.inquiries.queries import inquiries_for
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the last stay with its facts and its plan for leaving, and what was asked for before."""
    stay = episodes_for(patient).filter(program__in=programs).select_related("admission_facts", "leaving_plan").first()
    return {
        "stay": stay,
        "admission": getattr(stay, "admission_facts", None),
        "leaving": getattr(stay, "leaving_plan", None),
        "inquiries": list(inquiries_for(patient).filter(program__in=programs)[:FEW]),
    }


COMING = Panel(
    "coming",
    _("Coming and leaving"),
    Can.SEE_CHART,
    read,
    acts=(Act(_("Stays in care"), "patients:care", Can.SEE_PATIENTS),),
    aside=True,
    history=(AdmissionFacts, SubstanceTold, LeavingPlan, Inquiry, ScreeningVisit, WaitlistPlace),
)
