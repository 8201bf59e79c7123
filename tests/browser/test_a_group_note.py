"""Write the note of a group with the keyboard, and count what it takes for three people and for twelve."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from casemgr.core.accounts.models import Site, User
from patients.caseload.actions import assign_care_team_member
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from treatment_plans.groups.actions import add_meeting, give_place, start_series
from treatment_plans.groups.models import GroupPlace
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.queries import goals_by_patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

COUNT = """
    window.name = JSON.stringify({clicks: 0, keys: 0});
    for (const [event, what] of [["pointerdown", "clicks"], ["keydown", "keys"]]) {
        document.addEventListener(event, (e) => {
            if (!e.isTrusted) { return; }
            const held = JSON.parse(window.name);
            held[what] += 1;
            window.name = JSON.stringify(held);
        }, true);
    }
"""
"""Count what a hand does, in the page itself; `window.name` outlives the page."""

WORDS = "We shared what helped this week."
BESIDES = {"clicks": 0, "keys": 3}
"""What the note takes besides the words of the shared part: Escape, p, s. It stands in docs/features/groups.md."""


def group_of(number: int):
    """Found a group of so many people whose meeting is just over."""
    therapist = User.objects.get(email="therapist@demo.test")
    stays = Episode.objects.filter(discharged_on__isnull=True).select_related("patient", "site__program").order_by("pk")[:number]
    assert len(stays) == number
    now, site = timezone.now(), Site.objects.get(name="North")
    today = now.astimezone(site.zone).date()
    common = {"by": therapist, "at": now}
    for stay in stays:
        if not patients_seen_by(therapist).filter(pk=stay.patient_id).exists():
            team = {"program": stay.program, "user": therapist, "role": "therapist", "since": today}
            assign_care_team_member(patient=stay.patient, **team, **common)
    goals = goals_by_patient([stay.patient for stay in stays])
    series = start_series(
        site=site, title=f"Evening {number}", starts_on=today - timedelta(days=3), begins_at=now.time(), facilitators=[therapist],
        capacity=number, **common,
    )  # fmt: skip
    for stay in stays:
        goal = next(iter(goals[stay.patient_id]), None)
        give_place(series=series, patient=stay.patient, on=today - timedelta(days=2), goal=goal, **common)
    meeting = add_meeting(series=series, starts_at=now - timedelta(minutes=70), ends_at=now - timedelta(minutes=10), **common)
    return series, meeting


def write_it(desk, meeting) -> dict[str, int]:
    """Write one note as somebody does who knows the keys, and return what it took."""
    page = desk.open(f"/plans/groups/meetings/{meeting.pk}/")
    page.evaluate(COUNT)
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("s")
    expect(page.locator("main")).to_contain_text("Saved and signed.")
    held = page.evaluate("JSON.parse(window.name)")
    return {"clicks": held["clicks"], "keys": held["keys"] - len(WORDS)}


@pytest.fixture(scope="module")
def groups(demo, django_db_blocker):
    """Found both groups before the test begins its own transaction, so that the server sees them."""
    with django_db_blocker.unblock():
        return {number: group_of(number) for number in (3, 12)}


def test_twelve_notes_take_no_more_clicks_and_keys_than_three(groups, sit_down):
    desk = sit_down("therapist@demo.test")
    taken = {}
    for number, (series, meeting) in groups.items():
        if number == 12:
            desk.open(f"/plans/groups/{series.pk}/")
            desk.look("group")
            desk.open(f"/plans/groups/meetings/{meeting.pk}/")
            desk.look("group-note")
        taken[number] = write_it(desk, meeting)
        session = Session.objects.get(title=series.title)
        parts = Attendance.objects.filter(session=session)
        assert set(parts.values_list("state", flat=True)) == {"present"}
        assert parts.filter(signed_at__isnull=False).count() == number == GroupPlace.objects.filter(series=series).count()
    assert taken == {3: BESIDES, 12: BESIDES}
