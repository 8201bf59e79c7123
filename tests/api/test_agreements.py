from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from casemgr.api.actions import let_client_ask_again, register_client, stop_client
from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import ApiClient, User
from casemgr.core.administration.agreements.actions import end_agreement, record_agreement
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Refused

SECRET = "a-secret-of-the-laboratory"
LAST_MINUTE = datetime(2026, 4, 2, 3, 59, tzinfo=UTC)  # 23:59 on April 1 in New York
NEXT_DAY = datetime(2026, 4, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def laboratory(db) -> Organization:
    return Organization.objects.create(name="Harbor Laboratory", kind="laboratory")


@pytest.fixture
def agree(clinic, laboratory, now):
    def _agree(**facts):
        known = {
            "program": clinic.program, "organization": laboratory, "kind": "qsoa", "services": "Urine drug testing",
            "signed_on": date(2026, 3, 1), "expires_on": date(2026, 4, 2), "bound_by_part2": True, "resists_proceedings": True,
        }  # fmt: skip
        return record_agreement(**{**known, **facts}, by=clinic.privacy_officer, at=now)

    return _agree


def register(clinic, laboratory, now, **facts) -> ApiClient:
    known = {"name": "Harbor exchange", "client_id": "harbor", "client_secret": SECRET, "scopes": list(SCOPES), "purpose": "treatment"}
    known["rests_on"] = "agreement"
    return register_client(organization=laboratory, **{**known, **facts}, by=clinic.administrator, at=now)


def ask_for_a_token():
    typed = {"grant_type": "client_credentials", "client_id": "harbor", "client_secret": SECRET}
    return Client().post("/oauth/token", typed)


def ask(token):
    return Client().get("/api/v1/patients", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("facts", [None, {"kind": "contractor"}, {"expires_on": date(2026, 3, 4)}])
def test_without_a_live_agreement_no_client_rests_on_one(clinic, laboratory, agree, now, facts):
    if facts:
        agree(**facts)
    with pytest.raises(Refused) as refused:
        register(clinic, laboratory, now)
    assert [(reason.field, reason.code) for reason in refused.value.reasons] == [("rests_on", "no_agreement")]
    assert not ApiClient.objects.exists()


def test_a_client_stops_answering_the_day_its_agreement_ends(clinic, laboratory, agree, now):
    agree()
    register(clinic, laboratory, now)
    with time_machine.travel(LAST_MINUTE, tick=False):
        answer = ask_for_a_token()
        assert answer.status_code == 200
        token = answer.json()["access_token"]
        assert ask(token).status_code == 200
    with time_machine.travel(NEXT_DAY, tick=False):
        assert ask(token).status_code == 401  # the token itself would be good for nine minutes more
        assert ask_for_a_token().status_code == 401


def test_a_client_stops_at_once_when_its_agreement_is_ended(clinic, laboratory, agree, now):
    agreement = agree()
    register(clinic, laboratory, now)
    with time_machine.travel(now, tick=False):
        token = ask_for_a_token().json()["access_token"]
        end_agreement(agreement=agreement, ended_on=date(2026, 3, 4), reason="They changed hands.", by=clinic.director, at=now)
        assert ask(token).status_code == 401
        assert ask_for_a_token().status_code == 401


def test_a_client_that_rests_on_consent_needs_no_agreement(clinic, laboratory, now):
    assert register(clinic, laboratory, now, rests_on="consent").rests_on == "consent"


def test_a_stopped_client_asks_again_only_while_an_agreement_holds(clinic, laboratory, agree, now):
    agree()
    client = register(clinic, laboratory, now)
    with time_machine.travel(now, tick=False):
        token = ask_for_a_token().json()["access_token"]
        stop_client(client=client, by=clinic.administrator, at=now)
        assert ask(token).status_code == 401
        assert ask_for_a_token().status_code == 401
    client = ApiClient.objects.get()
    with pytest.raises(Refused, match="in force"):
        let_client_ask_again(client=client, by=clinic.administrator, at=NEXT_DAY)
    assert not User.objects.get(pk=client.user_id).is_active
    let_client_ask_again(client=client, by=clinic.administrator, at=now)
    assert User.objects.get(pk=client.user_id).is_active
