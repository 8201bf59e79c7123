from datetime import date

import pytest
import time_machine

from casemgr.core.directory.models import Organization
from patients.accounting.actions import take_records_request
from patients.consent.actions import record_consent
from patients.disclosures.actions import disclose


@pytest.fixture
def _at_that_moment(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def hospital(db):
    return Organization.objects.create(
        name="Mercy Hospital", kind="hospital", hipaa_role="covered_entity", address="1 Hill Road\nSpringfield"
    )


@pytest.fixture
def landlord(db):
    return Organization.objects.create(name="Grove Homes", kind="housing")


@pytest.fixture
def consent(clinic, now, hospital, landlord):
    """Return a function that records a whole consent of long standing to both, with these facts changed."""

    def _consent(patient, **facts):
        values = {
            "discloser": clinic.program,
            "kind": "specific",
            "recipients": [hospital, landlord],
            "purposes": ["treatment", "housing"],
            "categories": ["demographics", "medications"],
            "description": "My medications",
            "revocation_statement": "Tell us at any time",
            "redisclosure_statement": "It may be passed on",
            "refusal_statement": "You need not sign",
            "signed_by": patient.legal_name,
            "signer_relationship": "patient",
            "signed_on": date(2018, 3, 1),
            "valid_until": date(2036, 9, 1),
            **facts,
        }
        return record_consent(patient=patient, by=clinic.case_manager, at=now, **values)

    return _consent


@pytest.fixture
def tell(clinic, now, hospital):
    """Return a function that tells the hospital about a person's medications, with these facts changed."""

    def _tell(patient, **changes):
        values = {
            "recipient": hospital,
            "purpose": "treatment",
            "categories": ["medications"],
            "description": "Medications",
            "via": "letter",
            "by": clinic.case_manager,
            "at": now,
            **changes,
        }
        return disclose(patient=patient, **values)

    return _tell


@pytest.fixture
def ask(clinic, now):
    """Return a function that takes a request in, with these facts changed."""

    def _ask(patient, **facts):
        values = {
            "kind": "accounting",
            "received_on": date(2026, 3, 4),
            "asked_how": "mail",
            "by": clinic.privacy_officer,
            "at": now,
            **facts,
        }
        return take_records_request(patient=patient, program=clinic.program, **values)

    return _ask
