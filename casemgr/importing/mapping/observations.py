"""Map Observation and QuestionnaireResponse: what was measured, and what was answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from casemgr.importing.mapping.codes import LOINC, is_possible_loinc
from casemgr.importing.mapping.nodes import (
    Coding,
    Concept,
    Context,
    Node,
    NotMapped,
    check_status,
    clip,
    concept_of,
    concepts_of,
    kept_coding,
)
from patients.screenings.rules import score_of

KINDS = {"survey": "survey", "laboratory": "laboratory", "vital-signs": "vital_sign", "social-history": "social_history"}
"""FHIR observation-category; other categories are kept as “other”."""

PLACES = Decimal("0.000001")
LARGEST = Decimal(10) ** 12
LARGEST_TOTAL = Decimal(10) ** 6


@dataclass(frozen=True)
class Value:
    """Hold a value as a number, as a code, or in words."""

    number: Decimal | None = None
    unit: str = ""
    code: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was told."""
        return self.number is None and not self.code and not self.text


@dataclass(frozen=True)
class ObservationFacts:
    """Hold one measured fact."""

    kind: str
    code_system: str
    code: str
    title: str
    observed_at: datetime
    value: Value
    components: tuple[dict[str, Any], ...]
    status: str


@dataclass(frozen=True)
class AnswersFacts:
    """Hold the answers to one questionnaire."""

    questionnaire: str
    title: str
    answered_at: datetime
    answers: tuple[dict[str, Any], ...]
    total: Decimal | None
    status: str


def map_observation(node: Node, context: Context) -> ObservationFacts:
    """Return the facts of an Observation."""
    status = check_status(node)
    concept = concept_of(node.child("code", required=True))
    coding = _possible(concept)
    at = _moment(node, context)
    value = value_of(node, context)
    components = tuple(_components(node, context))
    if value.is_empty and not components:
        raise NotMapped(_why_empty(node))
    score = score_of(coding.system, coding.code)
    if score and value.number is not None and not score.lowest <= value.number <= score.highest:
        raise NotMapped(f"its value is impossible: this total goes from {score.lowest} to {score.highest}")
    kinds = (KINDS.get(category.code) for category in concepts_of(node, "category"))
    return ObservationFacts(
        kind=next((kind for kind in kinds if kind), "other"),
        code_system=coding.system,
        code=coding.code,
        title=clip(concept.title, 300),
        observed_at=at,
        value=value,
        components=components,
        status=status,
    )


def _possible(concept: Concept) -> Coding:
    """Return the first code that can exist."""
    if not concept.codings:
        raise NotMapped("it has no code; a measured fact on our record needs one")
    for coding in concept.codings:
        if coding.system != LOINC or is_possible_loinc(coding.code):
            return kept_coding(coding)
    raise NotMapped(f"the LOINC code {concept.code} cannot exist (its form or its check digit is wrong): what was measured is not known")


def _moment(node: Node, context: Context) -> datetime:
    period = node.child("effectivePeriod")
    if period is not None:
        at = period.moment("start", context.zone)
    else:
        at = node.moment("effectiveDateTime", context.zone) or node.moment("effectiveInstant", context.zone)
    at = at or node.moment("issued", context.zone)
    if at is None:
        raise NotMapped("it does not say on which day")
    return at


def _why_empty(node: Node) -> str:
    if node.has("hasMember"):
        return "it only groups other observations, which stand for themselves"
    absent = concept_of(node.child("dataAbsentReason")).title
    return f"it has no value ({absent})" if absent else "it has no value"


def value_of(node: Node, context: Context) -> Value:
    """Return the value of an Observation or of one of its components, of whatever type."""
    if node.has("valueQuantity"):
        return _quantity(node.child("valueQuantity", required=True), node)
    if node.has("valueInteger"):
        return _number(node, node.number("valueInteger"), "")
    if node.has("valueBoolean"):
        return Value(code="true" if node.boolean("valueBoolean") else "false")
    if node.has("valueCodeableConcept"):
        concept = concept_of(node.child("valueCodeableConcept"))
        return Value(code=clip(concept.code, 120), text=concept.title)
    for name in ("valueString", "valueDateTime", "valueTime"):
        if node.has(name):
            return Value(text=node.string(name))
    return Value(text=_in_words(node))


