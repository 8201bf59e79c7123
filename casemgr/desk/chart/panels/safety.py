"""Read what is open about somebody's safety, and the plan."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.record.models import Patient
from patients.safety.models import SafetyConcern, SafetyFollowUp, SafetyPlan
from patients.safety.planning.queries import plans_in_force
from patients.safety.queries import open_concerns_for


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the open concerns and the plans that hold."""
    return {"concerns": list(open_concerns_for(patient)), "safety_plans": list(plans_in_force(patient).prefetch_related(None))}


SAFETY = Panel(
    "safety",
    _("Safety"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("Open"), "patients:safety", Can.SEE_CHART),
        Act(_("Write a safety plan"), "patients:write_safety_plan", Can.ASSESS_SAFETY),
        Act(_("Raise a concern"), "patients:raise_concern", Can.RECORD_SCREENING),
    ),
    history=(SafetyConcern, SafetyFollowUp, SafetyPlan),
)
