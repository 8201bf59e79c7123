"""Draw the doses: given here, taken home, missed, on hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from patients.episodes.models import Episode
from patients.record.models import Patient
from treatment_plans.inventory.models import Substance
from treatment_plans.medication.models import Dose, Order
from treatment_plans.medication.rules import DosingCalendar

SUBSTANCES = dict(Substance.choices)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Hold a time in days, the end not included."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.start <= day < self.end


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return one series for each substance, in four statements: orders, doses, stays in care, and what a prescriber held."""
    orders = list(_orders(patient, programs))
    given = _given(patient, programs)
    in_care = [
        Span(start, end or today + DAY)
        for start, end in Episode.objects.filter(patient=patient, program__in=programs).values_list("admitted_on", "discharged_on")
    ]
    held = _held(patient, today)
    found = []
    for substance in sorted({order.substance for order in orders} | set(given)):
        days = given.get(substance, {})
        mine = [order for order in orders if order.substance == substance]
        points = [*days.values(), *_without(mine, set(days), in_care, held, today)]
        if points:
            found.append(_series(substance, sorted(points, key=lambda point: point.on)))
    return found


def _series(substance: str, points: list[Point]) -> Series:
    """Return the lane of one substance, as high as its largest dose."""
    most = max((point.value or 0 for point in points), default=0)
    title = _("%(substance)s, mg a day") % {"substance": SUBSTANCES.get(substance, substance)}
    note = gettext_lazy("Height is the amount of the day. A striped bar was taken home; a mark below the line is a day without a dose.")
    return Series(f"doses_{substance}", title, Kind.DOSES, tuple(points), 0, most or 1, note=note)


def _orders(patient: Patient, programs: Programs) -> Iterable[Order]:
    """Return every order with the days on which its site gives doses, read along."""
    hours = OpeningHours.objects.filter(site=OuterRef("site"), purpose=Purpose.DOSING).order_by("weekday")
    closures = Closure.objects.filter(site=OuterRef("site")).order_by("day")
    orders = Order.objects.filter(patient=patient, program__in=programs).order_by("starts_on", "id")
    return orders.annotate(weekdays=ArraySubquery(hours.values("weekday")), closed=ArraySubquery(closures.values("day")))


def _given(patient: Patient, programs: Programs) -> dict[str, dict[date, Point]]:
    """Return for each substance the day's point: what was given in all, and whether any of it was taken home."""
    amounts: dict[tuple[str, date], list[tuple[float, bool]]] = defaultdict(list)
    rows = Dose.objects.filter(patient=patient, order__program__in=programs).order_by("for_day", "id")
    for substance, day, mg, home in rows.values_list("substance", "for_day", "mg", "is_take_home"):
        amounts[substance, day].append((float(mg), home))
    given: dict[str, dict[date, Point]] = defaultdict(dict)
    for (substance, day), parts in amounts.items():
        given[substance][day] = _dose(substance, day, parts)
    return given


def _dose(substance: str, day: date, parts: list[tuple[float, bool]]) -> Point:
    """Return what one day's doses come to."""
    total = sum(mg for mg, _home in parts)
    home = sum(mg for mg, is_home in parts if is_home)
    said = {"substance": SUBSTANCES.get(substance, substance), "mg": f"{total:g}", "home": f"{home:g}"}
    if not home:
        return Point(day, _("%(substance)s %(mg)s mg, given here") % said, Shape.GIVEN, total)
    if home == total:
        return Point(day, _("%(substance)s %(mg)s mg, taken home") % said, Shape.TAKEN_HOME, total)
    return Point(day, _("%(substance)s %(mg)s mg, %(home)s mg of it taken home") % said, Shape.TAKEN_HOME, total)


def _held(patient: Patient, today: date) -> dict[int, list[Span]]:
    """Return for each order when a prescriber had put it on hold, as the record of who did what says it."""
    verbs = {"hold_order": True, "release_order": False}
    rows = AuditEvent.objects.filter(patient_id__in=patient.keys, verb__in=verbs, outcome=Outcome.DONE).order_by("id")
    since: dict[int, date] = {}
    spans: dict[int, list[Span]] = defaultdict(list)
    for verb, subject, at in rows.values_list("verb", "subject", "at"):
        number = subject.rpartition(":")[2]
        order, day = int(number) if number.isdecimal() else 0, timezone.localtime(at).date()
        if verbs[verb]:
            since.setdefault(order, day)
        elif order in since:
            spans[order].append(Span(since.pop(order), day))
    for order, day in since.items():
        spans[order].append(Span(day, today + DAY))
    return spans


def _without(orders: Iterable[Order], covered: set[date], in_care: list[Span], held: dict[int, list[Span]], today: date) -> Iterator[Point]:
    """Return each day before today on which an order ran, the site gave doses, the person was in care, and no dose is on record."""
    told: set[date] = set()
    for order in orders:
        calendar = DosingCalendar(frozenset(order.weekdays), frozenset(order.closed))  # type: ignore[attr-defined]
        name = SUBSTANCES.get(order.substance, order.substance)
        end = min(order.ends_on or today, today)
        for day in (order.starts_on + n * DAY for n in range((end - order.starts_on).days)):
            if day in covered or day in told or not calendar.is_open(day) or not any(span.holds(day) for span in in_care):
                continue
            told.add(day)
            if any(span.holds(day) for span in held.get(order.pk, ())):
                yield Point(day, _("%(substance)s on hold, nothing was to be given") % {"substance": name}, Shape.HELD)
            else:
                yield Point(day, _("%(substance)s missed, no dose on record") % {"substance": name}, Shape.MISSED)


DOSES = Lane(Can.SEE_MEDICATION, read)
