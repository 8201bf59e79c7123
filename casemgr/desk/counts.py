"""Count what waits for the signed-in person, beside the names in the navigation: one query a page, whatever the role."""

from datetime import date
from typing import Any

from django.db import connection
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
from treatment_plans.signing.queries import to_cosign

PAGES = {
    "tasks": "referrals:tasks",
    "unsigned": "treatment_plans:unsigned",
    "cosign": "treatment_plans:cosign",
    "dosing": "treatment_plans:dosing",
    "referrals": "referrals:referrals",
    "privacy": "desk:privacy",
}


MOST_STATEMENTS = 1000
"""How many people's statements one process keeps, some kilobytes each; then it begins anew."""

Statement = tuple[tuple[str, ...], str, tuple[Any, ...]]

_statements: dict[tuple[Any, ...], Statement] = {}

ABOUT_NO_PATIENT = {"privacy", "cosign"}
"""What is counted without regard to whom it concerns: a privacy officer owes every deadline; what is to be co-signed knows it already."""


def navigation_counts(request: HttpRequest) -> dict[str, int]:
    """Return what waits for the signed-in person, by the page where it is dealt with."""
    user = request.user
    return waiting_for(user, today=timezone.localdate()) if isinstance(user, User) else {}


def waiting_for(user: User, *, today: date) -> dict[str, int]:
    """Return every count of this person in one statement."""
    names, sql, params = _statement_for(user, today)
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _statement_for(user: User, today: date) -> Statement:
    """Return the statement that counts for this person, and the pages in the order of its columns.

    It stands on every page, and to put it together costs many times what the database needs to answer it; so it is kept until something
    changes on which it depends. All of that is in the key: who asks, with which memberships, with open glass or without, on which day.
    """
    held = frozenset((m.role, m.program_id, m.site_id) for m in user.current_memberships)
    key = (user.pk, held, user.glass_until is not None, today)
    if key not in _statements:
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        _statements[key] = _put_together(user, today)
    return _statements[key]


def _put_together(user: User, today: date) -> Statement:
    """Return the statement that counts everything that waits for this person."""
    waiting = _waiting(user, today)
    if not waiting:
        return (), "", ()
    parts = {name: _number(_known(user, name, rows)) for name, rows in waiting.items()}
    sql, params = User.objects.filter(pk=user.pk).values_list(*parts.values()).query.sql_with_params()
    return tuple(PAGES[name] for name in parts), sql, params


def _waiting(user: User, today: date) -> dict[str, QuerySet[Any]]:
    """Return what waits, by the page where it is dealt with."""
    waiting: dict[str, QuerySet[Any]] = {}
    if user.may(Can.WRITE_TASK):
        waiting["tasks"] = Task.objects.filter(owner=user, due_on__lte=today, state__in=[TaskState.OPEN, TaskState.IN_PROGRESS])
    if user.may(Can.WRITE_SESSION):
        waiting["unsigned"] = Attendance.objects.filter(session__clinician=user, signed_at__isnull=True)
    if user.may(Can.COSIGN_NOTES):
        waiting["cosign"] = to_cosign(user)
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
