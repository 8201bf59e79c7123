from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import AuditEvent
from casemgr.proxies import read_proxies

PASSWORD = "a long enough password"


@pytest.fixture
def worker_with_password(clinic):
    cache.clear()
    user = clinic.case_manager
    user.set_password(PASSWORD)
    user.save()
    return user


def _sign_in(client, password=PASSWORD, email="case_manager@north.test"):
    return client.post("/account/login/", {"login": email, "password": password})


def test_passwords_are_kept_with_argon2id(worker_with_password):
    assert User.objects.get(pk=worker_with_password.pk).password.startswith("argon2$argon2id$")


def test_somebody_signs_in_with_e_mail_in_any_case_and_it_is_on_the_record(client, worker_with_password):
    answer = _sign_in(client, email="Case_Manager@North.Test")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    event = AuditEvent.objects.get(verb="sign_in")
    assert (event.outcome, event.actor_id, event.door) == ("done", worker_with_password.pk, "page")


def test_a_wrong_password_is_told_without_saying_whether_the_address_is_known(client, worker_with_password):
    known = _sign_in(client, password="wrong").content.decode()
    unknown = _sign_in(client, email="nobody@north.test", password="wrong").content.decode()
    sentence = "The email address and/or password you specified are not correct."
    assert sentence in known
    assert sentence in unknown
    assert list(AuditEvent.objects.filter(verb="sign_in").values_list("outcome", "actor_id")) == [
        ("denied", None),
        ("denied", worker_with_password.pk),
    ]


def test_five_wrong_passwords_lock_out_even_the_right_one(client, worker_with_password):
    for _attempt in range(5):
        _sign_in(client, password="wrong")
    _sign_in(client)
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(verb="sign_in", outcome="done").count() == 0


def test_attempts_are_counted_and_recorded_by_the_address_behind_our_own_proxy(client, worker_with_password, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}

    def answers(*addresses):
        return [
            client.post("/account/login/", {"login": "a@b.test", "password": "x"}, headers={"X-Forwarded-For": address}).status_code
            for address in addresses
        ]

    settings.TRUSTED_PROXIES = read_proxies("127.0.0.0/8")
    assert answers("203.0.113.9", "203.0.113.9", "198.51.100.1, 203.0.113.9", "203.0.113.9, 198.51.100.7") == [200, 200, 429, 200]
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {"203.0.113.9", "198.51.100.7"}
    settings.TRUSTED_PROXIES = ()
    assert answers("203.0.113.1", "203.0.113.2", "203.0.113.3") == [200, 200, 429], "a header that no proxy of ours wrote is not believed"
    assert AuditEvent.objects.order_by("-pk")[0].address == "127.0.0.1"


def test_nobody_makes_an_account_for_themselves(client, clinic):
    before = User.objects.count()
    client.post("/account/signup/", {"email": "new@north.test", "password1": PASSWORD})
    assert User.objects.count() == before


def test_a_session_that_stood_idle_for_a_quarter_of_an_hour_ends(client, worker_with_password):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        _sign_in(client)
        assert client.get("/account/password/change/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=14, seconds=50), tick=False):
        assert client.get("/account/password/change/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        answer = client.get("/account/password/change/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account/login/?next=%2Faccount%2Fpassword%2Fchange%2F")
    assert "_auth_user_id" not in client.session


def test_a_session_ends_after_twelve_hours_however_busy_it_was(client, worker_with_password):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        _sign_in(client)
        for quarter in range(1, 49):
            clock.move_to(start + timedelta(minutes=14 * quarter))
            client.get("/account/password/change/")
        assert "_auth_user_id" in client.session
        for quarter in range(49, 53):
            clock.move_to(start + timedelta(minutes=14 * quarter))
            client.get("/account/password/change/")
    assert "_auth_user_id" not in client.session


def test_somebody_who_was_shut_out_is_out_with_the_next_request(client, worker_with_password):
    _sign_in(client)
    User.objects.filter(pk=worker_with_password.pk).update(is_active=False)
    assert client.get("/account/password/change/").status_code == 302


@pytest.mark.parametrize("address", ["/account/email/", "/account/confirm-email/", "/account/confirm-email/x/"])
def test_nobody_changes_their_own_address(clinic, sign_in, address):
    browser = sign_in(clinic.nurse)
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"email": "else@where.test", "action_add": ""}).status_code == 404
    assert not clinic.nurse.emailaddress_set.exists()
