from datetime import timedelta

import pytest
from django.utils import timezone

from casemgr.core.accounts.models import User
from patients.guarding.actions import Identity
from patients.guarding.rules import Ground


@pytest.fixture
def right_now():
    """Return this very moment: windows close by the database's own clock."""
    return timezone.now()


@pytest.fixture
def again():
    """Return a function that reads a user anew, as the next request would."""
    return lambda user: User.objects.get(pk=user.pk)


@pytest.fixture
def emergency(right_now):
    return Ground(
        kind="emergency",
        medical_personnel="Dr. Ada Ruiz",
        affiliation="St. Anne Hospital",
        disclosed_by="Nora Whitfield",
        disclosed_at=right_now - timedelta(minutes=2),
        nature="Found unconscious, breathing slowly",
        personnel_at="inside",
    )


@pytest.fixture
def internal():
    return Ground(kind="internal", reason="in_need_now", words="Stands at the desk in tears")


@pytest.fixture
def exactly():
    """Return a function that names a person exactly."""
    return lambda patient: Identity(name=patient.legal_name, birth_date=patient.birth_date)
