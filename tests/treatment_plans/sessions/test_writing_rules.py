from decimal import Decimal

import pytest

from treatment_plans.sessions.coping.rules import grown, same_trigger
from treatment_plans.sessions.fidelity.rules import checklists, is_score, items_of, mean_of
from treatment_plans.sessions.writing.models import PART_LABELS
from treatment_plans.sessions.writing.rules import (
    FORMATS,
    PARTS,
    Policy,
    asks_left_open,
    elsewhere,
    format_typed,
    is_all_carried,
    lacking,
    parts_of,
    policy_for,
    poured,
    rendered,
    still_carried,
)

LONG = "She named three people whom she can call at night, and when."


def test_every_part_of_every_format_has_a_name():
    assert set(PARTS) == set(PART_LABELS)


def test_a_note_keeps_the_parts_of_its_format_in_their_order():
    written = {"plan": " Call. ", "data": "Calm.", "assessment": "  ", "objective": "elsewhere"}
    assert list(parts_of("dap", written).items()) == [("data", "Calm."), ("plan", "Call.")]


def test_free_text_has_no_heading_and_parts_have_theirs():
    labels = {"note": "Note", "data": "Data", "plan": "Plan"}
    assert rendered({"note": "Just so."}, labels) == "Just so."
    assert rendered({"data": "Calm.", "plan": "Call."}, labels) == "Data:\nCalm.\n\nPlan:\nCall."
    assert rendered({}, labels) == ""


@pytest.mark.parametrize(
    ("note_format", "written", "result"),
    [
        ("dap", {"note": "All of it."}, {"data": "All of it.", "assessment": "", "plan": ""}),
        ("free", {"data": "Seen.", "plan": "Call."}, {"note": "Seen.\n\nCall."}),
        ("soap", {"data": "Seen.", "plan": "Call."}, {"subjective": "Seen.", "objective": "", "assessment": "", "plan": "Call."}),
        ("dap", {"data": "Seen.", "response": "Better."}, {"data": "Better.\n\nSeen.", "assessment": "", "plan": ""}),
    ],
)
def test_nothing_that_was_typed_is_lost_when_the_format_changes(note_format, written, result):
    assert poured(note_format, written) == result
    assert list(result) == list(FORMATS[note_format])


@pytest.mark.parametrize(
    ("policy", "note_format", "written", "missing"),
    [
        (Policy(), "dap", {}, []),
        (Policy("dap", False, ("data", "plan")), "dap", {"data": "x"}, ["plan"]),
        (Policy("dap", False, ("data",)), "soap", {"plan": "x"}, ["subjective", "objective", "assessment"]),
        (Policy("free", False, ("note",)), "free", {"note": " "}, ["note"]),
    ],
)
def test_what_a_program_requires_is_named_part_by_part(policy, note_format, written, missing):
    assert lacking(policy, note_format, written) == missing


def test_the_rule_of_a_kind_stands_before_the_rule_for_all_and_groups_have_their_own():
    every, crisis = Policy("dap"), Policy("free", True)
    rules = {"": every, "crisis": crisis}
    assert [policy_for(kind, rules) for kind in ("individual", "crisis", "group")] == [every, crisis, Policy()]


def test_what_is_asked_besides_the_text_is_named_when_it_is_left_open():
    part = {"mood_in": 0, "mood_out": 3, "craving_in": 4, "craving_out": None, "last_homework": "", "offered": " ", "chosen": "Walk"}
    assert asks_left_open(part, ["mood", "craving", "last_homework", "choice"]) == ["craving", "last_homework"]


@pytest.mark.parametrize(
    ("text", "said", "is_carried"),
    [
        (LONG, (), True),
        (LONG.replace(" ", "  ") + "\n", (), True),
        (LONG + " Really.", ("plan",), False),
        ("Call.", (), False),
        ("Call.", ("plan",), True),
        ("", ("plan",), False),
    ],
)
def test_only_what_stands_there_word_for_word_is_carried_forward(text, said, is_carried):
    earlier = {"plan": "Call." if text == "Call." else LONG}
    assert still_carried({"plan": text}, earlier, said) == ({"plan"} if is_carried else set())


def test_a_note_is_carried_whole_when_no_part_is_new():
    assert is_all_carried({"data": LONG, "plan": " "}, {"data"})
    assert not is_all_carried({"data": LONG, "plan": "New."}, {"data"})
    assert not is_all_carried({}, {"data"})


def test_a_card_grows_line_by_line_and_says_nothing_twice():
    assert same_trigger("  Día de PAGO. ") == same_trigger("dia de pago")
    assert grown("A walk\nCall Ana", "call ana.\n\nCold water") == "A walk\nCall Ana\nCold water"


def test_checklists_say_every_item_in_both_languages_and_means_are_exact():
    for code, items in checklists().items():
        assert all(set(words) == {"en", "es"} and all(words.values()) for words in items.values()), code
    assert list(items_of("cbt", "es")) == list(items_of("cbt"))
    assert items_of("astrology") == {}
    assert mean_of({"a": 5, "b": 4, "c": 4}) == Decimal("4.33")
    assert [is_score(value) for value in (0, 5, 6, -1, "3", True)] == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        ({"note_format", "data", "assessment", "plan"}, "dap", "dap"),
        ({"subjective", "objective", "assessment", "plan"}, "", "soap"),
        ({"note"}, "dap", "free"),  # chosen and not shown yet: the words stand in the note
        ({"mood_in"}, "birp", "birp"),
        ((), "", ""),
    ],
)
def test_words_that_come_back_stand_in_the_format_in_which_they_were_written(names, wanted, found):
    assert format_typed(names, wanted) == found


def test_words_without_a_place_in_a_format_are_known():
    assert elsewhere("free", {"note": "x", "data": "Talked.", "plan": " ", "mood_in": "3"}) == ["data"]
    assert elsewhere("dap", {"data": "Talked.", "plan": "Walk."}) == []
