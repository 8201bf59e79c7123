import pytest

from treatment_plans.sessions.rules import NoteShape, missing_from_note, names_in, names_of_others


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Rosa spoke first.", ["Rosa"], [("Rosa", 1)]),
        ("we heard ROSA and rosa", ["Rosa"], [("Rosa", 1)]),
        ("Jose told a story", ["José"], [("José", 1)]),
        ("First line.\nThen José told a story.", ["Jose"], [("Jose", 2)]),
        ("A rosary and a rosarium.", ["Rosa"], []),
        ("They hope it will last.", ["Hope", "Will"], []),
        ("Then Will said what he hopes.", ["Hope", "Will"], [("Will", 1)]),
        ("Al and al", ["Al"], [("Al", 1)]),
        ("We met Mary Ann there.", ["Mary Ann"], [("Mary Ann", 1)]),
        ("Nothing at all.", ["", "X"], []),
        ("O'Brien's turn", ["O'Brien"], [("O'Brien", 1)]),
    ],
)
def test_names_are_found_whatever_their_accents_and_capitals(text, names, found):
    assert [(hit.name, hit.line) for hit in names_in(text, names)] == found


def test_the_words_around_a_name_are_shown():
    text = "We began with breathing. After that Rosa told how she found a room of her own."
    (hit,) = names_in(text, ["Rosa"])
    assert hit.excerpt == "…h breathing. After that Rosa told how she found a ro…"


def test_a_name_that_is_ones_own_too_is_no_name_of_another():
    of_patient = {1: {"Rosa", "Díaz"}, 2: {"Ben", "Diaz"}}
    assert names_of_others(of_patient, 1) == {"Ben"}
    assert names_of_others(of_patient, 2) == {"Rosa"}


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
