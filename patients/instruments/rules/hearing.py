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

NUMBER_FIRST = re.compile(r"^[(\[]?(?P<number>\d+)(?P<mark>\s*[-–—=:.)\]]|\s)\s*(?P<words>\D.*)$")
NUMBER_LAST = re.compile(r"^(?P<words>.*\D)(?P<mark>[(\[=:])\s*(?P<number>\d+)\s*[)\]]?$")
"""A number beside its words, as “1 - Several days” and “Several days (1)”."""


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
    known = max((known for known in questions.by_name if name.startswith(known)), key=len, default="")
    numbered = questions.by_name.get(known, {})
    found = []
    for entry in answers:
        asked = _asked(questions, numbered, (name, *questions.by_name), entry) if isinstance(entry, Mapping) else None
        if asked is None:
            continue
        instrument, item = asked
        value = _value_of(instrument, item, entry)
        if value is not None or _is_answered(entry):
            found.append(SafetyAnswer(instrument.id, item.id, value))
    return found


def _asked(questions: SafetyQuestions, numbered: Mapping[str, Asked], names: Sequence[str], entry: Mapping[str, Any]) -> Asked | None:
    """Return the question about safety that an entry answers, if it is one."""
    last = re.split(r"[/|#]", str(entry.get("link_id") or entry.get("linkId") or ""))[-1]
    words = str(entry.get("question") or "")
    found = questions.by_code.get(last) or (questions.by_words.get(_plain(words)) if words else None)
    number = _plain(last)
    number = number.removeprefix(max((name for name in names if number.startswith(name)), key=len, default=""))
    return found or numbered.get(LEADING.sub("", number))


def _names(instrument: Instrument) -> set[str]:
    """Return under which names a questionnaire goes."""
    panel = str(instrument.loinc.get("panel", "")).split(" ")[0]
    return {_plain(name) for name in (instrument.id, instrument.short_name, panel, *instrument.use.get("known_as", ())) if name}


def _plain(text: str) -> str:
    """Return letters and digits only, small."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _given(entry: Mapping[str, Any]) -> Sequence[Any]:
    """Return the answers that an entry holds; the entry itself where it is an answer."""
    return entry.get("answers") or entry.get("answer") or [entry.get("value", entry)]


def _parts(given: Any) -> Iterator[Any]:
    """Yield everything in which an answer says what was answered, the most exact first; also a FHIR value of any type."""
    if not isinstance(given, Mapping):
        yield given
        return
    typed = (inner for name, inner in given.items() if name.startswith("value") and name != "value")
    for part in (*(given.get(name) for name in ("code", "number", "value", "text", "display")), *typed):
        yield from _parts(part)


def _is_answered(entry: Mapping[str, Any]) -> bool:
    """Say whether anything was answered at all; text beside a question that has no answer is its own."""
    given = (one if one is not entry else {**entry, "text": ""} for one in _given(entry))
    return any(part not in (None, "") for one in given for part in _parts(one))


def _value_of(instrument: Instrument, item: Item, entry: Mapping[str, Any]) -> int | None:
    """Return the gravest of the answers given, if any can be read."""
    values = [value for one in _given(entry) if (value := _read(instrument, item, one)) is not None]
    return max(values, default=None)


def _read(instrument: Instrument, item: Item, given: Any) -> int | None:
    """Return what one answer stands for."""
    for part in _parts(given):
        if part not in (None, "") and (value := _step(instrument, item, part)) is not None:
            return value
    return None


def _step(instrument: Instrument, item: Item, part: Any) -> int | None:
    """Return the step of a question that a code, a number or words mean; what lies beyond the last step counts as the last.

    Where a number stands beside words, words that are known count. A nought beside words that are not known is no answer.
    """
    said = " ".join(str(part).split()).casefold()
    if (value := _step_of_words(instrument, item, said)) is not None:
        return value
    highest = max(option.value for option in item.options.options)
    try:
        number = float(said)
    except ValueError:
        beside = NUMBER_FIRST.match(said) or NUMBER_LAST.match(said)
        if beside is None:
            return None
        value = _step_of_words(instrument, item, beside["words"])
        number = float(beside["number"]) if value is None and beside["mark"].strip() else 0
        return value if value is not None else min(int(number), highest) or None
    return min(max(math.ceil(number), 0), highest) if math.isfinite(number) else None


def _step_of_words(instrument: Instrument, item: Item, said: str) -> int | None:
    """Return the step whose code or words these are, whatever their spaces and signs; or that of a yes or a no."""
    plain = _plain(said)
    for value, words in _labels(instrument, item):
        if plain and plain == _plain(words):
            return value
    return int(said in YES or plain in YES) if {said, plain} & (YES | NO) else None


def _labels(instrument: Instrument, item: Item) -> Iterator[tuple[int, str]]:
    """Yield each step with its LOINC code and with its words in each language."""
    yield from ((option.value, option.loinc.casefold()) for option in item.options.options if option.loinc)
    for language in instrument.languages():
        yield from ((value, words.casefold()) for value, words in instrument.in_language(language).labels(item))
