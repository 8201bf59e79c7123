"""Let a therapist get through a whole day: five people one after the other, one group, and every signature."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from casemgr.core.accounts.models import User
from tests.browser.conftest import begin_earlier
from tests.browser.test_a_group_note import group_of
from treatment_plans.drafts.models import Draft
from treatment_plans.sessions.models import Attendance, Session

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

SESSIONS = (
    {"kind": "individual", "format": "free", "parts": {"note": "Talked about the week. Less craving after walks."}},
    {"kind": "individual", "format": "dap", "parts": {"data": "Slept five hours.", "assessment": "Worn out, not low.", "plan": "Sleep diary."}},
    {"kind": "individual", "format": "soap", "parts": {
        "subjective": "Feels watched at work.", "objective": "Calm, on time.", "assessment": "Worry rose with shifts.", "plan": "One page on shifts."}},
    {"kind": "individual", "format": "birp", "parts": {
        "behavior": "Came early.", "intervention": "Thought record.", "response": "Found one other thought.", "plan": "Two records at home."}},
    {"kind": "outreach", "format": "free", "parts": {"note": "Met at the library. Made the next appointment together."}},
)  # fmt: skip


@pytest.fixture(scope="module")
def meeting(demo, django_db_blocker):
    """Found a group whose meeting is just over, before the story begins its own transaction."""
    with django_db_blocker.unblock():
        return group_of(4)[1]


def write(desk, person: str, told: dict) -> None:
    """Write one session with somebody and sign it at once."""
    page = desk.open(f"/plans/patients/{person}/session/?kind={told['kind']}")
    if page.locator("[name=note_format]").input_value() != told["format"]:
        page.select_option("[name=note_format]", told["format"])
        page.get_by_role("button", name="Show the parts of this format").click()
        page.wait_for_load_state()
    for part, words in told["parts"].items():
        page.fill(f"textarea[name={part}]", words)
    for name, value in {"mood_in": "4", "mood_out": "6", "craving_in": "5", "craving_out": "2"}.items():
        page.fill(f"[name={name}]", value)
    page.locator("input[name=goals]").first.check()
    begin_earlier(page, 2)
    desk.picture(f"day-{told['kind']}-{told['format']}")
    page.get_by_role("button", name="Save and sign").click()
    expect(page.locator("main")).to_contain_text("Saved and signed.")


def test_a_therapist_writes_and_signs_a_whole_day(meeting, sit_down):
    desk = sit_down("therapist@demo.test")
    therapist = User.objects.get(email="therapist@demo.test")
    before = set(Session.objects.values_list("pk", flat=True))
    desk.look("day-today")
    page = desk.open("/patients/")
    charts = page.locator("a[href*='/chart/']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    people = list(dict.fromkeys(re.search(r"[0-9a-f-]{36}", chart).group() for chart in charts))
    with_plan = [person for person in people if not _is_begun(person) and _has_goals(desk, person)][: len(SESSIONS)]
    assert len(with_plan) == len(SESSIONS)
    for person, told in zip(with_plan, SESSIONS, strict=True):
        write(desk, person, told)
    desk.look("day-signed-note")
    page = desk.open(f"/plans/groups/meetings/{meeting.pk}/")
    page.fill("[name=shared_text]", "Talked about evenings that are hard, and about what helped.")
    page.locator("[name=others_present]").check()
    desk.picture("day-group")
    page.get_by_role("button", name="Save and sign").click()
    expect(page.locator("main")).to_contain_text("Saved and signed.")
    desk.open("/plans/sessions/unsigned/")
    desk.look("day-to-sign")
    desk.open("/plans/calendar/")
    desk.look("day-calendar")
    written = Session.objects.exclude(pk__in=before)
    assert sorted(written.values_list("kind", flat=True)) == ["group", *["individual"] * 4, "outreach"]
    notes = Attendance.objects.filter(session__in=written)
    assert notes.count() == 9
    assert set(notes.values_list("signed_by", flat=True)) == {therapist.pk}
    assert notes.filter(mood_in=4, mood_out=6, craving_in=5, craving_out=2).count() == 5
    assert set(notes.filter(session__kind="individual").values_list("session__note_format", flat=True)) == {"free", "dap", "soap", "birp"}
    assert all(note.session.starts_at <= timezone.now() for note in notes.select_related("session"))


def _is_begun(person: str) -> bool:
    """Say whether another story left words about this person: they would come back into the form, as they should."""
    return Draft.objects.filter(key__endswith=person, sealed__isnull=False).exists()


def _has_goals(desk, person: str) -> bool:
    """Say whether the form of a session offers a goal of this person's plan."""
    return desk.open(f"/plans/patients/{person}/session/").locator("input[name=goals]").count() > 0
