"""Type, and let happen what happens in a clinic: the browser dies, the session ends, the server restarts, the net is gone, two windows."""

import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test.testcases import LiveServerThread
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from casemgr.demo.clinic import PASSWORD
from tests.browser.conftest import WCAG, Desk
from treatment_plans.drafts import views
from treatment_plans.drafts.models import Draft
from treatment_plans.sessions.models import Attendance

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

THERAPIST = "therapist@demo.test"
SAVED = re.compile(r"Draft saved \d")
WORDS = "She walked by the river Quibblemere"


OTHER_WORDS = """async ([key, version, address, fields]) => {
    const state = document.querySelector("[data-draft-state]").dataset, token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = {"X-CSRFToken": token, "X-Draft-Owner": state.owner, "Content-Type": "application/json"};
    const body = JSON.stringify({version, address, fields_typed: fields, labels: {}});
    return (await fetch(`${state.url}${encodeURIComponent(key)}/`, {method: "POST", headers, body})).status;
}"""
"""Let a draft hold other words, as another window leaves them."""


class Machine:
    """Be one computer with a profile of its own on its disk: its browser can die and be started again."""

    def __init__(self, engine, folder: Path) -> None:
        self.engine, self.folder, self.errors = engine, folder, []

    def start(self):
        """Start the browser, and return its one context."""
        told = self.folder / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        command = [os.environ.get("CHROMIUM", "/usr/bin/chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += ["--lang=en-US", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for _step in range(200):
            if told.exists() and told.read_text().count("\n"):
                break
            time.sleep(0.05)
        browser = self.engine.connect_over_cdp(f"http://127.0.0.1:{told.read_text().splitlines()[0]}")
        self.context = browser.contexts[0]
        self.context.set_default_timeout(10_000)
        return self.context

    def die(self) -> None:
        """End every process of the browser at once, without a word to any of them."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def keeps(self, words: str) -> bool:
        """Say whether the words can be read in any file of the profile."""
        forms = {words.encode(), words.encode("utf-16-le")}
        return any(form in file.read_bytes() for file in self.folder.rglob("*") if file.is_file() for form in forms)


@pytest.fixture
def machine(chromium, tmp_path):
    """Return a computer whose browser is gone when the story is over."""
    computer = Machine(chromium.browser_type, tmp_path / "profile")
    computer.folder.mkdir()
    yield computer
    if computer.process.poll() is None:
        computer.die()


def sign_in(page, server, *, to=""):
    if not page.url.startswith(f"{server.url}/account/login/"):
        page.goto(f"{server.url}/account/login/?next={to}")
    page.fill("[name=login]", THERAPIST)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{server.url}{to}" if to else f"{server.url}/")


def note_of(page):
    return page.locator("textarea[name$=note]").first


def state_of(page):
    return page.locator("[data-draft-state]")


def says(page, words):
    """Wait until the form says this of what was typed."""
    expect(state_of(page)).to_contain_text(words, timeout=15_000)


def add(page, words):
    """Type more at the end of the note, as a person does."""
    note_of(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def open_slot(page, name):
    """Open a form of the plan in its slot, and return its first field."""
    page.get_by_role("link", name=name, exact=True).first.click()
    page.locator(f"form[data-draft^=add_{name.lower()}]").wait_for()
    return page.locator("form[data-draft]").locator("textarea, select").first


class Again(ThreadedWSGIServer):
    """Take an address that was in use a moment ago."""

    def server_bind(self) -> None:
        self.allow_reuse_address = True
        super().server_bind()


class Server:
    """Be the server: when it ends, its connections end with it, and it can be started again at its address."""

    def __init__(self, monkeypatch) -> None:
        self.connections = []
        set_up = WSGIRequestHandler.setup

        def remember(handler) -> None:
            self.connections.append(handler.request)
            set_up(handler)

        monkeypatch.setattr(WSGIRequestHandler, "setup", remember)
        monkeypatch.setattr(LiveServerThread, "server_class", Again)
        self.start("127.0.0.1")

    def start(self, address: str = "") -> None:
        self.running = LiveServer(address or self.url.removeprefix("http://"))
        self.url = self.running.url

    def end(self) -> None:
        self.running.stop()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections.clear()


@pytest.fixture
def server(demo, monkeypatch):
    """Return a server of one's own."""
    running = Server(monkeypatch)
    yield running
    running.end()


@pytest.fixture
def form(server, machine, demo, request):
    """Sit down at the machine, and return the address of the form for a session with somebody of the own caseload."""
    page = machine.start().new_page()
    sign_in(page, server)
    page.goto(f"{server.url}/patients/")
    page.locator("a[href*='/chart/']").nth(request.param).click()
    href = page.get_by_role("link", name=re.compile("Write a session")).first.get_attribute("href")
    page.goto(f"{server.url}{href}")
    return page, href.split("?")[0]


@pytest.mark.parametrize("form", [0], indirect=True)
def test_the_words_outlive_the_browser_the_session_and_the_server(server, machine, form, settings, monkeypatch):
    page, address = form
    expect(state_of(page)).to_be_attached()
    add(page, WORDS)
    says(page, SAVED)
    assert [WORDS] in Draft.objects.get(key=f"session:free:{address.split('/')[3]}").words.fields.values()

    # the net goes, and then the browser dies
    machine.context.set_offline(True)
    add(page, " and sang")
    says(page, "Offline: kept in this browser")
    Desk(page, server.url, []).picture("draft-offline")
    machine.die()
    assert not machine.keeps("Quibblemere"), "nothing that was typed can be read on the disk of the machine"
    page = machine.start().new_page()
    page.goto(f"{server.url}{address}")
    sign_in(page, server, to=address)
    expect(note_of(page)).to_have_value(f"{WORDS} and sang")
    expect(page.locator("main")).to_contain_text("Your words are back")
    says(page, SAVED)
    Desk(page, server.url, []).look("draft-restored")

    # the session ends while she types
    idle, settings.SESSION_IDLE = settings.SESSION_IDLE, timedelta(seconds=-1)
    add(page, " to herself")
    says(page, "Signed out: kept in this browser.")
    settings.SESSION_IDLE = idle
    state_of(page).get_by_role("link", name="Sign in to go on").click()
    page.wait_for_url("**/account/login/**")
    sign_in(page, server, to=address)
    expect(note_of(page)).to_have_value(f"{WORDS} and sang to herself")
    says(page, SAVED)

    # the server restarts while she types
    server.end()
    add(page, " all the way")
    says(page, "Offline: kept in this browser")
    server.start()
    says(page, SAVED)
    page.reload()
    expect(note_of(page)).to_have_value(f"{WORDS} and sang to herself all the way")

    # what lies in the browser alone is not written over by who types before the server answers
    server.end()
    add(page, " home")
    says(page, "Offline: kept in this browser")
    page.close()
    server.start()
    answer = views._opened
    monkeypatch.setattr(views, "_opened", lambda request, key: time.sleep(1) or answer(request, key))
    page = machine.context.new_page()
    page.goto(f"{server.url}{address}")
    add(page, "Quick.")
    says(page, "Not saved: this browser kept other words.")
    kept = page.locator(".drafts")
    expect(kept).to_contain_text(f"{WORDS} and sang to herself all the way home")
    kept.get_by_role("button", name="Keep both").click()
    expect(note_of(page)).to_have_value(f"Quick.\n\n{WORDS} and sang to herself all the way home")
    says(page, SAVED)


@pytest.mark.parametrize("form", [1], indirect=True)
def test_two_windows_show_both_texts_and_saving_wipes_the_draft(server, machine, form):
    first, address = form
    second = machine.context.new_page()
    second.goto(f"{server.url}{address}")
    expect(second.get_by_text("Also open in another window.")).to_be_visible()
    add(first, "From the first window.")
    says(first, SAVED)
    add(second, "From the second window.")
    says(second, "Not saved: another window holds other words.")
    expect(state_of(second).get_by_role("button", name="Show both")).to_be_visible()
    both = second.locator(".drafts")
    expect(both).to_contain_text("From the first window.")
    expect(both).to_contain_text("From the second window.")
    Desk(second, server.url, []).picture("draft-two-windows")
    assert Axe().run(second, context=".drafts", options=WCAG).response["violations"] == []
    before = Attendance.objects.count()
    second.get_by_role("button", name=re.compile("^Save note")).click()
    expect(both.get_by_role("button").first).to_be_focused()
    assert Attendance.objects.count() == before, "a form is not sent before somebody chose"
    both.get_by_role("button", name="Keep both").click()
    expect(note_of(second)).to_have_value("From the second window.\n\nFrom the first window.")
    says(second, SAVED)
    add(first, " More.")
    expect(first.locator(".drafts")).to_contain_text("From the second window.")
    first.locator(".drafts").get_by_role("button", name="Take the other words").click()
    expect(note_of(first)).to_have_value("From the second window.\n\nFrom the first window.")

    second.locator("input[type=checkbox][name*=goal]").first.check()
    second.get_by_role("button", name=re.compile("^Save note")).click()
    expect(second.locator("main")).to_contain_text("From the first window.")
    person = address.split("/")[3]
    assert not Draft.objects.filter(key=f"session:free:{person}", sealed__isnull=False).exists()
    add(first, " Too late.")
    expect(first.locator("main")).to_contain_text("Saved meanwhile in another window")
    first.locator("main").get_by_role("button", name="Throw them away").click()
    expect(note_of(first)).to_have_value("")
    second.goto(f"{server.url}/plans/drafts/")
    expect(second.locator(f"main a[href*='{person}']")).to_have_count(0)


@pytest.mark.parametrize("form", [2], indirect=True)
def test_who_is_quicker_than_the_server_is_asked_nothing_twice(server, form, monkeypatch):
    page, address = form
    page.wait_for_load_state("networkidle")
    answer, asked = views._opened, []

    def slowly(request, key):
        asked.append(key)
        time.sleep(1)
        return answer(request, key)

    monkeypatch.setattr(views, "_opened", slowly)
    page.reload()
    page.locator("[name=note_format]").select_option("birp")
    page.get_by_role("button", name="Show the parts of this format").click()
    expect(page.locator("textarea[name=behavior]")).to_be_visible()
    says(page, SAVED)
    expect(page.locator(".drafts")).to_have_count(0)
    assert len(asked) == 2, "each of the two pages asks once what was typed before"
    person = address.split("/")[3]
    draft = Draft.objects.get(key=f"session:free:{person}")
    assert draft.words.fields["note_format"] == ["birp"]
    monkeypatch.undo()
    page.goto(f"{server.url}{address}")
    expect(page.locator("textarea[name=behavior]")).to_be_visible()  # the form begins in the format of the draft

    # words for which the form has no field go along when it is sent, and come back in another one
    fields = {"note_format": ["free"], "note": [""], "data": ["Sat by the Quibblemere"]}
    assert page.evaluate(OTHER_WORDS, [draft.key, draft.version, address, fields]) == 200
    page.goto(f"{server.url}{address}")
    expect(page.locator("[data-draft-homeless]")).to_contain_text("Sat by the Quibblemere")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("main")).to_contain_text("stands in this one now")
    expect(note_of(page)).to_have_value("Sat by the Quibblemere")
    expect(page.locator("[data-draft-homeless]")).to_have_count(0)
    says(page, SAVED)
    draft.refresh_from_db()
    assert draft.words.fields["note"] == ["Sat by the Quibblemere"]

    # a form of the plan opens in a slot, is taken away again, and is saved there
    page.goto(f"{server.url}/plans/patients/{person}/plan/")
    page.get_by_role("link", name="Start the next version").click()
    page.get_by_role("button", name="Start it as a copy").click()
    words = open_slot(page, "Objective")
    words.fill("Sings at Quibblemere")
    says(page, SAVED)
    words.press_sequentially(" every day")
    open_slot(page, "Intervention")
    expect(open_slot(page, "Objective")).to_have_value("Sings at Quibblemere every day")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("form[data-draft]")).to_have_count(0)
    page.reload()
    expect(open_slot(page, "Objective")).to_have_value("Sings at Quibblemere every day")
    draft = Draft.objects.get(key__startswith="add_objective:", sealed__isnull=False)
    assert draft.words.address == page.locator("form[data-draft]").get_attribute("action")
    page.locator("[name=measured_as][value=date]").check()
    page.locator("[name=target_on]").fill(f"{timezone.localdate() + timedelta(days=30)}")
    page.get_by_role("button", name="Add an objective").click()
    expect(page.locator(".pieces").first).to_contain_text("Sings at Quibblemere every day")
    draft.refresh_from_db()
    assert (draft.sealed, page.evaluate("casemgrDrafts.length")) == (None, 0)
