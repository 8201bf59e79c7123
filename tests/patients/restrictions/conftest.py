from datetime import date

import pytest

from casemgr.core.directory.models import Organization
from patients.restrictions.actions import ask_restriction
from tests.patients.disclosures.conftest import consent, hospital, landlord  # noqa: F401 - fixtures


@pytest.fixture
def plan(db):
    return Organization.objects.create(name="Good Health Plan", kind="health_plan", hipaa_role="covered_entity")


@pytest.fixture
def ask(clinic, now):
    """Return a function that writes down a request, with these facts changed."""

    def _ask(patient, *, by=None, at=None, **facts):
        values = {
            "program": clinic.program,
            "asked_by": "Rosa Lane",
            "asked_on": date(2026, 3, 4),
            "to_whom": "health_plans",
            "purposes": ["payment"],
            **facts,
        }
        return ask_restriction(patient=patient, by=by or clinic.case_manager, at=at or now, **values)

    return _ask


PAID = {"paid_in_full": True, "services": "Counseling in March", "purposes": ["payment", "operations"]}
