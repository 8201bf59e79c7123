"""Decide when an instrument is due again, and which one the answers to another ask for."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from patients.instruments.rules.answers import Answers, holds
from patients.instruments.rules.definition import Instrument


def due_on(instrument: Instrument, *, last_on: date | None, admitted_on: date) -> date | None:
    """Return the day from which an instrument is due: at admission, and again after its days; nothing when no rule asks for it."""
    days = instrument.rescreen.get("default_days")
    if last_on is None or (last_on < admitted_on and instrument.use.get("at_intake")):
        return admitted_on if instrument.use.get("at_intake") else None
    return last_on + timedelta(days=days) if days else None


def instruments_asked_at_once(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """Return the instruments for which nothing else may wait, given single answers."""
    rules = [rule for rule in instrument.use.get("asks_for", ()) if rule.get("at_once") and "item" in rule["when"]]
    fits = [rule for rule in rules if holds(answers.get(rule["when"]["item"]), rule["when"]["op"], rule["when"]["value"])]
    return tuple(rule["instrument"] for rule in fits)


def instruments_asked_for(instrument: Instrument, answers: Answers, scores: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the instruments that come next because of these answers, the most urgent first."""
    asked = []
    for rule in instrument.use.get("asks_for", ()):
        when = rule["when"]
        value = answers.get(when["item"]) if "item" in when else scores.get(when["score"])
        if holds(value, when["op"], when["value"]):
            asked.append(rule["instrument"])
    return tuple(dict.fromkeys(asked))
