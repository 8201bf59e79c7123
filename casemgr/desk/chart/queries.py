"""Read one person's chart: always the same number of statements, however much or little there is."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels import PANELS
from casemgr.desk.chart.panels.panel import Found
from patients.caseload.queries import patients_seen_by
from patients.guarding.queries import THROUGH_GLASS
from patients.record.models import Patient
from treatment_plans.medication.models import Order, OrderState


def patient_seen_by(user: User, public_id: uuid.UUID) -> tuple[Patient, frozenset[Can]] | None:
    """Return a patient whom this user may know to be here, and the rights that they hold on this one, in one statement.

    Somebody who works at two sites in two roles holds a right on the patients of one of them only, and through broken glass reach only
    the rights to read: what the page of a verb would refuse is not among them.
    """
    ways = _ways(user)
    known = ways.pop(_way(user, Can.SEE_PATIENTS), [])
    rows = patients_seen_by(user).filter(public_id=public_id).select_related("registered_site")
    seen = {f"may_{rights[0]}": Exists(patients_seen_by(user, can=rights[0]).filter(pk=OuterRef("pk"))) for rights in ways.values()}
    patient = rows.annotate(**seen).first()
    if patient is None:
        return None
    reached = [rights for rights in ways.values() if getattr(patient, f"may_{rights[0]}")]
    return patient, frozenset(right for rights in [known, *reached] for right in rights)


def _ways(user: User) -> dict[tuple[Any, ...], list[Can]]:
    """Return the rights of this user, those together that reach the same people."""
    ways: dict[tuple[Any, ...], list[Can]] = {}
    for right in Can:
        if user.may(right):
            ways.setdefault(_way(user, right), []).append(right)
    return ways


def _way(user: User, right: Can) -> tuple[Any, ...]:
    """Return what decides whom a right reaches: the memberships that carry it, and whether it reaches through open glass."""
    return (user.glass_until is not None and right in THROUGH_GLASS, *(membership.pk for membership in user.reach(right)))


@dataclass
class Chart:
    """Hold everything that the chart shows; what the reader has no right to see was never read."""

    patient: Patient
    rights: frozenset[Can]
    now: datetime
    today: date
    found: dict[str, Found] = field(default_factory=dict)
    """What each open panel has read, by the panel's key."""

    def of(self, panel: str, name: str) -> list[Any]:
        """Return rows that a panel has read; none when it stays closed to the reader."""
        rows: list[Any] = self.found.get(panel, {}).get(name, [])
        return rows


def programs_open_to(user: User, *rights: Can) -> frozenset[int]:
    """Return the programs in which this user holds all of these rights; a part in a program that lacks one of them opens nothing there."""
    return frozenset.intersection(*(frozenset(membership.program_id for membership in user.reach(right)) for right in rights))


def read_chart(user: User, patient: Patient, rights: frozenset[Can], *, now: datetime, today: date) -> Chart:
    """Read the panels that these rights open; records of programs in which the reader does not hold the right of the panel stay closed."""
    chart = Chart(patient, rights, now, today)
    for panel in PANELS:
        if panel.opens_to(rights):
            chart.found[panel.key] = panel.read(patient, programs_open_to(user, *panel.rights), today)
    return chart


def current_order(chart: Chart) -> Order | None:
    """Return the order that runs today."""
    running = (
        order
        for order in chart.of("medication", "orders")
        if order.state != OrderState.ENDED and order.starts_on <= chart.today and (order.ends_on is None or order.ends_on > chart.today)
    )
    return next(running, None)


def order_to_give(chart: Chart) -> Order | None:
    """Return the order of which a dose is due today, if one is."""
    order = current_order(chart)
    if order is None or order.state != OrderState.ACTIVE:
        return None
    doses = chart.of("medication", "doses")
    given = sum(dose.mg for dose in doses if dose.for_day == chart.today and dose.substance == order.substance)
    return order if given < order.daily_mg else None
