"""Read safety plans, on screen and on paper."""

from datetime import date, datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.accounts.models import Program
from casemgr.core.paper.typesetting import language_on_paper, page_frame
from patients.record.models import Patient
from patients.safety.models import PlanContactKind, SafetyPlan
from patients.safety.planning.rules import WORDS, review_due_at

STEPS = ("warning_signs", "own_ways", "company", PlanContactKind.PERSON.value, PlanContactKind.PROFESSIONAL.value, "safer_place")
BESIDES = ("means_holder", "reasons", "own_words")


def safety_plans_for(patient: Patient) -> QuerySet[SafetyPlan]:
    """Return every version of a person's safety plans, the newest first, with its contacts and when it was last gone through."""
    looked_at = Greatest("recorded_at", Coalesce(Max("reviews__recorded_at"), "recorded_at"))
    rows = SafetyPlan.objects.filter(patient=patient).select_related("recorded_by", "program").annotate(looked_at=looked_at)
    return rows.prefetch_related("contacts").order_by("-recorded_at", "-pk")


def plans_in_force(patient: Patient) -> QuerySet[SafetyPlan]:
    """Return the plan that holds, in each program that made one."""
    return safety_plans_for(patient).filter(superseded_at__isnull=True)


def plan_in_force(patient: Patient, program: Program) -> SafetyPlan | None:
    """Return the plan that holds in this program."""
    return SafetyPlan.objects.filter(patient=patient, program=program, superseded_at__isnull=True).first()


def is_stale(plan: Any, now: datetime) -> bool:
    """Say whether nobody went through a plan for too long."""
    return now > review_due_at(last_looked_at=plan.looked_at)


def steps_of(plan: SafetyPlan) -> list[tuple[str, list[str]]]:
    """Return the six steps of a plan with their headings, in order, each as lines."""
    contacts = list(plan.contacts.all())
    found = []
    for name in STEPS:
        if name in PlanContactKind.values:
            lines = [str(one) for one in contacts if one.kind == name]
            found.append((str(PlanContactKind(name).label), lines))
        else:
            column: Any = plan._meta.get_field(name)
            found.append((str(column.verbose_name), _lines(getattr(plan, name))))
    return found


def plan_on_paper(plan: SafetyPlan, *, at: datetime, language: str) -> dict[str, Any]:
    """Return one plan as the template “document” sets it: the steps, the numbers that are always answered, and the names under it."""
    language = language_on_paper(language)
    words, zone = WORDS[language], plan.program.zone
    with translation.override(language):
        written_on = _day(plan.recorded_at.astimezone(zone).date())
        edition = words["edition"].format(version=plan.version, day=written_on)
        made = words["made"].format(day=_day(at.astimezone(zone).date()))
        frame = page_frame(title=words["title"], program=plan.program.neutral_name, made=made, edition=edition, foot=[words["lifeline"]])
        return {"paper": frame, "blocks": [*_head(plan, words), *_steps(plan, words), *_names(plan, words)]}


def _head(plan: SafetyPlan, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return whose plan it is, and what to do when it is urgent."""
    return [
        {"kind": "facts", "rows": [[words["for"], plan.patient.display_name]]},
        {"kind": "list", "items": [words["emergency"], words["lifeline"]]},
    ]


def _steps(plan: SafetyPlan, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return the six steps and what stands beside them."""
    contacts = list(plan.contacts.all())
    blocks: list[dict[str, Any]] = []
    for name in (*STEPS, *BESIDES):
        is_contact = name in PlanContactKind.values
        lines = [str(one) for one in contacts if one.kind == name] if is_contact else _lines(getattr(plan, name))
        if not lines and name in BESIDES:
            continue
        blocks += [{"kind": "heading", "text": words[name]}, {"kind": "list", "items": lines or [words["nothing"]]}]
    return blocks


def _names(plan: SafetyPlan, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return who stands for the plan, with a line to sign on where nobody has signed yet."""
    line = "_" * 44
    by_person = f"{plan.signed_by}, {_day(plan.signed_on)}" if plan.signed_by and plan.signed_on else line
    return [
        {"kind": "heading", "text": words["signature"]},
        {"kind": "facts", "rows": [[words["signed_person"], by_person], [words["signed_staff"], plan.recorded_by.full_name]]},
        {"kind": "text", "text": f"{words['keep']} {words['source']}"},
    ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(day: date) -> str:
    """Return a day in the words of the language in hand."""
    return date_format(day, "DATE_FORMAT")
