import pytest

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