def _in_words(node: Node) -> str:
    """Return a range, a ratio or a period in words."""
    for name, (first, second), between in (
        ("valueRange", ("low", "high"), " to "),
        ("valueRatio", ("numerator", "denominator"), " : "),
        ("valuePeriod", ("start", "end"), " to "),
    ):
        child = node.child(name)
        if child is None:
            continue
        if name == "valuePeriod":
            parts = [child.string(first), child.string(second)]
        else:
            parts = [_amount(child.child(first)), _amount(child.child(second))]
        return between.join(part for part in parts if part)
    return ""


def _amount(node: Node | None) -> str:
    if node is None:
        return ""
    value = node.number("value")
    return " ".join(part for part in (node.string("comparator"), f"{value:f}" if value is not None else "", _unit(node)) if part)


def _unit(node: Node) -> str:
    return clip(node.string("unit") or node.string("code"), 60)


def _quantity(quantity: Node | None, node: Node) -> Value:
    if quantity is None:
        return Value()
    if quantity.string("comparator"):
        return Value(text=_amount(quantity))
    return _number(node, quantity.number("value"), _unit(quantity))


def _number(node: Node, value: Decimal | None, unit: str) -> Value:
    if value is None:
        return Value()
    if abs(value) >= LARGEST:
        raise node.wrong("value", "is too large a number")
    return Value(number=value.quantize(PLACES), unit=unit)


def _components(node: Node, context: Context) -> Iterator[dict[str, Any]]:
    """Return the parts as our record keeps them: code, title and value."""
    for child in node.children("component"):
        concept = concept_of(child.child("code", required=True))
        value = value_of(child, context)
        part = {
            "code": concept.code,
            "title": concept.title,
            "value_number": float(value.number) if value.number is not None else None,
            "value_unit": value.unit,
            "value_code": value.code,
            "value_text": value.text,
        }
        yield {name: told for name, told in part.items() if told not in (None, "")}


def map_questionnaire_response(node: Node, context: Context) -> AnswersFacts:
    """Return the facts of a QuestionnaireResponse."""
    status = check_status(node)
    at = node.moment("authored", context.zone)
    if at is None:
        raise NotMapped("it does not say on which day it was answered")
    questionnaire = node.string("questionnaire", longest=300)
    if not questionnaire:
        raise NotMapped("it does not say which questionnaire it answers")
    answers = tuple(_answers(node, context))
    return AnswersFacts(
        questionnaire=questionnaire,
        title=_title(node, questionnaire),
        answered_at=at,
        answers=answers,
        total=_total(answers),
        status=status,
    )


def _title(node: Node, questionnaire: str) -> str:
    """Return the name of the questionnaire, or the last part of its address."""
    shadow = node.child("_questionnaire")
    names = (child.string("valueString") for child in shadow.children("extension")) if shadow else iter(())
    return clip(next((name for name in names if name), "") or questionnaire.split("|")[0].rstrip("/").rsplit("/", 1)[-1], 300)


def _answers(node: Node, context: Context) -> Iterator[dict[str, Any]]:
    """Return each answered question, in order, at whatever depth it stands."""
    for item in node.children("item"):
        link = item.string("linkId", required=True)
        given = list(item.children("answer"))
        told = [_answer(answer, context) for answer in given]
        if told:
            yield {"link_id": link, "question": item.string("text"), "answers": told}
        yield from _answers(item, context)
        for answer in given:
            yield from _answers(answer, context)


def _answer(node: Node, context: Context) -> dict[str, Any]:
    if node.has("valueCoding"):
        coding = node.child("valueCoding")
        return {"code": coding.string("code"), "text": coding.string("display")} if coding else {}
    for name in ("valueDecimal", "valueInteger"):
        if node.has(name):
            number = node.number(name)
            return {"number": float(number)} if number is not None else {}
    if node.has("valueDate"):
        return {"text": node.string("valueDate")}
    value = value_of(node, context)
    if value.number is not None:
        return {"number": float(value.number), "unit": value.unit}
    return {name: told for name, told in (("code", value.code), ("text", value.text)) if told}


def _total(answers: tuple[dict[str, Any], ...]) -> Decimal | None:
    """Return the total score where a question of that name holds one."""
    for answer in answers:
        if "total" in f"{answer['link_id']} {answer['question']}".lower():
            number = answer["answers"][0].get("number")
            if number is not None and abs(number) < LARGEST_TOTAL:
                return Decimal(str(number)).quantize(Decimal("0.01"))
    return None
