"""Let each role do the heart of their day in a real browser."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from casemgr.core.accounts.models import Program
from casemgr.measures.queries import open_on
from patients.episodes.models import Episode
from patients.guarding.models import ChartRestriction
from tests.browser.conftest import begin_earlier

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def census_now():
    """Return the stays that are open at the end of this day."""
    (program,) = Program.objects.all()
    return Episode.objects.filter(open_on(timezone.localdate(timezone=program.zone)))


def test_a_nurse_gives_one_dose_and_is_told_why_a_second_cannot_be_given(sit_down):
    desk = sit_down("nurse@demo.test")
    desk.picture("nurse-today")
    page = desk.open("/plans/dosing/")
    desk.picture("nurse-dosing")
    page.locator("main a[href^='/plans/dosing/']").first.click()
    address = page.url
    desk.picture("nurse-dose")
    page.get_by_label("Told me name and date of birth").check()
    page.fill("[name=initials]", "NW")
    for warning in page.locator("main input[type=checkbox]").all():
        warning.check()
    page.get_by_role("button", name=re.compile("^Give")).click()
    expect(page.locator("main")).to_contain_text(re.compile("given|Given"))
    page.goto(address)
    expect(page.locator("main")).to_contain_text(re.compile("already|given", re.IGNORECASE))
    desk.picture("nurse-dose-again")


def test_a_prescriber_decides_on_an_order(sit_down):
    desk = sit_down("prescriber@demo.test")
    desk.picture("prescriber-today")
    page = desk.open("/plans/dosing/?show=all")
    page.locator("main a[href*='/plans/dosing/'], main a[href*='/chart/']").first.click()
    page.goto(re.sub(r"/plans/dosing/(\d+)/", r"/plans/orders/\1/", page.url))
    desk.picture("prescriber-order")
    page.get_by_role("link", name=re.compile("hold", re.IGNORECASE)).first.click()
    page.fill("[name=reason]", "Sedated this morning, to be seen first.")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("On hold")
    desk.picture("prescriber-on-hold")


def test_a_therapist_writes_a_session_towards_a_goal_and_signs_it(sit_down):
    desk = sit_down("therapist@demo.test")
    desk.picture("therapist-today")
    page = desk.open("/patients/")
    page.locator("a[href*='/chart/']").first.click()
    desk.picture("chart")
    page.get_by_role("link", name=re.compile("Write a session")).first.click()
    desk.picture("therapist-session")
    begin_earlier(page, 1)
    page.fill("[name$=note]", "Talked about the week. Less craving after walks.")
    page.locator("input[type=checkbox][name*=goal]").first.check()
    page.get_by_role("button", name=re.compile("^Save note")).click()
    expect(page.locator("main")).to_contain_text("Less craving after walks")
    page.get_by_role("button", name=re.compile("^Sign")).first.click()
    expect(page.locator("main")).to_contain_text(re.compile("Signed"))
    desk.picture("therapist-signed")


def test_a_peer_worker_writes_down_a_talk_with_somebody_of_the_own_caseload(sit_down):
    desk = sit_down("peer@demo.test")
    desk.picture("peer-today")
    page = desk.open("/patients/")
    desk.picture("peer-caseload")
    page.locator("a[href*='/chart/']").first.click()
    page.get_by_role("link", name=re.compile("Write a session")).first.click()
    page.fill("[name$=note]", "Walked to the library and back. Talked about mornings.")
    page.locator("input[type=checkbox][name*=goal]").first.check()
    page.get_by_role("button", name=re.compile("^Save note")).click()
    expect(page.locator("main")).to_contain_text("Walked to the library and back")
    desk.picture("peer-session")


def test_a_case_manager_adds_a_task_and_finishes_it(sit_down):
    desk = sit_down("case.manager@demo.test")
    desk.picture("case-manager-today")
    page = desk.open("/casework/tasks/")
    desk.picture("case-manager-tasks")
    page = desk.open("/patients/")
    desk.picture("case-manager-caseload")
    page.locator("a[href*='/chart/']").first.click()
    page.get_by_role("link", name=re.compile("Add a task|New task")).first.click()
    page.fill("[name=title]", "Call the landlord on Grove Street")
    page.select_option("[name=domain]", "housing")
    page.fill("[name=due_on]", "2030-01-15")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Call the landlord on Grove Street")
    desk.picture("case-manager-task-added")
    page = desk.open("/admin/")
    desk.picture("record-room")
    desk.open("/admin/patients/patient/")
    desk.picture("record-room-patients")


def test_the_front_desk_is_shown_a_possible_second_record_before_it_makes_one(sit_down):
    desk = sit_down("front.desk@demo.test")
    desk.picture("front-desk-today")
    page = desk.open("/patients/")
    name = page.locator("a[href*='/chart/']").last.inner_text().split()
    page = desk.open("/patients/register/")
    page.fill("[name=given_name]", name[0])
    page.fill("[name=family_name]", name[-1])
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("name")
    expect(page.locator("main")).to_contain_text(name[-1])
    desk.picture("front-desk-duplicates")


def test_a_director_opens_the_list_behind_a_number(sit_down):
    desk = sit_down("director@demo.test")
    page = desk.open("/measures/")
    desk.picture("director-measures")
    stat = page.locator("main a[href*='/measures/census/']").first
    number = int(re.search(r"\d+", stat.inner_text()).group())
    stat.click()
    restricted = ChartRestriction.objects.filter(lifted_at__isnull=True)
    unnamed = census_now().filter(patient__in=restricted.values("patient")).count()
    assert number == census_now().count(), "the figure counts everybody"
    assert page.locator("main tbody tr").count() == number - unnamed, "a restricted chart is named to nobody beyond its list"
    desk.picture("director-census")


def test_a_privacy_officer_sees_who_saw_what(sit_down):
    desk = sit_down("privacy@demo.test")
    desk.picture("privacy-today")
    page = desk.open("/audit/")
    desk.picture("privacy-audit")
    expect(page.locator("main")).to_contain_text("Pilar Vance")
    desk.open("/patients/disclosures/")
    desk.picture("privacy-disclosures")


def test_an_administrator_makes_a_user_in_the_record_room_and_sees_no_patient(sit_down):
    desk = sit_down("admin@demo.test")
    desk.picture("administrator-today")
    page = desk.open("/admin/casemgr/user/add/")
    page.fill("[name=email]", "new.peer@demo.test")
    page.fill("[name=full_name]", "Nadia Peers")
    page.locator("main input[type=submit], main button[type=submit]").first.click()
    expect(page.locator("body")).to_contain_text("Nadia Peers")
    desk.picture("administrator-user")
    assert page.goto(desk.address + "/patients/").status == 403


def test_a_page_reads_in_spanish_too(sit_down):
    desk = sit_down("case.manager@demo.test")
    page = desk.page
    page.context.add_cookies([{"name": "django_language", "value": "es", "url": desk.address}])
    page = desk.open("/")
    expect(page.locator("h1")).to_have_text("Hoy")
    assert page.locator("html").get_attribute("lang") == "es"
    desk.picture("case-manager-today-spanish")
