from datetime import timedelta

import pytest
from django.utils import timezone

from tests.doors import COUNSELED
from treatment_plans.counseling.actions import add_counseling_addendum, save_counseling_note, sign_counseling_note
from treatment_plans.sessions.models import Attendance, Session


@pytest.fixture
def right_now():
    return timezone.now()


@pytest.fixture
def held(clinic, right_now):
    """Return the part of a person in a session that the therapist held."""
    stamp = {"recorded_at": right_now, "recorded_by": clinic.therapist}
    hours = {"starts_at": right_now - timedelta(hours=2), "ends_at": right_now - timedelta(hours=1)}
    session = Session.objects.create(site=clinic.north, clinician=clinic.therapist, kind="individual", **hours, **stamp)
    return Attendance.objects.create(session=session, patient=clinic.patient(), note="An ordinary note", **stamp)


@pytest.fixture
def note(clinic, held, right_now):
    """Return a signed counseling note of the therapist with an addendum."""
    common = {"by": clinic.therapist, "at": right_now}
    saved = save_counseling_note(attendance=held, body=f"I wonder about {COUNSELED}.", **common)
    signed = sign_counseling_note(note=saved, **common)
    add_counseling_addendum(note=signed, body=f"Once more {COUNSELED}.", **common)
    return signed
