"""Read the last sessions."""

from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import Attendance, AttendanceGoal
from treatment_plans.signing.queries import in_error


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the last sessions with the goals that each served, read along in the same statement."""
    served = AttendanceGoal.objects.filter(attendance=OuterRef("pk")).order_by("id")
    rows = Attendance.objects.filter(patient=patient, session__site__program__in=programs)
    rows = rows.select_related("session__site", "session__clinician").annotate(
        served=ArraySubquery(served.values("goal__words")), is_in_error=in_error()
    )
    return {"attendances": list(rows.order_by("-session__starts_at", "-pk")[:FEW])}


SESSIONS = Panel(
    "sessions",
    _("Sessions"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("All"), "desk:entries", Can.SEE_CHART, kind="sessions"),
        Act(_("Coping cards"), "treatment_plans:coping_cards", Can.SEE_CHART),
        Act(_("Restricted notes"), "patients:restricted_notes", Can.SEE_PARTNER_VIOLENCE),
        Act(_("Write a session"), "treatment_plans:write_session", Can.WRITE_SESSION),
    ),
    history=(Attendance, AttendanceGoal, CopingCard),
)
