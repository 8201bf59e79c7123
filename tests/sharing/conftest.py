from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from casemgr.core.directory.models import Organization
from patients.consent.actions import record_consent
from patients.consent.models import Consent
from patients.record.models import Patient
from patients.transmissions.actions import agree_on_secure_address, register_webhook
from tests.sharing.canaries import CANARIES, fill
from tests.sharing.receivers import PartnerSystem, partner_system

SECRET = "whsec_" + "QSBzZWNyZXQgdGhhdCBub2JvZHkgZWxzZSBrbm93cw=="


@pytest.fixture
def filled(clinic) -> Patient:
    """Return a person whose record holds a word in every part."""
    patient = clinic.patient(given=CANARIES["demographics"], family="Reyes")
    fill(clinic, patient)
    return patient


@pytest.fixture
def hospital(clinic, now) -> Organization:
    """Return a hospital with a secure address."""
    found = Organization.objects.create(name="Mercy Hospital", kind="hospital", hipaa_role="covered_entity", address="1 Hill Road")
    agree_on_secure_address(
        organization=found, email="records@mercy.test", agreed_with="Ms. Lee", agreed_on=date(2026, 1, 5), by=clinic.case_manager, at=now
    )
    return found


@pytest.fixture
def listening():
    """Return a partner's system that listens."""
    with partner_system() as partner:
        yield partner


@pytest.fixture
def webhook(clinic, now, hospital, listening) -> PartnerSystem:
    """Return the hospital's system, which is told of every kind of event."""
    register_webhook(
        organization=hospital,
        url=listening.url,
        secret=SECRET,
        purpose="treatment",
        events=["referral.sent", "appointment.changed", "order.changed"],
        by=clinic.administrator,
        at=now,
        inside=True,
    )
    return listening


@pytest.fixture
def consent(clinic, now, hospital) -> Callable[..., Consent]:
    """Return a function that records a whole consent for the hospital, with these facts changed."""

    def _consent(patient: Patient, **facts: Any) -> Consent:
        values = {
            "discloser": clinic.program,
            "kind": "specific",
            "recipients": [hospital],
            "purposes": ["treatment"],
            "categories": ["demographics", "medications", "appointments"],
            "description": "My medications and appointments",
            "revocation_statement": "Tell us at any time",
            "redisclosure_statement": "It may be passed on",
            "signed_by": patient.legal_name,
            "signer_relationship": "patient",
            "signed_on": date(2026, 3, 1),
            "valid_until": date(2030, 1, 1),
            **facts,
        }
        return record_consent(patient=patient, by=clinic.case_manager, at=now, **values)

    return _consent
