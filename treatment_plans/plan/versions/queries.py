"""Read the versions of a plan, piece by piece."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import DateField, F, Field, ForeignKey, Model, QuerySet
from django.utils.formats import date_format
from django.utils.translation import override

from treatment_plans.plan.models import Goal, Intervention, InterventionKind, Objective, Plan, PlanState, Problem
from treatment_plans.plan.sealing.models import PROGRESS
from treatment_plans.plan.versions import rules

Table = type[Problem] | type[Goal] | type[Objective] | type[Intervention]
TABLES: dict[str, tuple[Table, str]] = {
    "problem": (Problem, "plan"),
    "goal": (Goal, "problem"),
    "objective": (Objective, "goal"),
    "intervention": (Intervention, "goal"),
}
"""Each kind of piece with its table and the key of what it stands under, from the top down."""

LEADS = {
    "problem": ("plan_id", "axis"),
    "goal": ("problem__plan_id", "problem__axis"),
    "objective": ("goal__problem__plan_id", "goal__problem__axis"),
    "intervention": ("goal__problem__plan_id", "goal__problem__axis"),
}
"""How each kind of piece leads to its plan and its axis."""

TITLES = {"problem": "title", "goal": "words", "objective": "words", "intervention": ""}
BOOKKEEPING = {"id", "recorded_at", "recorded_by", "copied_from", "axis"}
WRITTEN = ("starts_on", "strengths", "one_axis_reason")
"""Columns of the plan itself that are compared and signed; the day of the next review moves with each review."""


def versions_of(plan: Plan) -> QuerySet[Plan]:
    """Return every plan that a person has or had in the same program, the newest first."""
    same = Plan.objects.filter(patient=plan.patient_id, program=plan.program_id)
    return same.select_related("patient", "program", "recorded_by").order_by("-version", "-pk")


def draft_after(plan: Plan) -> Plan | None:
    """Return the draft of the version that is to follow, when somebody began it."""
    return Plan.objects.filter(follows=plan, state=PlanState.DRAFT).first()


def words_columns(table: type[Model], parent: str) -> list[Any]:
    """Return the columns of a piece that hold what it says: neither keys of the house nor what tells of progress."""
    return [field for field in table._meta.concrete_fields if field.name not in BOOKKEEPING | {parent, *PROGRESS}]


def pieces_of(plans: Sequence[Plan]) -> dict[int, list[rules.Piece]]:
    """Return the pieces of these versions of one person's plan, in five statements whatever their number."""
    found: dict[int, list[rules.Piece]] = {plan.pk: [_head(plan)] for plan in plans}
    first = plans[0]
    family = list(Plan.objects.filter(patient=first.patient_id, program=first.program_id).values_list("pk", flat=True))
    for kind, (table, parent) in TABLES.items():
        to_plan, to_axis = LEADS[kind]
        rows = table._default_manager.filter(**{f"{to_plan}__in": family}).annotate(in_plan=F(to_plan), on_axis=F(to_axis)).order_by("pk")
        columns, origins = words_columns(table, parent), dict[int, int]()
        for row in rows:
            origins[row.pk] = origins.get(row.copied_from_id or 0, row.pk)
            if row.in_plan in found:
                facts = {field.name: text for field in columns if (text := _raw(row, field))}
                title = facts.get(TITLES[kind], "") or str(row)
                found[row.in_plan].append(rules.Piece(kind, (kind, origins[row.pk]), row.on_axis, title, facts))
    return found


def differences_between(before: Plan, after: Plan) -> list[rules.Difference]:
    """Return what is different between two versions."""
    pieces = pieces_of([before, after])
    return rules.differences(pieces[before.pk], pieces[after.pk])


def digest_of(plan: Plan) -> str:
    """Return the number under which a plan's words stand."""
    return rules.digest(pieces_of([plan])[plan.pk])


def says_what_was_signed(plan: Plan, digests: Collection[str]) -> bool:
    """Say whether a plan still says what stood there under these numbers; older ones are taken anew in every language we speak."""
    pieces = pieces_of([plan])[plan.pk]
    older = set(digests) - {rules.digest(pieces)}
    return not older or older <= {rules.first_digest(_titled(pieces, code)) for code, _name in settings.LANGUAGES}


def in_words(difference: rules.Difference) -> list[tuple[str, str, str]]:
    """Return what a piece said before and says now, each with the name of its column, as a reader reads it."""
    table: type[Model] = TABLES[difference.kind][0] if difference.kind in TABLES else Plan
    return [
        (str(field.verbose_name), _shown(field, said.before), _shown(field, said.after))
        for said in difference.said
        if isinstance(field := table._meta.get_field(said.column), Field)
    ]


def _titled(pieces: Sequence[rules.Piece], language: str) -> list[rules.Piece]:
    """Return pieces with the titles that they have in a language: only what is done has one that is translated."""
    with override(language):
        labels = {str(code): str(label) for code, label in InterventionKind.choices}
    return [replace(one, title=_step_title(one.facts, labels)) if one.kind == "intervention" else one for one in pieces]


def _step_title(facts: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Return what something that is done is called: in the program's own list, or in the product's."""
    kind = facts.get("kind", "")
    return facts.get("kind_name") or labels.get(kind, kind)


def _head(plan: Plan) -> rules.Piece:
    """Return what the plan itself says."""
    facts = {name: str(getattr(plan, name)) for name in WRITTEN if getattr(plan, name)}
    return rules.Piece("plan", ("plan", 0), "", "", facts)


def _raw(row: Model, field: Any) -> str:
    """Return what a column holds, in no language."""
    value = getattr(row, field.attname)
    return "" if value is None else str(value)


def _shown(field: Any, text: str) -> str:
    """Return what a column held, for a reader."""
    if not text:
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(text, text))
    if isinstance(field, ForeignKey):
        return str(field.related_model._default_manager.filter(pk=text).first() or "")
    return str(date_format(date.fromisoformat(text), "DATE_FORMAT")) if isinstance(field, DateField) else text
