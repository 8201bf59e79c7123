"""Read the rows of Today from plain models."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from casemgr.bench.plain.pages import Panel, panel
from casemgr.core.accounts.models import User
from patients.caseload.models import CareTeamMember
from patients.episodes.models import Episode
from patients.guarding.models import GlassBreak
from patients.record.models import Patient
from referrals.casework.models import Task
from referrals.referral.models import Referral
from treatment_plans.appointments.models import Appointment
from treatment_plans.medication.models import Dose, Order
from treatment_plans.sessions.models import Attendance

PRESENT = ("present", "late")


def case_manager_panels(user: User, now: datetime) -> list[Panel]:
    """Return the rows of a case manager's Today."""
    today, mine = now.date(), _caseload(user, now)
    tasks = _open_tasks(user).filter(patient__in=_reached(user, now))
    return [
        panel("tasks", tasks.filter(due_on__lte=today).order_by("urgency", "due_on", "pk"), "patient", "due_on"),
        panel("out-of-touch", _out_of_touch(user, now), "birth_date"),
        panel(
            "referrals",
            Referral.objects.filter(state="sent", patient__in=mine).select_related("patient", "organization").order_by("sent_at", "pk"),
            "patient",
            "organization",
        ),
        panel("housing", tasks.filter(domain="housing", due_on__gt=today).order_by("due_on", "pk"), "patient", "due_on"),
        panel("appointments", _appointments(user, now), "patient", "starts_at"),
        panel("unsigned", _unsigned(user), "patient", "session"),
    ]


def nurse_panels(user: User, now: datetime) -> list[Panel]:
    """Return the numbers and the rows of a nurse's Today."""
    today, site = now.date(), user.current_memberships[0].site_id
    orders = Order.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), site=site, state__in=["active", "on_hold"])
    orders = orders.filter(starts_on__lte=today)
    given = Exists(Dose.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance"), for_day=today))
    counted = orders.aggregate(due=Count("pk"), given=Count("pk", filter=given), held=Count("pk", filter=~given & Q(state="on_hold")))
    follows = Order.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance"), starts_on__gte=OuterRef("ends_on"))
    ending = orders.filter(ends_on__lte=today + timedelta(days=7)).exclude(Exists(follows)).select_related("patient", "prescriber")
    tasks = _open_tasks(user).filter(patient__in=Episode.objects.filter(site=site).values("patient"), due_on__lte=today)
    return [
        Panel("figures", "Doses", [counted["given"], counted["due"] - counted["given"] - counted["held"], counted["held"]]),
        panel("holds", orders.filter(state="on_hold").select_related("patient").order_by("starts_on", "pk"), "patient", "hold_reason"),
        panel("ending-orders", ending.order_by("ends_on", "pk"), "patient", "prescriber", "ends_on"),
        panel("tasks", tasks.order_by("urgency", "due_on", "pk"), "patient", "due_on"),
    ]


def _caseload(user: User, now: datetime) -> QuerySet[CareTeamMember, Any]:
    """Return the keys of the people somebody cares for."""
    on = Q(until__isnull=True) | Q(until__gt=now.date())
    return CareTeamMember.objects.filter(on, user=user).values("patient")


def _reached(user: User, now: datetime) -> QuerySet[Patient, Any]:
    """Return the keys of the people somebody cares for, registered themselves, or has an open emergency access to."""
    registered = Q(recorded_by=user, episodes__isnull=True)
    in_emergency = GlassBreak.objects.filter(recorded_by=user, closes_at__gt=now, closed_at__isnull=True).values("patient")
    return Patient.objects.filter(Q(pk__in=_caseload(user, now)) | registered | Q(pk__in=in_emergency)).values("pk")


def _open_tasks(user: User) -> QuerySet[Task]:
    """Return the open tasks that are somebody's or nobody's."""
    return Task.objects.filter(Q(owner=user) | Q(owner__isnull=True), state__in=["open", "in_progress"]).select_related("patient")


def _out_of_touch(user: User, now: datetime) -> QuerySet[Patient]:
    """Return the people of a caseload whom nobody has seen for a fortnight."""
    since = now - timedelta(days=14)
    of_patient = {"patient": OuterRef("pk")}
    sessions = Attendance.objects.filter(**of_patient, state__in=PRESENT).order_by("-session__starts_at").values("session__starts_at")
    kept = Appointment.objects.filter(**of_patient, state="kept").order_by("-starts_at").values("starts_at")
    doses = Dose.objects.filter(**of_patient).order_by("-for_day", "-id").values("given_at")
    in_care = Episode.objects.filter(**of_patient, discharged_on__isnull=True, admitted_on__lte=since.date())
    people = Patient.objects.filter(Exists(in_care), pk__in=_caseload(user, now), deceased_on__isnull=True)
    people = people.annotate(last=Greatest(Subquery(sessions[:1]), Subquery(kept[:1]), Subquery(doses[:1])))
    return people.filter(Q(last__lt=since) | Q(last__isnull=True)).order_by("last", "pk")


def _appointments(user: User, now: datetime) -> QuerySet[Appointment]:
    """Return whom somebody meets today."""
    start = datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)
    booked = Appointment.objects.filter(clinician=user, state="booked", starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return booked.exclude(kind="group").select_related("patient", "site__program", "clinician").order_by("starts_at", "pk")


def _unsigned(user: User) -> QuerySet[Attendance]:
    """Return somebody's notes that wait for a signature."""
    waiting = Attendance.objects.filter(session__clinician=user, signed_at__isnull=True)
    return waiting.select_related("session__site", "session__clinician", "patient").order_by("session__starts_at", "pk")
