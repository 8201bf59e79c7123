"""Let a person answer alone on a tablet, with the keyboard and nothing else."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_therapist_hands_out_a_tablet_and_a_person_answers_with_the_keyboard_alone(sit_down):
    desk = sit_down("therapist@demo.test")
    page = desk.open("/patients/")
    chart = page.locator("a[href*='/chart/']").first.get_attribute("href")
    person = re.search(r"[0-9a-f-]{36}", chart).group()
    page = desk.open(f"/patients/{person}/assessments/")
    desk.look("assessments")
    desk.open(f"/patients/{person}/assessments/begin/?instrument=gad7")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    page.locator("body").press("3")
    expect(page.locator("#saved")).to_contain_text("Saved")
    desk.look("assessment-by-staff")
    page = desk.open(f"/patients/{person}/tablet/")
    page.get_by_label(re.compile("PHQ-9")).check()
    desk.look("tablet-hand-out")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("link", name=re.compile("hand the device over")).click()
    desk.look("tablet-welcome")
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Question 1 of 10")
    desk.look("tablet-question")
    for number in range(1, 10):
        expect(page.locator("main")).to_contain_text(f"Question {number} of 10")
        page.locator("input[type=radio]").first.focus()
        page.keyboard.press("Space")
        if number == 9:
            page.keyboard.press("ArrowDown")
            desk.look("tablet-question-chosen")
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Somebody will talk with you now")
    desk.look("tablet-somebody-comes")
    page.goto(f"{desk.address}/patients/{person}/assessments/")
    assert "/account/login/" in page.url
    desk = sit_down("therapist@demo.test")
    page = desk.open(f"/patients/{person}/assessments/")
    page.get_by_role("link", name="PHQ-9").first.click()
    expect(page.locator("main")).to_contain_text("alone")
    desk.look("assessment-result")
