import base64
import json
from ipaddress import ip_address
from uuid import uuid4

import jsonschema
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from casemgr.api.scopes import SCOPES
from casemgr.core.audit.models import AuditEvent
from casemgr.proxies import read_proxies
from tests.api.conftest import SECRET


def ask_for_token(client, secret=SECRET, *, forwarded_for="", **form):
    basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Forwarded-For": forwarded_for}
    return Client().post("/oauth/token", {"grant_type": "client_credentials", **form}, headers=headers)


class TestToken:
    """The only way in."""

    def test_a_client_that_proves_its_secret_gets_a_token_for_ten_minutes(self, clinic, hospital):
        patient = clinic.patient()
        hospital.consent(patient)
        answer = ask_for_token(hospital.client, scope="patient.read")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        granted = answer.json()
        assert (granted["token_type"], granted["expires_in"], granted["scope"]) == ("Bearer", 600, "patient.read")
        hospital.token = granted["access_token"]
        assert hospital.get(f"/api/v1/patients/{patient.public_id}").status_code == 200
        assert hospital.get(f"/api/v1/patients/{patient.public_id}/plan").status_code == 403
        assert AuditEvent.objects.get(verb="token").outcome == "done"

    def test_secrets_and_tokens_are_kept_as_hashes_only(self, hospital):
        token = ask_for_token(hospital.client).json()["access_token"]
        hospital.client.refresh_from_db()
        assert hospital.client.client_secret.startswith("argon2$")
        kept = get_access_token_model().objects.order_by("-id").first()
        assert kept.token == ""
        assert token not in kept.token_checksum

    def test_a_client_never_gets_more_than_it_was_registered_with(self, partner):
        grove = partner(name="Grove Homes", kind="housing", purpose="housing", scopes=["patient.read", "housing.read"])
        assert ask_for_token(grove.client).json()["scope"] == "patient.read housing.read"
        refused = ask_for_token(grove.client, scope="medications.read")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")

    def test_a_wrong_secret_and_an_unknown_client_are_answered_alike(self, hospital):
        wrong = ask_for_token(hospital.client, secret="not the secret at all")
        hospital.client.client_id = "nobody"
        unknown = ask_for_token(hospital.client)
        assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content) == (401, b'{"error": "invalid_client"}')
        assert AuditEvent.objects.filter(verb="token", outcome="refused").count() == 2

    @pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"])
    def test_no_other_grant_is_known(self, hospital, grant):
        refused = ask_for_token(hospital.client, grant_type=grant, username="a", password="b", code="c", refresh_token="d")
        assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")

    def test_a_partner_that_was_shut_out_gets_no_token(self, hospital):
        hospital.organization.is_active = False
        hospital.organization.save()
        assert ask_for_token(hospital.client).status_code == 401

    def test_it_is_asked_by_post_and_nothing_else_of_oauth_is_open(self, db):
        assert Client().get("/oauth/token").status_code == 405
        for path in (
            "authorize",
            "revoke_token",
            "introspect",
            "applications",
            "token/",
            "device-authorization",
            ".well-known/openid-configuration",
        ):
            assert Client().get(f"/oauth/{path}").status_code == 404
            assert Client().post(f"/oauth/{path}").status_code == 404

    def test_guessing_is_slowed_down(self, settings, hospital):
        settings.PARTNER_TOKENS_PER_MINUTE = 0
        refused = ask_for_token(hospital.client)
        assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")

    def test_attempts_are_counted_for_each_partner_behind_our_own_proxy(self, settings, hospital):
        settings.PARTNER_TOKENS_PER_MINUTE = 1
        settings.TRUSTED_PROXIES = read_proxies("127.0.0.1")
        first, other = (str(ip_address(uuid4().int)) for _address in range(2))
        with time_machine.travel(timezone.now(), tick=False):
            answers = [ask_for_token(hospital.client, forwarded_for=address).status_code for address in (first, first, f"{first}, {other}")]
        assert answers == [200, 429, 200], "who asks too often stops nobody else, whatever address they name besides their own"
        assert set(AuditEvent.objects.filter(verb="token").values_list("address", flat=True)) == {first, other}


