"""Read the recovery chart of two years in a real browser: with a mouse, by keyboard, with fingers, on paper, without a script."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PICTURES, WCAG
from tests.desk.recovery.years import years_of
from tests.worlds import Clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAST = 500
"""Milliseconds in which two years are drawn."""

SWIPE = """([kind, moves]) => {
  const stage = document.querySelector("[data-stage]");
  const box = stage.getBoundingClientRect();
  const send = (name, id, share) => stage.dispatchEvent(new PointerEvent(name, {
    pointerId: id, pointerType: "touch", bubbles: true, clientX: box.left + share * box.width, clientY: box.top + 30,
  }));
  stage.setPointerCapture = () => {};
  moves.forEach(([from], id) => send("pointerdown", id + 1, from));
  moves.forEach(([, to], id) => send("pointermove", id + 1, to));
  moves.forEach(([, to], id) => send("pointerup", id + 1, to));
}"""


def window_of(page):
    """Return which days the picture shows: the first one, and how many."""
    box = page.locator("[data-plot]").first.get_attribute("viewBox").split()
    return float(box[0]), float(box[2])


def barriers(page):
    return [f"{one['id']} {[node['target'] for node in one['nodes']]}" for one in Axe().run(page, options=WCAG).response["violations"]]


def rows_of(page):
    """Return the tables as they stand in the page, row by row."""
    return page.evaluate(
        "Array.from(document.querySelectorAll('.recovery__table tbody tr')).map((row) => Array.from(row.cells).map((c) => c.textContent))"
    )


@pytest.fixture
def chart(live_server, chromium):
    """Return the address of two years of somebody's life, and a function that opens a browser as their therapist."""
    clinic = Clinic.open(timezone.now())
    patient = clinic.patient()
    years_of(clinic, patient, 2)
    client = Client()
    client.force_login(clinic.therapist, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def open_browser(**options):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", **options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield live_server.url + reverse("desk:recovery", args=[patient.public_id]), open_browser
    for context in contexts:
        context.close()


def test_two_years_in_a_browser(chart):
    address, open_browser = chart
    errors: list[str] = []
    page = open_browser()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    _fast(page, address)
    _mouse_and_keyboard(page)
    _fingers(page)
    _looks(page)
    _paper(page)
    _without_a_script(open_browser(java_script_enabled=False), address)
    assert errors == []


def _until(page, holds):
    """Wait until something holds; the page's own rules forbid a waiting function inside it."""
    for _turn in range(100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"waited in vain for {holds}")


def _fast(page, address):
    """Draw two years with more than 700 doses and 60 scores in half a second, and move in them as quickly."""
    took = []
    for _turn in range(3):
        assert page.goto(f"{address}?months=24").status == 200
        _until(page, "performance.getEntriesByName('recovery-drawn').length > 0")
        took.append(page.evaluate("performance.getEntriesByName('recovery-drawn')[0].duration"))
    counts = page.evaluate("JSON.parse(document.getElementById('recovery-data').textContent).lanes.map((lane) => lane.points.length)")
    assert counts[1] >= 700 or counts[0] >= 700
    assert sum(counts) - max(counts) >= 60
    assert min(took) < FAST
    moved = page.evaluate("(() => { const t = performance.now(); document.querySelector('[data-move=in]').click(); "
                          "document.querySelector('[data-plot]').getBoundingClientRect(); return performance.now() - t; })()")  # fmt: skip
    assert moved < FAST


def _mouse_and_keyboard(page):
    """Say by hover and by keyboard what the table says, and go everywhere without a mouse."""
    said, tip = rows_of(page), page.locator(".recovery__tip")
    lane = page.get_by_text("GAD-7", exact=False).locator("visible=true").first.bounding_box()
    stage = page.locator("[data-stage]")
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, lane["y"] + 30)
    expect(tip).to_be_visible()
    assert [tip.locator("b").inner_text(), tip.locator("span").first.inner_text()] in said
    page.mouse.move(2, 2)
    page.locator("[data-move=out]").focus()
    page.keyboard.press("Tab")
    expect(stage).to_be_focused()
    page.keyboard.press("0")
    whole = window_of(page)
    for key in ("ArrowLeft", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        expect(tip).to_be_visible()
        words = tip.locator("span").first.inner_text()
        assert words in {row[1] for row in said} or "PHQ-9" in words
        assert words in page.locator("[data-said]").inner_text()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert window_of(page)[1] < whole[1] / 2
    before = window_of(page)
    page.keyboard.press("Shift+ArrowRight")
    assert window_of(page)[0] > before[0]
    page.keyboard.press("0")
    assert window_of(page) == whole
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def _fingers(page):
    """Drag with one finger, zoom with two."""
    page.locator("[data-days='183']").click()
    before = window_of(page)
    page.evaluate(SWIPE, ["drag", [[0.3, 0.6]]])
    assert window_of(page)[0] < before[0]
    assert window_of(page)[1] == pytest.approx(before[1])
    page.evaluate(SWIPE, ["pinch", [[0.4, 0.2], [0.6, 0.8]]])
    assert window_of(page)[1] < before[1]


def _looks(page):
    """Find no barrier at either width in light and dark, and nothing that sticks out."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.locator("[data-days='0']").click()
    for fold in page.locator("details.fold").all()[-2:]:
        fold.locator("summary").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=PICTURES / f"recovery-{scheme}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width + 1
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": whole})  # nothing lies half under a bar that stays while one scrolls
            assert barriers(page) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def _paper(page):
    """Fit on one page."""
    paper = page.pdf(path=PICTURES / "recovery.pdf", format="Letter")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def _without_a_script(page, address):
    """Read picture and table without a script, and choose the time by a link."""
    page.goto(f"{address}?months=all")
    expect(page.locator("svg.recovery__picture")).to_be_visible()
    page.get_by_role("link", name="6 months").click()
    assert window_of(page)[1] < 220
    page.locator("details.fold summary").first.click()
    expect(page.locator(".recovery__table").first).to_be_visible()
    expect(page.locator("[data-move=in]")).to_be_hidden()
    page.screenshot(path=Path(os.fspath(PICTURES)) / "recovery-without-script.png", full_page=True)
