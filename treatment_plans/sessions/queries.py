"""Read sessions, attendances and notes."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.plan.models import Goal, GoalState, PlanState
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session, SessionKind
from treatment_plans.sessions.rules import PRESENT


def attendances_seen_by(user: User) -> QuerySet[Attendance]:
    """Return the attendances and notes of those patients whose chart this user may see."""
    return Attendance.objects.filter(patient__in=patients_seen_by(user, can=Can.SEE_CHART)).select_related(
        "session__site", "session__clinician", "patient", "signed_by"
    )


def sessions_seen_by(user: User) -> QuerySet[Session]:
    """Return the sessions in which a patient took part whose chart this user may see."""
    seen = Attendance.objects.filter(session=OuterRef("pk"), patient__in=patients_seen_by(user, can=Can.SEE_CHART))
    return Session.objects.filter(Exists(seen)).select_related("site__program", "clinician")


def attendances_for(patient: Patient) -> QuerySet[Attendance]:
    """Return a patient's attendances with session and goals, the latest first."""
    return (
        Attendance.objects.filter(patient=patient)
        .select_related("session__site", "session__clinician", "signed_by")
        .prefetch_related(worked_on())
        .order_by("-session__starts_at", "-pk")
    )


def worked_on() -> "Prefetch[str, QuerySet[AttendanceGoal], str]":
    """Read the goals that each attendance served along, in one query."""
    return Prefetch("goal_links", queryset=AttendanceGoal.objects.select_related("goal__problem"))


def unsigned_for(user: User) -> QuerySet[Attendance]:
    """Return this person's own notes that wait for a signature, the oldest first."""
    return (
        Attendance.objects.filter(session__clinician=user, signed_at__isnull=True, state__in=PRESENT)
        .exclude(session__kind=SessionKind.ENCOUNTER)
        .select_related("session__site", "session__clinician", "patient")
        .order_by("session__starts_at", "pk")
    )


def patients_with_goals(patient_ids: Collection[int]) -> set[int]:
    """Return those of these patients who have an open goal in an active plan."""
    open_goals = Goal.objects.filter(state=GoalState.ACTIVE, problem__plan__state=PlanState.ACTIVE, problem__plan__patient__in=patient_ids)
    return set(open_goals.values_list("problem__plan__patient", flat=True).distinct())
