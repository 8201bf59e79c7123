"""Map CarePlan: what was planned elsewhere, for the clinic to take over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casemgr.importing.mapping.codes import CARE_PLAN_INTENT, GOAL_LIFECYCLE
from casemgr.importing.mapping.conditions import axis_and_code
from casemgr.importing.mapping.nodes import Concept, Context, Node, NotMapped, check_status, clip, concept_of, concepts_of, reference_of

CATEGORY_OF_ALL = "assess-plan"
"""US Core gives every care plan this category; it says nothing about the plan."""

KINDS_BY_WORD = (
    ("cognitive", "cbt"),
    ("motivational", "motivational"),
    ("trauma", "trauma"),
    ("group", "group"),
    ("family", "family"),
    ("education", "education"),
    ("exercise", "exercise"),
    ("physical activity", "exercise"),
    ("mindfulness", "mindfulness"),
    ("yoga", "yoga"),
    ("art therapy", "art"),
    ("peer", "peer"),
    ("case management", "case_management"),
    ("methadone", "moud"),
    ("buprenorphine", "moud"),
    ("medication", "medication_management"),
    ("pain", "pain"),
)


@dataclass(frozen=True)
class StepFacts:
    """Hold one thing that is done."""

    kind: str
    description: str


@dataclass(frozen=True)
class GoalFacts:
    """Hold one goal as it was worded elsewhere."""

    words: str
    target_on: date | None


@dataclass(frozen=True)
class CarePlanFacts:
    """Hold what a CarePlan tells that a draft of a plan can take over."""

    title: str
    axis: str
    starts_on: date
    addresses: tuple[str, ...]
    goals: tuple[GoalFacts, ...]
    steps: tuple[StepFacts, ...]


def map_care_plan(node: Node, context: Context) -> CarePlanFacts:
    """Return the facts of an active CarePlan."""
    status = check_status(node)
    intent = node.code("intent", CARE_PLAN_INTENT, required=True)
    if status != "active":
        raise NotMapped(f"its status is “{status}”: only an active plan is taken over, as a draft")
    if intent in {"proposal", "option"}:
        raise NotMapped(f"its intent is “{intent}”: it was not agreed on")
    period = node.child("period")
    start = period.day("start", zone=context.zone) if period else None
    if start is None:
        start = node.day("created", zone=context.zone)
    if start is None:
        raise NotMapped("it does not say from which day on")
    concept = _subject_matter(node)
    title = node.string("title") or concept.title or "Care plan"
    return CarePlanFacts(
        title=clip(title, 200),
        axis=axis_and_code(Concept(title, concept.codings))[0],
        starts_on=start,
        addresses=tuple(reference for child in node.children("addresses") if (reference := reference_of(child))),
        goals=tuple(_goals(node, context)),
        steps=tuple(_steps(node)),
    )


def _subject_matter(node: Node) -> Concept:
    """Return the category that says what the plan is about."""
    return next((concept for concept in concepts_of(node, "category") if concept.code != CATEGORY_OF_ALL), Concept("", ()))


def _goals(node: Node, context: Context) -> Iterator[GoalFacts]:
    """Return the goals that the plan refers to and that stand in this bundle."""
    for child in node.children("goal"):
        goal = context.look_up(reference_of(child))
        if goal is None:
            context.note(f"{child.path} refers to a goal that is not in this bundle.")
            continue
        state = goal.code("lifecycleStatus", GOAL_LIFECYCLE, required=True)
        words = concept_of(goal.child("description", required=True)).title
        if words and state in {"proposed", "planned", "accepted", "active", "on-hold"}:
            targets = (target.day("dueDate") for target in goal.children("target"))
            yield GoalFacts(words, next((day for day in targets if day), None))


def _steps(node: Node) -> Iterator[StepFacts]:
    """Return what is done, each once."""
    seen = set()
    for child in node.children("activity"):
        detail = child.child("detail")
        title = concept_of(detail.child("code")).title or detail.string("description") if detail else ""
        if title and title not in seen:
            seen.add(title)
            words = title.lower()
            yield StepFacts(next((kind for word, kind in KINDS_BY_WORD if word in words), "other"), clip(title, 300))
