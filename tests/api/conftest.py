import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, set_token_value

from casemgr.api.actions import register_client
from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import ApiClient
from casemgr.core.administration.directory.actions import add_organization
from casemgr.core.directory.models import Organization
from patients.consent.actions import record_consent
from patients.consent.models import Consent

SECRET = "a-secret-of-the-hospital"
EVERYTHING = ["demographics", "medications", "plan", "appointments", "housing"]
_numbers = count(1)


@dataclass
class Caller:
    """Ask the API as one partner's system, with a token."""

    organization: Organization
    client: ApiClient
    token: str
    clinic: object

    def get(self, path, **headers):
        return Client().get(path, headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path, body, **headers):
        return Client().post(
            path, json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {self.token}", **headers}
        )

    def consent(self, patient, categories=EVERYTHING, purposes=("treatment",), *, signed_on=None, **facts) -> Consent:
        """Record this patient's consent for this partner."""
        now = timezone.now()
        values = {
            "discloser": self.clinic.program,
            "kind": "specific",
            "recipients": [self.organization],
            "description": "What is ticked.",
            "revocation_statement": "Tell any member of staff.",
            "redisclosure_statement": "The recipient may pass it on.",
            "signed_by": patient.legal_name,
            "signer_relationship": "patient",
            "valid_until": date(2030, 1, 1),
            **facts,
        }
        return record_consent(
            patient=patient,
            purposes=purposes,
            categories=categories,
            signed_on=signed_on or now.date() - timedelta(days=2),
            by=self.clinic.case_manager,
            at=now,
            **values,
        )


@cache
def _hashed() -> str:
    """Return the secret as it is kept; hashing it anew for each test would take longer than the tests."""
    return make_password(SECRET)


@pytest.fixture
def partner(clinic):
    """Return a function that registers a partner system and gives it a token."""

    def _partner(*, purpose="treatment", scopes=tuple(SCOPES), kind="hospital", name="Mercy Hospital") -> Caller:
        now = timezone.now()
        organization = add_organization(name=name, kind=kind, hipaa_role="covered_entity", by=clinic.administrator, at=now)
        client = register_client(
            organization=organization,
            name=f"{name} record system",
            client_id=f"client-{uuid4().hex}",
            client_secret=_hashed(),
            scopes=scopes,
            purpose=purpose,
            by=clinic.administrator,
            at=now,
        )
        return Caller(organization, client, token_for(client, scopes), clinic)

    return _partner


@pytest.fixture
def hospital(partner) -> Caller:
    """Return a hospital's record system that asks for treatment and holds every scope."""
    return partner()


def token_for(client: ApiClient, scopes, *, expires=None) -> str:
    """Write a token the way the token endpoint does, without the costly check of the secret."""
    raw = f"token-{next(_numbers)}-{uuid4().hex}"
    token = get_access_token_model()(application=client, scope=" ".join(scopes), expires=expires or timezone.now() + timedelta(minutes=10))
    set_token_value(token, raw)
    token.save()
    return raw
