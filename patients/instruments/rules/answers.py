"""Decide which questions are asked, which are missing, and which answers are impossible."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from patients.instruments.rules.definition import Instrument, Item

Answers = Mapping[str, Any]

COMPARED = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    "==": lambda left, right: left == right,
}


class AnswerProblem(StrEnum):
    """Name what is wrong with an answer."""

    UNKNOWN_ITEM = "unknown_item"
    NOT_AN_OPTION = "not_an_option"
    CONTRADICTS_ITSELF = "contradicts_itself"


@dataclass(frozen=True)
class Problem:
    """Name one impossible answer: the question, what is wrong, what was given."""

    item: str
    code: AnswerProblem
    given: Any = None


def holds(left: Any, operator: str, right: Any) -> bool:
    """Say whether a comparison holds; nothing compares with an answer that is not there."""
    return left is not None and COMPARED[operator](left, right)


def is_reached(item: Item, answers: Answers) -> bool:
    """Say whether a question is asked at all, after what was answered before it."""
    if not item.show_if:
        return True
    given = answers.get(item.show_if["item"])
    if given is None:
        return False
    return bool(given == item.show_if["eq"] if "eq" in item.show_if else given > item.show_if["gt"])


def is_answered(item: Item, answers: Answers) -> bool:
    """Say whether a question has an answer; an empty choice is none."""
    return answers.get(item.id) not in (None, [], ())


def missing_items(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """Return the questions that the score still waits for."""
    return tuple(item.id for item in instrument.items if item.is_needed and is_reached(item, answers) and not is_answered(item, answers))


def asked_items(instrument: Instrument, answers: Answers) -> tuple[Item, ...]:
    """Return the questions that are asked, given the answers so far."""
    return tuple(item for item in instrument.items if is_reached(item, answers))


def problems_of(instrument: Instrument, answers: Answers) -> tuple[Problem, ...]:
    """Return every impossible answer."""
    found = [problem_of(instrument, item_id, given) for item_id, given in answers.items()]
    return tuple(problem for problem in found if problem is not None)


def problem_of(instrument: Instrument, item_id: str, given: Any) -> Problem | None:
    """Return what is wrong with one answer; nothing where it is possible, or not given."""
    item = instrument.item(item_id)
    if item is None:
        return Problem(item_id, AnswerProblem.UNKNOWN_ITEM, given)
    if given is None:
        return None
    if item.is_multiple:
        return _problem_of_several(item, given)
    return None if item.options.allows(given) else Problem(item_id, AnswerProblem.NOT_AN_OPTION, given)


def _problem_of_several(item: Item, given: Any) -> Problem | None:
    """Return what is wrong with a choice of several: “none of the above” stands alone."""
    if not isinstance(given, list | tuple) or not all(item.options.allows(one) for one in given) or len(set(given)) < len(given):
        return Problem(item.id, AnswerProblem.NOT_AN_OPTION, given)
    none_of_them = {option.value for option in item.options.options if not option.is_need}
    if len(given) > 1 and none_of_them & set(given):
        return Problem(item.id, AnswerProblem.CONTRADICTS_ITSELF, given)
    return None
