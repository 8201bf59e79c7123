"""Map Condition: what a person has, with the axis and the ICD-10-CM code that follow from its code."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from casemgr.importing.mapping.codes import CONDITION_CLINICAL, CONDITION_VERIFICATION, ICD10CM, SNOMED
from casemgr.importing.mapping.nodes import (
    Coding,
    Concept,
    Context,
    Node,
    NotMapped,
    clip,
    concept_of,
    concepts_of,
    kept_coding,
    required_code,
)
from patients.diagnoses.rules import axis_of, icd_codes, tidy_code

COURSES = {"recurrence": "active", "relapse": "active", "inactive": "remission"}
"""FHIR statuses that our record does not tell apart. Inactive is read as remission: it does not say that nothing can come back."""

CERTAINTIES = {"unconfirmed": "provisional", "differential": "provisional"}

WORDS = (
    (
        "substance_use",
        re.compile("opioid|alcohol|cannabis|cocaine|amphetamine|drug abuse|drug depend|misuses drugs|tobacco|nicotine|overdose"),
    ),
    (
        "mental_health",
        re.compile("depress|anxiety|bipolar|psych|post-?traumatic|panic|phobia|suicid|personality|schizo|mental"),
    ),
    (
        "social",
        re.compile(
            r"employ|labor force|education|school|housing|homeless|lodging|refugee|migrant|military|violence|abuse \(finding\)|"
            "intimate partner|social|transport|criminal|prison|financial|income|food insecurity"
        ),
    ),
)
"""What the words of a title say about the axis, where no code decides it; the first that fits counts."""


@dataclass(frozen=True)
class ConditionFacts:
    """Hold what a Condition tells that our record keeps."""

    axis: str
    code: str
    other_system: str
    other_code: str
    title: str
    certainty: str
    course: str
    onset_on: date | None
    ended_on: date | None
    basis: str


@cache
def _known() -> dict[tuple[str, str], tuple[str, str]]:
    """Return axis and ICD-10-CM code of the codes that we know."""
    with (Path(__file__).parents[1] / "data" / "conditions.csv").open(encoding="utf-8", newline="") as file:
        return {(SNOMED, row["snomed"]): (row["axis"], row["icd10cm"]) for row in csv.DictReader(file)}


def axis_of_words(title: str) -> str:
    """Return the axis that the words of a title suggest; physical health when they suggest none."""
    words = title.lower()
    return next((axis for axis, signs in WORDS if signs.search(words)), "physical")


def axis_and_code(concept: Concept, *, is_social: bool = False) -> tuple[str, str]:
    """Return axis and ICD-10-CM code of a concept: as coded, as our table maps it, as its words suggest."""
    given = tidy_code(concept.in_system(ICD10CM))
    if given:
        return axis_of(given) or axis_of_words(concept.title), given if given in icd_codes() else ""
    for coding in concept.codings:
        if (coding.system, coding.code) in _known():
            return _known()[coding.system, coding.code]
    return "social" if is_social else axis_of_words(concept.title), ""


def map_condition(node: Node, context: Context) -> ConditionFacts:
    """Return the facts of a Condition."""
    concept = concept_of(node.child("code"))
    if not concept.code:
        raise NotMapped("it has no code; a diagnosis on our record needs one")
    certainty = required_code(node, "verificationStatus", CONDITION_VERIFICATION) or "provisional"
    if certainty == "entered-in-error":
        raise NotMapped("it was entered in error at its source")
    onset = _day(node, "onset", context)
    ended = _day(node, "abatement", context)
    if onset and ended and ended < onset:
        raise node.wrong("abatement", "is before the onset")
    course = required_code(node, "clinicalStatus", CONDITION_CLINICAL) or ("resolved" if ended else "active")
    categories = {concept.code for concept in concepts_of(node, "category")}
    axis, icd10cm = axis_and_code(concept, is_social="sdoh" in categories)
    other = _other_coding(concept)
    return ConditionFacts(
        axis=axis,
        code=icd10cm,
        other_system=other.system,
        other_code=other.code,
        title=clip(concept.title, 300),
        certainty=CERTAINTIES.get(certainty, certainty),
        course=COURSES.get(course, course),
        onset_on=onset,
        ended_on=ended,
        basis=_basis(node),
    )


def _day(node: Node, name: str, context: Context) -> date | None:
    """Return the day of onset or abatement; a year, a month, an age or words stay in words."""
    if node.has(f"{name}DateTime"):
        day = node.day(f"{name}DateTime", zone=context.zone)
        if day is None:
            context.note(f"{name} is told as {node.string(f'{name}DateTime')} only: the day is left open.")
        return day
    period = node.child(f"{name}Period")
    if period is not None:
        return period.day("start" if name == "onset" else "end", zone=context.zone)
    if any(node.has(f"{name}{kind}") for kind in ("Age", "Range", "String")):
        context.note(f"{name} is told as an age or in words: the day is left open.")
    return None


def _other_coding(concept: Concept) -> Coding:
    """Return the code as it was given, where it is none of the ICD-10-CM codes that our record knows."""
    others = (coding for coding in concept.codings if coding.system != ICD10CM or tidy_code(coding.code) not in icd_codes())
    other = next(others, None)
    return kept_coding(other) if other else Coding("", "", "")


def _basis(node: Node) -> str:
    notes = [child.string("text") for child in node.children("note")]
    return "\n".join(["Taken over from elsewhere.", *(note for note in notes if note)])
