"""Read what matters to the person: goals and strengths in their words, what keeps them from coming, how they want to be met."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from patients.world.models import Barrier, BarrierKind, CloseOne, OwnGoal, Strength, Wishes
from patients.world.queries import in_short, wishes_for


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return a few of each kind, and the wishes that the banner names too; two statements."""
    rows = in_short(patient, programs)
    said = {of: [words for kind, words in rows if kind == of] for of in ("goal", "strength", "barrier", "careful")}
    return {
        "own_goals": said["goal"][:FEW],
        "strengths": said["strength"][:FEW],
        "barriers": [BarrierKind(kind).label for kind in said["barrier"]],
        "careful_with": said["careful"],
        "wishes": wishes_for(patient, programs),
    }


WORLD = Panel(
    "world",
    _("Own world"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("All"), "patients:world", Can.SEE_CHART),
        Act(_("Family and others"), "treatment_plans:family", Can.SEE_CHART),
        Act(_("Mutual help"), "treatment_plans:mutual_help_of", Can.SEE_CHART),
    ),
    history=(Strength, OwnGoal, Wishes, Barrier, CloseOne),
)
