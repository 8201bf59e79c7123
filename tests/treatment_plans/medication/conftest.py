"""Furnish the dosing window: a product, a lot, an order."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose
from treatment_plans.inventory.actions import add_product, receive_lot
from treatment_plans.medication.actions import administer_dose, write_order

TODAY = date(2026, 3, 4)


@pytest.fixture
def methadone(clinic, now):
    return add_product(
        name="Methadone 10 mg/ml oral concentrate",
        substance="methadone",
        form="oral concentrate",
        rxnorm="991147",
        mg_per_ml=Decimal(10),
        by=clinic.nurse,
        at=now,
    )


@pytest.fixture
def buprenorphine(clinic, now):
    return add_product(
        name="Buprenorphine/naloxone 8/2 mg film",
        substance="buprenorphine",
        form="SL film",
        rxnorm="1010604",
        mg_per_unit=Decimal(8),
        by=clinic.nurse,
        at=now,
    )


@pytest.fixture
def lot(clinic, methadone, now):
    return receive_lot(
        product=methadone, site=clinic.north, number="M-1", expires_on=date(2027, 1, 31), mg=Decimal(100_000), by=clinic.nurse, at=now
    )


@pytest.fixture
def ordered(clinic, methadone, lot, now):
    """Return a function that writes an order of methadone and gives it as it is."""

    def _ordered(patient=None, *, mg=Decimal(40), product=None, starts_on=TODAY, at: datetime = now, **more):
        return write_order(
            patient=patient or clinic.patient(),
            program=clinic.program,
            site=more.pop("site", clinic.north),
            product=product or methadone,
            daily_mg=Decimal(mg),
            starts_on=starts_on,
            by=clinic.prescriber,
            at=at,
            **more,
        )

    return _ordered


@pytest.fixture
def give(clinic, now):
    """Return a function that gives today's dose of an order."""

    def _give(order, *, by=None, at: datetime = now, **more):
        day = at.astimezone(order.site.zone).date()
        return administer_dose(order=order, **{"for_day": day, "initials": "NN", **more}, by=by or clinic.nurse, at=at)

    return _give


@pytest.fixture
def open_on_weekdays(clinic):
    """Let the site give doses from Monday to Saturday, and close on the day before."""
    for weekday in range(6):
        OpeningHours.objects.create(site=clinic.north, purpose=Purpose.DOSING, weekday=weekday, opens="06:00", closes="12:00")
    return clinic.north


@pytest.fixture
def close_site():
    def _close(site, day):
        return Closure.objects.create(site=site, day=day, reason="Storm")

    return _close
