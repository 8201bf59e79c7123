"""Find what was answered about safety in answers that come from elsewhere, however they name question and answer."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patients.instruments.rules.definition import Instrument, Item

YES = frozenset({"true", "y", "yes", "sí", "si", "373066001"})
NO = frozenset({"false", "n", "no", "373067005"})
"""Yes and no as other systems write them: FHIR booleans, letters, words, SNOMED CT."""

Asked = tuple[Instrument, Item]

LEADING = re.compile(r"^(q|question|item|pregunta)(?=\d)")


@dataclass(frozen=True)
class SafetyAnswer:
    """Hold the answer to one question about safety; no value when it was answered and cannot be read."""

    instrument: str
    item: str
    value: int | None


@dataclass(frozen=True)
class SafetyQuestions:
    """Hold the questions about safety by everything under which they are told: LOINC code, words, number in a named questionnaire."""

    by_code: Mapping[str, Asked]
    by_words: Mapping[str, Asked]
    by_name: Mapping[str, Mapping[str, Asked]]


def safety_questions(told: Iterable[Instrument]) -> SafetyQuestions:
    """Return the questions about safety of these instruments; one that follows another is not known by its words."""
    by_code: dict[str, Asked] = {}
    by_words: dict[str, Asked] = {}
    by_name: dict[str, dict[str, Asked]] = {}
    for instrument in told:
        for item in (item for item in instrument.items if item.id in instrument.use.get("safety_items", ())):
            words = (item.text, *(said.get("items", {}).get(item.id, "") for said in instrument.translations.values()))
            by_words |= {_plain(one): (instrument, item) for one in words if one and not item.show_if}
            by_code |= {item.loinc: (instrument, item)} if item.loinc else {}
            for name in _names(instrument):
                by_name.setdefault(name, {})[item.id] = (instrument, item)
    return SafetyQuestions(by_code, by_words, by_name)


def safety_answers(questions: SafetyQuestions, questionnaire: str, answers: Sequence[Any]) -> list[SafetyAnswer]:
    """Return what was answered to questions about safety."""
    name = _plain(re.split(r"[/:]", questionnaire.split("|")[0].rstrip("/"))[-1])
    numbered = questions.by_name.get(name, {})
    found = []
    for entry in answers:
        asked = _asked(questions, name, numbered, entry) if isinstance(entry, Mapping) else None
        if asked is not None:
            instrument, item = asked
            found.append(SafetyAnswer(instrument.id, item.id, _value_of(instrument, item, entry)))
    return found


def _asked(questions: SafetyQuestions, name: str, numbered: Mapping[str, Asked], entry: Mapping[str, Any]) -> Asked | None:
    """Return the question about safety that an entry answers, if it is one."""
    last = re.split(r"[/|#]", str(entry.get("link_id") or entry.get("linkId") or ""))[-1]
    words = str(entry.get("question") or "")
    found = questions.by_code.get(last) or (questions.by_words.get(_plain(words)) if words else None)
    return found or (numbered.get(LEADING.sub("", _plain(last).removeprefix(name))) if numbered else None)


def _names(instrument: Instrument) -> set[str]:
    """Return under which names a questionnaire goes."""
    return {_plain(name) for name in (instrument.id, instrument.short_name, str(instrument.loinc.get("panel", "")).split(" ")[0]) if name}


def _plain(text: str) -> str:
    """Return letters and digits only, small."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _value_of(instrument: Instrument, item: Item, entry: Mapping[str, Any]) -> int | None:
    """Return the gravest of the answers given, if any can be read."""
    given = entry.get("answers") or [entry.get("value", entry)]
    values = [value for one in given if (value := _read(instrument, item, one)) is not None]
    return max(values, default=None)


def _read(instrument: Instrument, item: Item, given: Any) -> int | None:
    """Return what one answer stands for."""
    parts = given if isinstance(given, Mapping) else {"value": given}
    for part in (parts.get(name) for name in ("code", "number", "value", "text")):
        if part not in (None, "") and (value := _step(instrument, item, part)) is not None:
            return value
    return None


def _step(instrument: Instrument, item: Item, part: Any) -> int | None:
    """Return the step of a question that a code, a number or a word means; what lies beyond the last step counts as the last."""
    said = str(part).strip().casefold()
    for value, words in _labels(instrument, item):
        if said == words:
            return value
    if said in YES | NO:
        return int(said in YES)
    try:
        number = float(said)
    except ValueError:
        return None
    highest = max(option.value for option in item.options.options)
    return min(max(math.ceil(number), 0), highest) if math.isfinite(number) else None


def _labels(instrument: Instrument, item: Item) -> Iterator[tuple[int, str]]:
    """Yield each step with its LOINC code and with its words in each language."""
    yield from ((option.value, option.loinc.casefold()) for option in item.options.options if option.loinc)
    for language in instrument.languages():
        yield from ((value, words.casefold()) for value, words in instrument.in_language(language).labels(item))
