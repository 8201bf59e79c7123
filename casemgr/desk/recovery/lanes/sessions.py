"""Draw the sessions: where the person came, and where not."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from casemgr.desk.recovery.lanes.moods import courses
from patients.record.models import Patient
from treatment_plans.sessions.models import SCALES, Attendance, AttendanceState, SessionKind
from treatment_plans.signing.queries import in_error

KINDS = dict(SessionKind.choices)
STATES = dict(AttendanceState.choices)
CAME = {AttendanceState.PRESENT, AttendanceState.LATE}


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return each part that the person had in a session, and what they said of mood and craving there, in one statement."""
    rows = Attendance.objects.filter(~in_error(), patient=patient, session__site__program__in=programs).order_by("session__starts_at", "id")
    told = list(rows.values_list("session__starts_at", "session__kind", "session__title", "state", *SCALES))
    points = tuple(
        Point(
            timezone.localtime(starts).date(),
            _("%(session)s: %(state)s") % {"session": title or KINDS[kind], "state": STATES[state]},
            Shape.TICK if state in CAME else Shape.RING,
        )
        for starts, kind, title, state, *_scales in told
    )
    moods = courses((row[0], *row[4:]) for row in told)
    return [Series("sessions", gettext_lazy("Sessions"), Kind.MARKS, points), *moods] if points else []


SESSIONS = Lane(Can.SEE_CHART, read)
