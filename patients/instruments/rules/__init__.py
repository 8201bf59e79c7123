"""Score instruments: pure functions on answers."""

from patients.instruments.rules.answers import AnswerProblem, Problem, asked_items, is_reached, missing_items, problem_of
from patients.instruments.rules.changes import Change, Direction, change_since
from patients.instruments.rules.checking import faults_of
from patients.instruments.rules.definition import Instrument, Item, Wording, instrument_from, said_in
from patients.instruments.rules.due import due_on, instruments_asked_at_once, instruments_asked_for
from patients.instruments.rules.hearing import SafetyAnswer, SafetyQuestions, safety_answers, safety_questions
from patients.instruments.rules.scoring import Result, score, score_of_total, takes_a_total

__all__ = [
    "AnswerProblem",
    "Change",
    "Direction",
    "Instrument",
    "Item",
    "Problem",
    "Result",
    "SafetyAnswer",
    "SafetyQuestions",
    "Wording",
    "asked_items",
    "change_since",
    "due_on",
    "faults_of",
    "instrument_from",
    "instruments_asked_at_once",
    "instruments_asked_for",
    "is_reached",
    "missing_items",
    "problem_of",
    "safety_answers",
    "safety_questions",
    "said_in",
    "score",
    "score_of_total",
    "takes_a_total",
]
