"""Measure how many doses a second go through the verb, with every check, the stock and the record."""

from dataclasses import dataclass
from datetime import datetime

from casemgr.bench.filling import Crowd
from casemgr.bench.stopwatch import Spent, Stopwatch, statements_of
from casemgr.core.accounts.models import User
from treatment_plans.medication.actions import administer_dose
from treatment_plans.medication.models import Dose, Order

SECOND = 1000.0
"""In milliseconds."""


@dataclass(frozen=True)
class DoseFigures:
    """Hold how many doses were given, what that took, and how many statements each sends."""

    doses: int
    spent: Spent
    statements: int

    @property
    def per_second(self) -> float:
        """Return how many were given in a second on the wall, one after the other."""
        return self.doses / self.spent.wall * SECOND

    @property
    def per_second_of_work(self) -> float:
        """Return how many were given in a second of both processes' work."""
        return self.doses / self.spent.work * SECOND


def measure_doses(crowd: Crowd, *, at: datetime, watch: Stopwatch) -> DoseFigures:
    """Give everybody on the list their dose of today, one after the other, as one window does."""
    nurse = User.objects.get(pk=crowd.nurse.pk)
    today = at.astimezone(crowd.site.zone).date()
    waiting = list(
        Order.objects.filter(site=crowd.site, product=crowd.product, state="active", patient__identifiers__system="bench").order_by("pk")
    )

    def give(order: Order) -> Dose:
        return administer_dose(order=order, for_day=today, initials="NW", by=nurse, at=at)

    statements = statements_of(lambda: give(waiting.pop()))
    spent = watch.time(lambda: [give(order) for order in waiting])
    return DoseFigures(len(waiting), spent, statements)
