"""Read in which groups somebody has a place or waits for one."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Found, Panel, Programs
from patients.record.models import Patient
from treatment_plans.groups.models import GroupPlace
from treatment_plans.groups.queries import groups_of


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the places, those on the roster first."""
    return {"group_places": list(groups_of(patient, programs)[:FEW])}


GROUPS = Panel("groups", _("Groups"), Can.SEE_CHART, read, aside=True, history=(GroupPlace,))
