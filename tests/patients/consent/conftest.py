from datetime import date

import pytest

from casemgr.core.directory.models import Organization
from patients.consent.actions import record_consent


@pytest.fixture
def hospital(db):
    return Organization.objects.create(name="Mercy Hospital", kind="hospital", hipaa_role="covered_entity", address="1 Hill Road")


@pytest.fixture
def landlord(db):
    return Organization.objects.create(name="Grove Homes", kind="housing")


@pytest.fixture
def consent(clinic, now, hospital):
    """Return a function that records a whole consent, with these facts changed."""

    def _consent(patient, *, by=None, at=None, **facts):
        values = {
            "discloser": clinic.program,
            "kind": "specific",
            "recipients": [hospital],
            "purposes": ["treatment"],
            "categories": ["demographics", "medications"],
            "description": "My medications",
            "revocation_statement": "Tell us at any time",
            "redisclosure_statement": "It may be passed on",
            "signed_by": patient.legal_name,
            "signer_relationship": "patient",
            "signed_on": date(2026, 3, 1),
            "valid_until": date(2026, 9, 1),
            **facts,
        }
        return record_consent(patient=patient, by=by or clinic.case_manager, at=at or now, **values)

    return _consent
