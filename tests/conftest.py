"""Prepare every test: a clinic, people of each role, and a flush that may empty tables whose rows are otherwise kept."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import translation

from casemgr.core.accounts.models import User
from tests.worlds import Clinic

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_guards(self: TransactionTestCase) -> None:
    """Flush with the triggers off: append-only tables refuse to be truncated, in tests as everywhere."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        _teardown(self)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")


TransactionTestCase._fixture_teardown = _teardown_without_guards  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MESSAGE_FOLDER = tmp_path / "messages"


@pytest.fixture(autouse=True)
def _speaks_english():
    """Begin in English whatever language the last request of the test before was answered in."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _silent_broker(request, monkeypatch):
    """Keep wake-ups at home unless a test asks for the real worker."""
    if "worker" not in request.fixturenames:
        monkeypatch.setattr("casemgr.celery.wake", lambda: None)


@pytest.fixture
def now() -> datetime:
    """Return the moment at which the story happens: a Wednesday, 15:00 in New York."""
    return datetime(2026, 3, 4, 20, 0, tzinfo=UTC)


@pytest.fixture
def clinic(db, now) -> Clinic:
    """Return a program with two sites and one person of each role at the first."""
    return Clinic.open(now)


@pytest.fixture
def sign_in():
    """Return a function that gives a browser in which this user is signed in."""

    def _sign_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return _sign_in


@pytest.fixture
def query_count(django_assert_num_queries) -> Iterator:
    """Return the guard that asserts a literal number of queries."""
    return django_assert_num_queries
