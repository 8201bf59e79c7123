"""Draw the days on which use is known, as somebody told it."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series
from casemgr.desk.recovery.rules import Use
from patients.diagnoses.models import UseReport
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return each report of use, in one statement; who tells serves their own care."""
    rows = list(UseReport.objects.filter(patient=patient).order_by("used_on", "pk"))
    points = tuple(Point(row.used_on, say(row)) for row in rows)
    uses = tuple(Use(row.used_on, "report", say(row)) for row in rows)
    return [Series("use", gettext_lazy("Use, as it was told"), Kind.MARKS, points, uses=uses)] if points else []


def say(row: UseReport) -> str:
    """Say which substance was used, and how that is known."""
    said = {"substance": row.get_substance_display(), "source": row.get_source_display()}
    return _("Use: %(substance)s (%(source)s)") % said


USE = Lane(Can.SEE_CHART, read)
