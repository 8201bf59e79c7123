"""Let partners' systems in, shut them out, and end agreements, in the record room."""

from datetime import date

import pytest
from oauth2_provider.models import get_access_token_model

from casemgr.core.accounts.models import ApiClient
from casemgr.core.administration.agreements.actions import record_agreement
from casemgr.core.agreements.models import Agreement
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization

SECRET = "long-enough-for-anybody"
ASKED = {"name": "Mercy exchange", "client_id": "mercy", "rests_on": "consent", "client_secret": SECRET, "purpose": "treatment"}


@pytest.fixture
def hospital(db):
    return Organization.objects.create(name="Mercy Hospital", kind="hospital")


@pytest.fixture
def client_of(clinic, sign_in, place, hospital):
    """Return the partner's system that an administrator let in, and the administrator's browser."""
    browser = sign_in(clinic.administrator)
    asked = {**ASKED, "organization": hospital.pk, "scopes": ["patient.read"]}
    assert browser.post(place(ApiClient, "add"), asked).status_code == 302
    return ApiClient.objects.get(), browser


def test_a_partners_system_is_let_in_and_its_secret_is_shown_nowhere(clinic, client_of, place, hospital):
    system, browser = client_of
    assert (system.organization, system.purpose, system.user.is_active, system.user.organization) == (hospital, "treatment", True, hospital)
    assert system.client_secret != SECRET
    for page in (place(ApiClient), place(system, "change"), place(system, "history")):
        words = browser.get(page).content.decode()
        assert SECRET not in words
        assert system.client_secret not in words
    event = AuditEvent.objects.get(verb="register_client")
    assert (event.outcome, event.door, event.actor_id) == ("done", "admin", clinic.administrator.pk)
    assert not AuditEvent.objects.filter(detail__contains=SECRET).exists()


@pytest.mark.parametrize(("changed", "field"), [({"client_secret": "short"}, "client_secret"), ({"scopes": []}, "scopes")])
def test_a_system_without_what_it_needs_is_not_let_in(clinic, sign_in, place, hospital, changed, field):
    asked = {**ASKED, "organization": hospital.pk, "scopes": ["patient.read"], **changed}
    answer = sign_in(clinic.administrator).post(place(ApiClient, "add"), asked)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ApiClient.objects.exists()


def token_of(system, now):
    return get_access_token_model().objects.create(application=system, token="t", expires=now.replace(year=2027), scope="patient.read")


def test_it_is_shut_out_and_let_in_again(client_of, place, now):
    system, browser = client_of
    token_of(system, now)
    assert browser.post(place(system, verb="stop_client")).status_code == 302
    system.user.refresh_from_db()
    assert not system.user.is_active
    assert not get_access_token_model().objects.exists(), "every token ends at once"
    page = browser.get(place(system, "change")).content.decode()
    assert (place(system, verb="stop_client") in page, place(system, verb="let_client_ask_again") in page) == (False, True)
    assert browser.post(place(system, verb="let_client_ask_again")).status_code == 302
    system.user.refresh_from_db()
    assert system.user.is_active


def test_another_secret_ends_what_the_old_one_opened(client_of, place, now):
    system, browser = client_of
    token_of(system, now)
    before = system.client_secret
    assert browser.post(place(system, verb="change_client_secret"), {"client_secret": "short"}).status_code == 422
    assert get_access_token_model().objects.exists()
    assert browser.post(place(system, verb="change_client_secret"), {"client_secret": "another-long-secret"}).status_code == 302
    system.refresh_from_db()
    assert system.client_secret not in {before, "another-long-secret"}
    assert not get_access_token_model().objects.exists()


@pytest.mark.parametrize("role", ["case_manager", "director", "privacy_officer"])
def test_nobody_else_lets_systems_in_or_out(clinic, sign_in, client_of, place, role):
    system, _browser = client_of
    browser = sign_in(clinic.staff[role])
    pages = [browser.get(place(ApiClient)), browser.get(place(ApiClient, "add")), browser.post(place(system, verb="stop_client"))]
    assert {answer.status_code for answer in pages} <= {403, 404}
    system.user.refresh_from_db()
    assert system.user.is_active


def test_an_agreement_is_ended_early_with_its_reason(clinic, sign_in, place, hospital, now):
    agreement = record_agreement(
        program=clinic.program, organization=hospital, kind="qsoa", services="Testing", signed_on=date(2026, 3, 1),
        expires_on=date(2027, 3, 1), signed_for_them="Dr. Osei", bound_by_part2=True, resists_proceedings=True,
        by=clinic.privacy_officer, at=now,
    )  # fmt: skip
    browser = sign_in(clinic.privacy_officer)
    assert browser.post(place(agreement, verb="end_agreement"), {"ended_on": "2026-03-04", "reason": " "}).status_code == 422
    assert browser.post(place(agreement, verb="end_agreement"), {"ended_on": "2026-03-04", "reason": "Bought by others"}).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.ended_on, agreement.end_reason) == (date(2026, 3, 4), "Bought by others")
    assert browser.post(place(agreement, verb="end_agreement"), {"ended_on": "2026-03-04", "reason": "x"}).status_code == 422, (
        "it ends once"
    )
    agreement.refresh_from_db()
    assert agreement.end_reason == "Bought by others"
    assert AuditEvent.objects.get(verb="end_agreement", outcome="done").door == "admin"
    front_desk = sign_in(clinic.front_desk)
    assert {front_desk.get(place(Agreement)).status_code, front_desk.get(place(agreement, "change")).status_code} == {403}
