from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.treatment_plans.appointments.conftest import book
from treatment_plans.inventory.actions import add_product
from treatment_plans.rooms.actions import add_room

__all__ = ["book"]


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def monday(clinic):
    """Return ten o'clock of the Monday after next, by the clock of the site."""
    today = clinic.now.astimezone(clinic.north.zone).date()
    day = today + timedelta(days=14 - today.weekday())
    return datetime(day.year, day.month, day.day, 10, tzinfo=clinic.north.zone)


@pytest.fixture
def room(clinic):
    """Return a room of the site North."""
    return add_room(site=clinic.north, name="Room 2", seats=8, by=clinic.director, at=clinic.now)


@pytest.fixture
def product(clinic):
    """Return what is given at the window."""
    return add_product(
        name="Methadone",
        substance="methadone",
        form="oral concentrate",
        rxnorm="991147",
        mg_per_ml=Decimal(10),
        by=clinic.nurse,
        at=clinic.now,
    )
