from datetime import date, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from treatment_plans.groups.writing.forms import SharedForm
from treatment_plans.sessions.forms import FrameForm
from treatment_plans.sessions.rules import NoteShape, missing_from_note


@pytest.mark.parametrize(
    ("note", "shared", "lacks"),
    [
        (NoteShape("present", has_note=True, has_goal=True, has_reason=False, has_goals_to_choose=True), False, []),
        (NoteShape("present", has_note=False, has_goal=True, has_reason=False, has_goals_to_choose=True), False, ["note"]),
        (NoteShape("late", has_note=False, has_goal=False, has_reason=False, has_goals_to_choose=True), True, ["goal"]),
        (NoteShape("present", has_note=True, has_goal=False, has_reason=True, has_goals_to_choose=True), False, []),
        (NoteShape("present", has_note=True, has_goal=False, has_reason=False, has_goals_to_choose=False), False, []),
        (NoteShape("absent", has_note=False, has_goal=False, has_reason=False, has_goals_to_choose=True), False, []),
        (NoteShape("excused", has_note=False, has_goal=False, has_reason=False, has_goals_to_choose=True), False, []),
    ],
)
def test_a_signature_asks_for_a_note_and_a_goal_of_whoever_was_there(note, shared, lacks):
    assert missing_from_note(note, is_shared=shared) == lacks


@pytest.mark.parametrize(("day", "minutes"), [(date(2026, 11, 1), 50), (date(2026, 3, 8), 90), (date(2026, 6, 1), 60)])
def test_minutes_are_minutes_in_the_night_in_which_the_clocks_change(day, minutes):
    site = SimpleNamespace(zone=ZoneInfo("America/New_York"))
    known = {"day": day, "starts_at": time(1, 30), "minutes": minutes, "site": site, "modality": "in_person", "techniques": []}
    form = SimpleNamespace(cleaned_data=known)
    frame = FrameForm.frame(form)
    for starts_at, ends_at in ((frame["starts_at"], frame["ends_at"]), SharedForm.times_at(form, site)):
        assert f"{starts_at.astimezone(site.zone):%H:%M}" == "01:30"
        assert (ends_at.timestamp() - starts_at.timestamp()) / 60 == minutes
