from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casemgr.core.messaging.models import Message
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Refused
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def book(clinic):
    """Return a function that books an individual session of an hour with the therapist."""

    def _book(patient, starts_at, **facts):
        values = {"kind": "individual", "site": clinic.north, "clinician": clinic.therapist, "by": clinic.front_desk, "at": clinic.now}
        return book_appointment(patient=patient, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **values | facts)

    return _book


def local(year, month, day, hour, minute=0, zone=NEW_YORK):
    return datetime(year, month, day, hour, minute, tzinfo=zone)


def test_booking_records_reminders_for_72_and_24_hours_before(clinic, book):
    booked = book(clinic.patient(), local(2026, 3, 10, 10))
    facts = Fact.objects.order_by("due_at").values_list("key", "due_at", "payload")
    assert [(key, due.astimezone(NEW_YORK)) for key, due, _ in facts] == [
        (f"reminder:{booked.pk}:1:72h", local(2026, 3, 7, 10)),  # the clocks go forward on the 8th
        (f"reminder:{booked.pk}:1:24h", local(2026, 3, 9, 10)),
    ]
