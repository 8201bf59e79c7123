"""Read one plan as it is printed for the person."""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.paper.typesetting import language_on_paper, page_frame
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.reviews.models import Party, PlanSignature, SignatureOutcome
from treatment_plans.reviews.paper.rules import WAYS, WORDS

Block = dict[str, Any]
LINE = "_" * 44


def plan_copy(plan: Plan, *, at: datetime, language: str) -> dict[str, Any]:
    """Return a plan with its parts as the template “document” sets it: goals first, no codes, in plain words."""
    language = language_on_paper(language)
    words = WORDS[language]
    with translation.override(language):
        edition = words["version"].format(version=plan.version)
        frame = page_frame(
            title=words["title"],
            program=plan.program.neutral_name,
            made=words["made"].format(day=_day(at.astimezone(plan.program.zone).date())),
            edition=edition,
            stamp=words["draft"] if plan.state == PlanState.DRAFT else "",
        )
        blocks = [*_head(plan, words), *_axes(plan, words, WAYS[language]), *_foot(plan, words)]
    return {"paper": frame, "blocks": blocks}


def _head(plan: Plan, words: dict[str, str]) -> list[Block]:
    """Return whose plan it is, from when it holds, and what the person brings along."""
    rows = [[words["for"], plan.patient.display_name], [words["from"], _day(plan.starts_on)], [words["review"], _day(plan.review_on)]]
    blocks: list[Block] = [{"kind": "facts", "rows": rows}]
    if plan.strengths:
        blocks += [{"kind": "heading", "text": words["strengths"]}, {"kind": "text", "text": plan.strengths}]
    return blocks


def _axes(plan: Plan, words: dict[str, str], ways: dict[str, str]) -> list[Block]:
    """Return what is worked on, axis by axis."""
    blocks: list[Block] = []
    problems = list(plan.problems.all())
    for axis in dict.fromkeys(["substance_use", "mental_health", *(problem.axis for problem in problems)]):
        own = [problem for problem in problems if problem.axis == axis and not getattr(problem, "stopped_on", None)]
        if own:
            blocks.append({"kind": "heading", "text": words.get(axis, words["social"])})
            blocks += [block for problem in own for block in _problem(problem, words, ways)]
    return blocks or [{"kind": "text", "text": words["nothing"]}]


def _problem(problem: Problem, words: dict[str, str], ways: dict[str, str]) -> list[Block]:
    """Return one problem with its goals."""
    blocks: list[Block] = [{"kind": "text", "text": words["problem"].format(words=problem.title)}]
    for goal in problem.goals.all():
        if goal.state != GoalState.STOPPED:
            blocks += _goal(goal, words, ways)
    return blocks


def _goal(goal: Goal, words: dict[str, str], ways: dict[str, str]) -> list[Block]:
    """Return one goal with its steps and what is done for it."""
    reached = f" ({words['reached']})" if goal.state == GoalState.ACHIEVED else ""
    steps = [_step(one, words) for one in goal.objectives.all() if not getattr(one, "stopped_on", None)]
    done = [_way(one, words, ways) for one in goal.interventions.all() if not getattr(one, "stopped_on", None)]
    blocks: list[Block] = [{"kind": "text", "text": words["goal"].format(words=goal.words) + reached}]
    if steps:
        blocks += [{"kind": "text", "text": words["steps"]}, {"kind": "list", "items": steps}]
    if done:
        blocks += [{"kind": "text", "text": words["done"]}, {"kind": "list", "items": done}]
    return blocks


def _step(step: Objective, words: dict[str, str]) -> str:
    """Return one step, and by when or since when it is reached."""
    if step.met_on:
        return words["step_met"].format(words=step.words, day=_day(step.met_on))
    return words["step_by"].format(words=step.words, day=_day(step.target_on)) if step.target_on else step.words


def _way(way: Intervention, words: dict[str, str], ways: dict[str, str]) -> str:
    """Return what is done, how often and with whom."""
    named = getattr(way, "kind_name", "") or ways.get(way.kind, ways["other"])
    often = getattr(way, "how_often", "") or way.frequency
    whom = words["with"].format(name=way.responsible.full_name) if way.responsible else ""
    return ", ".join(part for part in (f"{named}: {way.description}" if way.description else named, often, whom) if part)


def _foot(plan: Plan, words: dict[str, str]) -> list[Block]:
    """Return what the person can count on, and the signatures; where one is missing, a line to sign on."""
    blocks: list[Block] = []
    if plan.one_axis_reason:
        blocks += [{"kind": "heading", "text": words["one_axis"]}, {"kind": "text", "text": plan.one_axis_reason}]
    answers = list(PlanSignature.objects.filter(plan=plan))
    by_person = _signed(answers, Party.PERSON, Party.REPRESENTATIVE)
    if not by_person and any(one.outcome == SignatureOutcome.DECLINED for one in answers):
        by_person = words["declined"]
    rows = [[words["signed_person"], by_person or LINE], [words["signed_staff"], _signed(answers, Party.CLINICIAN) or LINE]]
    rights = [words["right_change"], words["right_refuse"], words["right_copy"]]
    return [
        *blocks,
        {"kind": "heading", "text": words["rights"]},
        {"kind": "list", "items": rights},
        {"kind": "heading", "text": words["signature"]},
        {"kind": "facts", "rows": rows},
        {"kind": "text", "text": words["keep"]},
    ]


def _signed(answers: list[PlanSignature], *parties: str) -> str:
    """Return name and day of a signature, or nothing."""
    for one in answers:
        if one.outcome == SignatureOutcome.SIGNED and one.party in parties and one.signed_on:
            relation = f" ({one.relationship})" if one.relationship else ""
            return f"{one.name}{relation}, {_day(one.signed_on)}"
    return ""


def _day(day: date) -> str:
    """Return a day in the words of the language in hand."""
    return date_format(day, "DATE_FORMAT")
