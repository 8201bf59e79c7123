"""Furnish a partner, and people who consented."""

from datetime import date

import pytest

from casemgr.core.directory.models import Organization
from patients.consent.actions import record_consent
from referrals.referral.actions import draft_referral


@pytest.fixture
def shelter(db):
    return Organization.objects.create(name="Harbor House", kind="housing", phone="555-0142")


@pytest.fixture
def consent(clinic, now, shelter):
    """Return a function that records a consent to tell the shelter what a housing referral tells."""

    def _consent(patient, **more):
        facts = {
            "discloser": clinic.program,
            "kind": "specific",
            "recipients": [shelter],
            "purposes": ["housing"],
            "categories": ["demographics", "contact", "housing"],
            "description": "Name, how to reach me, and what I need to find a place to live.",
            "revocation_statement": "I may take this back at any time, in writing or by word.",
            "signed_by": patient.display_name,
            "signer_relationship": "patient",
            "signed_on": date(2026, 3, 1),
            "valid_until": date(2027, 3, 1),
            "by": clinic.case_manager,
            "at": now,
        }
        return record_consent(patient=patient, **(facts | more))

    return _consent


@pytest.fixture
def draft(clinic, now, shelter):
    def _draft(patient=None, **more):
        facts = {
            "program": clinic.program,
            "organization": shelter,
            "purpose": "housing",
            "service": "A bed",
            "by": clinic.case_manager,
            "at": now,
        }
        return draft_referral(patient=patient or clinic.patient(), **(facts | more))

    return _draft
