from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from patients.record.models import ContactPoint
from treatment_plans.appointments.actions import book_appointment

NEW_YORK = ZoneInfo("America/New_York")


def local(year, month, day, hour, minute=0, zone=NEW_YORK):
    return datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


@pytest.fixture
def book(clinic):
    """Return a function that books an individual session of an hour with the therapist."""

    def _book(patient, starts_at, *, minutes=60, **facts):
        values = {"kind": "individual", "site": clinic.north, "clinician": clinic.therapist, "by": clinic.front_desk, "at": clinic.now}
        return book_appointment(patient=patient, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), **values | facts)

    return _book


@pytest.fixture
def opted_in(clinic):
    """Return a function that makes a person who agreed to reminders by text."""

    def _opted_in(*, kind="phone", value="+15550101", flags=None, **facts):
        patient = clinic.patient(**facts)
        agreed = {"ok_to_text": True, "wants_reminders": True, "reminders_agreed_at": clinic.now}
        ContactPoint.objects.create(
            patient=patient, kind=kind, value=value, recorded_at=clinic.now, recorded_by=clinic.system, **agreed | (flags or {})
        )
        return patient

    return _opted_in


@pytest.fixture
def outcomes():
    """Return a function that drains what is due at a moment and says what became of each reminder."""

    def _outcomes(at):
        drain(at=at)
        return {fact.key.split(":", 2)[2]: fact.outcome for fact in Fact.objects.filter(state="done", kind="AppointmentReminderDue")}

    return _outcomes
