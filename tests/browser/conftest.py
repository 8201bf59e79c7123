"""Drive a real browser against a real server that shows a small demo clinic."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from casemgr.demo.clinic import PASSWORD
from casemgr.management.commands.demo import Command
from tests.roles import connecting_as

PICTURES = Path(os.environ.get("PICTURES", Path(__file__).resolve().parents[2] / ".state" / "pictures"))
WIDTHS = {1440: 900, 390: 844}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let those that share the demo clinic follow each other, then those that share a run of the benchmark: each is made once."""
    items.sort(key=lambda item: next((turn for turn, made in enumerate(("demo", "ran")) if made in getattr(item, "fixturenames", ())), 2))


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, application_role) -> Iterator[str]:
    """Open a small demo clinic once for all stories, as the application's own role, and empty the database afterwards."""
    with django_db_blocker.unblock():
        assert connections["default"].settings_dict["NAME"].startswith("test_"), (
            "mark the file with django_db, or this empties a real database"
        )
        cache.clear()
        with connecting_as(application_role):
            Command().make(patients=18, months=1, seed=7)
            server = LiveServer("127.0.0.1")
            yield server.url
            server.stop()
        TransactionTestCase._fixture_teardown(_Emptied())
        connections.close_all()


class _Emptied(TransactionTestCase):
    """Borrow Django's own way of emptying a database."""

    available_apps = None

    def __init__(self) -> None:
        super().__init__("id")


@dataclass
class Desk:
    """Hold a signed-in person's browser and take pictures of what they see."""

    page: Page
    address: str
    errors: list[str]

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        return self.page

    def picture(self, name: str) -> None:
        """Take the page at both widths; nothing may stick out at the side of a phone."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width + 1, f"{name} is {wide} pixels wide on a screen of {width}"
        self.page.set_viewport_size({"width": 1440, "height": 900})

    def look(self, name: str) -> None:
        """Take the page at both widths, and let axe look for barriers at the narrow one."""
        self.picture(name)
        self.page.set_viewport_size({"width": 390, "height": 844})
        wrong = [
            f"{name}: {one['id']} {[node['target'] for node in one['nodes']]}"
            for one in Axe().run(self.page, options=WCAG).response["violations"]
        ]
        self.page.set_viewport_size({"width": 1440, "height": 900})
        assert wrong == []


def begin_earlier(page: Page, minutes: int) -> None:
    """Let a session begin some minutes before the full five that the form offers: another story may write of the same person now."""
    hour, minute = map(int, page.input_value("[name=starts_at]").split(":")[:2])
    began = max(60 * hour + minute - minutes, 0)
    page.fill("[name=starts_at]", f"{began // 60:02}:{began % 60:02}")


@pytest.fixture
def sit_down(chromium, demo) -> Iterator:
    """Return a function that signs somebody in through the sign-in page; afterwards the console must have held no error."""
    contexts, desks = [], []

    def _sit_down(email: str) -> Desk:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        desk = Desk(page, demo, [])
        desks.append(desk)
        page.on("console", lambda message: desk.errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{demo}/account/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{demo}/")
        return desk

    yield _sit_down
    for context in contexts:
        context.close()
    assert [error for desk in desks for error in desk.errors if "status of 422" not in error and "status of 403" not in error] == []