@pytest.fixture(scope="module")
def schema():
    return json.loads(Client().get("/api/v1/schema/").content)


PROPOSALS = "/api/v1/patients/{patient}/plan/proposals"
DONE = {"/api/v1/consents": "202", PROPOSALS: "201", f"{PROPOSALS}/{{number}}/activation": "202"}
"""What an address answers that has done what it was asked, where it is not 200."""


class TestSchema:
    """What the API says of itself, and whether it is true."""

    def test_it_is_openapi_3_1_and_names_every_route_with_its_scope(self, schema):
        assert schema["openapi"] == "3.1.0"
        scopes = {path: operation["security"] for path, methods in schema["paths"].items() for operation in methods.values()}
        assert scopes == {
            "/api/v1/consents": [{"partner": ["consents.write"]}],
            "/api/v1/patients": [{"partner": ["patient.read"]}],
            "/api/v1/patients/search": [{"partner": ["patient.read"]}],
            "/api/v1/patients/{patient}": [{"partner": ["patient.read"]}],
            "/api/v1/patients/{patient}/medications": [{"partner": ["medications.read"]}],
            "/api/v1/patients/{patient}/plan": [{"partner": ["plan.read"]}],
            "/api/v1/patients/{patient}/plan/proposals": [{"partner": ["plan.propose"]}],
            "/api/v1/patients/{patient}/plan/proposals/{number}/activation": [{"partner": ["plan.propose"]}],
            "/api/v1/patients/{patient}/appointments": [{"partner": ["appointments.read"]}],
            "/api/v1/patients/{patient}/housing": [{"partner": ["housing.read"]}],
            "/api/v1/referrals": [{"partner": ["referrals.read"]}],
            "/api/v1/referrals/{number}/answer": [{"partner": ["referrals.answer"]}],
        }
        flow = schema["components"]["securitySchemes"]["partner"]["flows"]["clientCredentials"]
        assert (flow["tokenUrl"], set(flow["scopes"])) == ("/oauth/token", set(SCOPES))

    def test_every_operation_tells_which_problems_can_come(self, schema):
        for path, methods in schema["paths"].items():
            for operation in methods.values():
                done = DONE.get(path, "200")
                assert set(operation["responses"]) == {done, "401", "403", "404", "409", "422", "429"}
                assert set(operation["responses"]["404"]["content"]) == {"application/problem+json"}

    @pytest.mark.parametrize("part", ["", "/{}", "/{}/medications", "/{}/plan", "/{}/appointments", "/{}/housing"])
    def test_answers_look_as_it_says(self, clinic, hospital, schema, part):
        patient = clinic.patient()
        hospital.consent(patient)
        answer = hospital.get(f"/api/v1/patients{part.format(patient.public_id)}")
        described = schema["paths"][f"/api/v1/patients{part.format('{patient}')}"]["get"]["responses"]
        check(answer, described, schema)
        check(hospital.get(f"/api/v1/patients/{clinic.patient().public_id}"), described, schema)

    def test_people_read_it_under_the_content_security_policy(self, client):
        page = client.get(reverse("api:docs"))
        text = page.content.decode()
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert "<style" not in text
        assert text.count("<script") == text.count("<script src=") == 3
        script = client.get(reverse("api:docs") + "?script=")
        assert script.headers["Content-Type"].startswith("application/javascript")
        assert b"/api/v1/schema/" in script.content


def check(answer, described, schema):
    """Validate an answer against the schema of its status."""
    media = answer.headers["Content-Type"]
    shape = described[str(answer.status_code)]["content"][media]["schema"]
    jsonschema.Draft202012Validator({**shape, "components": schema["components"]}).validate(answer.json())
