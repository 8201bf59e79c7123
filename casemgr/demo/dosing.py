"""Dose the people of the demo clinic: induction, steady days, missed days, holds and what follows."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from treatment_plans.medication.actions import administer_dose, end_order, note_missed_doses, release_order, write_order
from treatment_plans.medication.models import Order, OrderState

FIRST_MG = {"methadone": 30, "buprenorphine": 8}
STEP_MG = {"methadone": 10, "buprenorphine": 8}
STEP_DAYS = 5
CRISIS_DAYS = 5
DECISION_DAYS = 3
"""Days after a hold on which the demo's prescriber decides."""
YET_TO_COME = 2
"""One person in this many has not come yet today, at whatever hour the demo is opened: the window always has somebody to serve."""


def dose_everybody(life: Life, day: date) -> None:
    """Give today's doses at both sites and note afterwards who did not come."""
    closed = {site.pk for number, site in enumerate(life.clinic.sites) if number == 1 and day.weekday() == 6}
    dosed = [person for person in life.in_care if person.substance]
    _look_at_orders(dosed)
    is_today = not life.is_past(life.moment(day + timedelta(days=1), 0, 0))
    for place, person in enumerate(dosed):
        at = life.moment(day, 5, 40) + timedelta(minutes=3 * place % 330)
        if person.course.site.pk in closed or not life.is_past(at) or (is_today and place % YET_TO_COME == 1):
            continue
        _visit_prescriber(life, person, day, at - timedelta(seconds=30))
        if _comes(life, person, day):
            _give(life, person, day, at)
            if life.site_number(person) == 1 and day.weekday() == 5 and person.discharged_on != day:
                _give(life, person, day + timedelta(days=1), at)
    at = life.moment(day, 18, 30)
    if life.is_past(at) and not is_today:
        for site in life.clinic.sites:
            note_missed_doses(site=site, day=day, by=life.clinic.system, at=at)


def _look_at_orders(dosed: list[Persona]) -> None:
    """Read this morning's state of everybody's order: last night's count may have put some on hold."""
    orders = Order.objects.in_bulk([person.course.order.pk for person in dosed if person.course.order])
    for person in dosed:
        if person.course.order:
            person.course.order = orders[person.course.order.pk]


def _comes(life: Life, person: Persona, day: date) -> bool:
    """Say whether the person comes for their dose: not in the days of a crisis, otherwise nearly always."""
    crisis = person.crisis_on
    if crisis and crisis <= day < crisis + timedelta(days=CRISIS_DAYS):
        return False
    return day == person.admitted_on or life.random.random() > person.misses


def _give(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Give the dose that is ordered, unless the order is on hold."""
    order = person.course.order
    if order is None:
        return
    if order.state != OrderState.ACTIVE or (order.ends_on and order.ends_on <= day):
        return
    nurse = staff_of(life, person)[Role.NURSE]
    initials = "".join(word[0] for word in nurse.full_name.split())
    administer_dose(order=order, for_day=day, initials=initials, by=nurse, at=at)


def _visit_prescriber(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Write the first order, raise the dose step by step, decide on a hold, end the order with the care."""
    prescriber = staff_of(life, person)[Role.PRESCRIBER]
    order = person.course.order
    if order is None:
        person.course.order = _order(life, person, FIRST_MG[person.substance], day, at)
        return
    if order.state == OrderState.ON_HOLD:
        held_on = person.course.held_on = person.course.held_on or day
        if (day - held_on).days >= DECISION_DAYS and life.random.random() < 0.6:
            release_order(order=order, by=prescriber, at=at)
            person.course.held_on = None
            person.course.order = _order(life, person, FIRST_MG[person.substance], day, at)
    elif person.discharged_on == day:
        end_order(order=order, on=day + timedelta(days=1), by=prescriber, at=at)
    elif order.daily_mg < person.target_mg and (day - order.starts_on).days >= STEP_DAYS:
        person.course.order = _order(life, person, int(order.daily_mg) + STEP_MG[person.substance], day, at)


def _order(life: Life, person: Persona, mg: int, day: date, at: datetime) -> Order:
    """Write an order; the clinic's verb ends the one before."""
    return write_order(
        patient=person.course.patient,
        program=life.clinic.program,
        site=person.course.site,
        product=life.clinic.products[person.substance],
        daily_mg=Decimal(mg),
        starts_on=day,
        by=staff_of(life, person)[Role.PRESCRIBER],
        at=at,
    )
