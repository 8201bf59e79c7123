"""Read who cares for a person."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import care_team_of
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return who is on the care team today."""
    return {"team": list(care_team_of(patient).filter(program__in=programs))}


TEAM = Panel(
    "team",
    _("Care team"),
    Can.SEE_PATIENTS,
    read,
    acts=(
        Act(_("All"), "patients:team", Can.SEE_PATIENTS),
        Act(_("Assign"), "patients:assign", Can.ASSIGN_CARE_TEAM),
        Act(_("Guard"), "patients:guard", Can.RESTRICT_CHART),
        Act(_("Open counseling notes"), "treatment_plans:open_counseling", Can.OVERSEE_PRIVACY),
    ),
    aside=True,
    history=(CareTeamMember,),
)
