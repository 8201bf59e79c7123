"""Find what is wrong with an instrument's data file before anybody is asked by it."""

from collections.abc import Iterator
from itertools import pairwise

from patients.instruments.rules.algorithms import ALGORITHMS, DERIVED
from patients.instruments.rules.definition import Instrument

INFORMANTS = ("self", "clinician", "self or interview", "clinician interview or self", "self/assisted")


def faults_of(instrument: Instrument) -> list[str]:
    """Return in sentences what is wrong with a definition."""
    return [f"{instrument.id}: {fault}" for fault in (*_of_items(instrument), *_of_scoring(instrument), *_of_bands(instrument))]


def _of_items(instrument: Instrument) -> Iterator[str]:
    """Yield what is wrong with the questions."""
    ids = [item.id for item in instrument.items]
    if len(set(ids)) < len(ids):
        yield "two questions have one id"
    yield from _of_words(instrument)
    for item in instrument.items:
        if item.show_if and item.show_if["item"] not in ids[: ids.index(item.id)]:
            yield f"{item.id} depends on a question that does not come before it"


def _of_words(instrument: Instrument) -> Iterator[str]:
    """Yield what is wrong with what may be printed."""
    if not instrument.license["attribution"]:
        yield "no attribution"
    if instrument.informant not in INFORMANTS:
        yield f"unknown informant {instrument.informant}"
    for item in instrument.items:
        if not item.words:
            yield f"{item.id} has no words"
        if item.text and not instrument.has_text:
            yield f"{item.id} has a text that the license does not let us print"
    for language, words in instrument.translations.items():
        if set(words["items"]) - {item.id for item in instrument.items}:
            yield f"{language} translates questions that are not there"


def _of_scoring(instrument: Instrument) -> Iterator[str]:
    """Yield what is wrong with the scoring."""
    ids = {item.id for item in instrument.items}
    scoring = instrument.scoring
    named = [*scoring.get("items", ()), *(item for items in scoring.get("subscales", {}).values() for item in items)]
    if set(named) - ids:
        yield f"scores questions that are not there: {sorted(set(named) - ids)}"
    if scoring["method"] == "algorithm" and scoring["algorithm"] not in ALGORITHMS:
        yield f"unknown algorithm {scoring['algorithm']}"
    for rule in instrument.derived:
        if rule["algorithm"] not in DERIVED:
            yield f"unknown algorithm {rule['algorithm']}"
    for alert in instrument.alerts:
        if "item" in alert["when"] and alert["when"]["item"] not in ids:
            yield f"alert {alert['id']} looks at a question that is not there"


def _of_bands(instrument: Instrument) -> Iterator[str]:
    """Yield where bands overlap, leave a gap, or do not span the range."""
    ranges = {"total": instrument.scoring.get("range"), **instrument.scoring.get("ranges", {})}
    for name, bands in instrument.bands.items():
        for before, after in pairwise(bands):
            if after["min"] != before["max"] + 1:
                yield f"the bands of {name} do not follow each other at {after['min']}"
        ends = ranges.get(name)
        if ends and (bands[0]["min"], bands[-1]["max"]) != tuple(ends):
            yield f"the bands of {name} do not span {ends}"
