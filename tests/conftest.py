"""Prepare every test: a clinic, people of each role, and an end that may empty tables whose rows are otherwise kept."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties
from playwright.sync_api import Browser, sync_playwright
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from casemgr.collecting import leave_alone_what_is_loaded
from casemgr.core.accounts.models import User, UserKind
from tests.apart import keep_apart
from tests.roles import acting_as, forget_application_role, make_application_role
from tests.watch import Watch, watching
from tests.worlds import Clinic

FROM_MIGRATIONS = {"django_content_type", "auth_permission"}
"""What every migration leaves behind and no test changes."""


def _teardown_without_guards(self: TransactionTestCase) -> None:
    """Empty what has rows, with the triggers off, because append-only tables refuse; put back the one row that a migration makes.

    Django's own flush makes each of some hundred tables anew and writes all permissions again: seconds, where this takes none.
    """
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET session_replication_role = replica")
        try:
            tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - FROM_MIGRATIONS)
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables))
            for (table,) in cursor.fetchall():
                cursor.execute(f'DELETE FROM "{table}"')
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
    User.objects.get_or_create(
        kind=UserKind.SYSTEM, defaults={"email": "system@casemgr.invalid", "full_name": "The system", "password": "!"}
    )


TransactionTestCase._fixture_teardown = _teardown_without_guards


_static_files: dict[str, StaticFile] = {}
_find_static_files = WhiteNoiseMiddleware.add_files_from_finders


def _found_once(self: WhiteNoiseMiddleware) -> None:
    """Find the static files once for all browsers of this process: each of them makes the middleware anew."""
    if not _static_files:
        _find_static_files(self)
        _static_files.update(self.files)
    self.files.update(_static_files)


WhiteNoiseMiddleware.add_files_from_finders = _found_once

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread; nobody here calls Django from it


def pytest_configure() -> None:
    """Keep the processes of a run apart at the broker, and let no property fail because the machine has much else to do."""
    keep_apart()
    properties.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    properties.load_profile("house")


def pytest_collection_finish() -> None:
    """Spare the collector what is loaded by now, which is the product and thousands of tests: a fifth of the whole run was its walking."""
    leave_alone_what_is_loaded()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return the one browser of this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def application_role(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Return the name of the role as which the application connects."""
    with django_db_blocker.unblock():
        role = make_application_role()
        yield role
        forget_application_role(role)


@pytest.fixture
def as_application(db, application_role) -> Callable[[], AbstractContextManager[None]]:
    """Return what does a piece of work as the application's own role."""
    return lambda: acting_as(application_role)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MESSAGE_FOLDER = tmp_path / "messages"
    settings.AUDIT_ANCHOR = tmp_path / "outside" / "anchors.log"


@pytest.fixture(scope="session")
def _watching() -> Iterator[Watch]:
    """Look at every way out for the whole session."""
    with watching() as watch:
        yield watch


@pytest.fixture(autouse=True)
def watch(_watching, settings, _own_folders) -> Iterator[Watch]:
    """Fail the test in which a person's name or record got out: into a log, a task, the broker, the cache, an address, an error page, a message."""
    _watching.listen()
    yield _watching
    _watching.folder(settings.MESSAGE_FOLDER)
    _watching.post()
    seen, _watching.seen = _watching.seen, []
    assert seen == []


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
