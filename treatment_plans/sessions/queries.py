"""Read sessions, attendances and notes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import hidden_from, patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import on_day
from treatment_plans.plan.models import Goal
from treatment_plans.plan.queries import goals_in_force
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.sessions.rules import AROUND, contradicts

MAY_LEAD = (AppointmentState.BOOKED, AppointmentState.KEPT, AppointmentState.NO_SHOW)
"""States of an appointment from which a session can be written: whoever says first that somebody came takes nobody's note away."""

HAVE_NOTES = (AppointmentKind.INDIVIDUAL, AppointmentKind.FAMILY, AppointmentKind.PEER)
"""Kinds of appointment that end in the note of a session; a group has its meeting."""


def attendances_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Attendance]:
    """Return the attendances and notes of those patients whose chart this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    seen = patients_seen_by(user, can=can)
    return Attendance.objects.filter(session__site__program__in=programs, patient__in=seen).select_related(
        "session__site", "session__clinician", "patient", "signed_by"
    )


def sessions_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Session]:
    """Return the sessions in which a patient took part whose chart this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    seen = Attendance.objects.filter(session=OuterRef("pk"), patient__in=patients_seen_by(user, can=can))
    return Session.objects.filter(Exists(seen), site__program__in=programs).select_related("site__program", "clinician")


def stands(path: str = "") -> Q:
    """Return what leaves out notes that are marked as entered in error; `path` leads to the note, the mark is kept by signing above."""
    return Q(**{f"{path}in_error__isnull": True})


def last_worked_on() -> Greatest:
    """Return, of a goal, when a note that stands worked on it last, in this version of the plan or in the one before."""
    served = AttendanceGoal.objects.filter(stands("attendance__"), goal=OuterRef("pk")).order_by("-attendance__session__starts_at")
    before = Goal.objects.filter(pk=OuterRef("copied_from"))
    return Greatest(Subquery(served.values("attendance__session__starts_at")[:1]), Subquery(before.values("last_worked_on_at")))


def goals_to_look_at_again(goals: Iterable[int]) -> Iterator[set[int]]:
    """Yield goals of which a note is no longer, then their copies in later versions of the plan, one version after the other."""
    found = set(goals)
    while found:
        yield found
        found = set(Goal.objects.filter(copied_from__in=found).values_list("pk", flat=True))


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
        Attendance.objects.filter(session__clinician=user, signed_at__isnull=True)
        .exclude(hidden_from(user))
        .select_related("session__site", "session__clinician", "patient")
        .order_by("session__starts_at", "pk")
    )


def goals_by_patient(patients: Collection[Patient]) -> dict[int, list[Goal]]:
    """Return the open goals of the active plans of these people, in one statement."""
    goals: dict[int, list[Goal]] = defaultdict(list)
    for goal in goals_in_force(list(patients)).order_by("problem", "pk"):
        goals[goal.problem.plan.patient_id].append(goal)
    return goals


def with_session(appointments: QuerySet[Appointment]) -> QuerySet[Any]:
    """Say of each appointment in which session it was written down (`written_in`), in the statement that reads it."""
    written = Attendance.objects.filter(stands(), appointment=OuterRef("pk")).order_by("pk")
    return appointments.annotate(written_in=Subquery(written.values("session")[:1]))


def may_lead_to_a_note(appointment: Any) -> bool:
    """Say whether a session can be written from an appointment that was read with its session: nothing is written, nobody cancelled."""
    return appointment.written_in is None and appointment.state in MAY_LEAD


def is_contradicted(note: Attendance) -> bool:
    """Say whether a note that stands and its appointment tell different things of whether the person came."""
    if note.appointment is None or hasattr(note, "in_error"):
        return False
    return contradicts(note.state, note.appointment.state, note.session.kind)


def kept_without_note(appointments: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Return those that were kept and of which nothing was written, neither from the appointment nor around its hour."""
    linked = Attendance.objects.filter(stands(), appointment=OuterRef("pk"))
    alike = Attendance.objects.filter(stands(), patient=OuterRef("patient"), session__clinician=OuterRef("clinician"))
    hours = (OuterRef("starts_at") - AROUND, OuterRef("starts_at") + AROUND)
    around = alike.filter(appointment__isnull=True, session__starts_at__gte=hours[0], session__starts_at__lte=hours[1])
    return appointments.filter(~Exists(linked), ~Exists(around), state=AppointmentState.KEPT, kind__in=HAVE_NOTES)


def appointments_leading_to(patients: Collection[Patient], clinician: User, starts_at: datetime) -> dict[int, Appointment]:
    """Return the appointments of these people with somebody around the time at which a session began, as far as none is written.

    The front desk may have said before that somebody came to the group, or that they did not.
    """
    around = Appointment.objects.filter(
        Q(state=AppointmentState.BOOKED) | Q(kind=AppointmentKind.GROUP, state__in=MAY_LEAD),
        patient__in=patients,
        clinician=clinician,
        starts_at__range=(starts_at - AROUND, starts_at + AROUND),
    )
    free = with_session(around).filter(written_in__isnull=True).order_by("-starts_at")
    return {appointment.patient_id: appointment for appointment in free}


def expected_in_group(clinician: User, day: date, zone: ZoneInfo) -> set[int]:
    """Return who is booked for a group with somebody on a day, or has come to it already."""
    expected = (AppointmentState.BOOKED, AppointmentState.KEPT)
    booked = Appointment.objects.filter(clinician=clinician, kind=AppointmentKind.GROUP, state__in=expected)
    return set(on_day(booked, day, zone).values_list("patient_id", flat=True))


def patients_with_goals(patient_ids: Collection[int]) -> set[int]:
    """Return those of these patients who have an open goal in an active plan."""
    return set(goals_in_force(patient_ids).values_list("problem__plan__patient", flat=True).distinct())
