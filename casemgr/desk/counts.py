"""Count what waits for the signed-in person, beside the names in the navigation: one query a page, whatever the role."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.deadlines.queries import clocks_seen_by
from patients.caseload.queries import hidden_from
from referrals.casework.models import Task, TaskState
from referrals.referral.models import Referral, ReferralState
from treatment_plans.medication.models import Dose, Order, OrderState
from treatment_plans.sessions.models import Attendance

PAGES = {
    "tasks": "referrals:tasks",
    "unsigned": "treatment_plans:unsigned",
    "dosing": "treatment_plans:dosing",
    "referrals": "referrals:referrals",
    "privacy": "desk:privacy",
}


ABOUT_NO_PATIENT = {"privacy"}
"""What is counted without regard to whom it concerns: a privacy officer owes every deadline."""


def navigation_counts(request: HttpRequest) -> dict[str, int]:
    """Return what waits for the signed-in person, by the page where it is dealt with."""
    user = request.user
    return waiting_for(user, today=timezone.localdate()) if isinstance(user, User) else {}


def waiting_for(user: User, *, today: date) -> dict[str, int]:
    """Return every count of this person in one statement."""
    parts = {name: _number(_known(user, name, rows)) for name, rows in _waiting(user, today).items()}
    row = User.objects.filter(pk=user.pk).values(**parts).first() if parts else None
    return {PAGES[name]: number for name, number in row.items()} if row else {}


def _waiting(user: User, today: date) -> dict[str, QuerySet[Any]]:
    """Return what waits, by the page where it is dealt with."""
    waiting: dict[str, QuerySet[Any]] = {}
    if user.may(Can.WRITE_TASK):
        waiting["tasks"] = Task.objects.filter(owner=user, due_on__lte=today, state__in=[TaskState.OPEN, TaskState.IN_PROGRESS])
    if user.may(Can.WRITE_SESSION):
        waiting["unsigned"] = Attendance.objects.filter(session__clinician=user, signed_at__isnull=True)
    if user.may(Can.ADMINISTER_DOSE):
        waiting["dosing"] = doses_to_come(user, today)
    if user.may(Can.MAKE_REFERRAL):
        programs = [membership.program_id for membership in user.reach(Can.MAKE_REFERRAL)]
        waiting["referrals"] = Referral.objects.filter(program__in=programs, recorded_by=user, state=ReferralState.SENT)
    if user.may(Can.OVERSEE_PRIVACY):
        waiting["privacy"] = clocks_seen_by(user).loud()
    return waiting


def doses_to_come(user: User, today: date) -> QuerySet[Order]:
    """Return the orders at this person's sites that run today and have no dose yet."""
    given = Dose.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance"), for_day=today)
    return orders_in_force(user, today).filter(~Exists(given))


def orders_in_force(user: User, today: date) -> QuerySet[Order]:
    """Return the orders that run today at the sites where this person may dose."""
    here = Q(pk__in=())
    for membership in user.reach(Can.ADMINISTER_DOSE):
        here |= Q(site=membership.site_id) if membership.site_id else Q(program=membership.program_id)
    running = Q(state__in=[OrderState.ACTIVE, OrderState.ON_HOLD], starts_on__lte=today)
    return Order.objects.filter(here, running, Q(ends_on__isnull=True) | Q(ends_on__gt=today))


def _known(user: User, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out what concerns people who do not exist for this user; a dose is never withheld because a chart is restricted."""
    return rows if name in ABOUT_NO_PATIENT else rows.exclude(hidden_from(user, at_the_window=name == "dosing"))


def _number(rows: QuerySet[Any]) -> Coalesce:
    """Return the number of these rows as a part of another statement."""
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
