"""Give the recovery chart its place; the browser fetches the picture once the rest of the chart stands."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Read nothing: what the picture needs is read when it is asked for."""
    return {}


RECOVERY = Panel(
    "recovery",
    _("Recovery chart"),
    Can.SEE_CHART,
    read,
    acts=(Act(_("Open, with tables"), "desk:recovery", Can.SEE_CHART, "v"),),
)
