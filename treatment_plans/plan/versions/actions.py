"""Start the next version of a plan."""

from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.queries import locked
from treatment_plans.plan.actions import start_plan
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import GoalState, Plan, PlanState
from treatment_plans.plan.versions.queries import TABLES, draft_after


@action(Can.WRITE_PLAN)
def start_version(*, plan: Plan, starts_on: date, review_on: date, by: User, at: datetime) -> Plan:
    """Start the next version of a plan as a draft: a copy of what is still pursued, to be changed and put into force."""
    locked(plan.patient)
    if plan.state == PlanState.DRAFT:
        raise Refused(Reason(_("This plan is a draft itself. Change it as it stands."), code="still_a_draft"))
    if draft_after(plan) is not None:
        raise Refused(Reason(_("The next version was begun already. Go on with that draft."), code="draft_waits"))
    facts: dict[str, Any] = {"starts_on": starts_on, "review_on": review_on, "strengths": plan.strengths}
    draft = start_plan(patient=plan.patient, program=plan.program, **facts, by=by, at=at)
    draft.follows = plan
    draft.save(update_fields=["follows"])
    parents = {plan.pk: draft.pk}
    places = {"plan": parents}
    for kind, (table, parent) in TABLES.items():
        above = places[parent]
        rows = table._default_manager.filter(**{f"{parent}__in": above}).order_by("pk")
        going = [row for row in rows if not _is_stopped(row)]
        copies = [_copy(table, row, parent, above[getattr(row, f"{parent}_id")], by, at) for row in going]
        made = table._default_manager.bulk_create(copies)
        places[kind] = {row.pk: copy.pk for row, copy in zip(going, made, strict=True)}
    _take_values_along(places["objective"])
    return draft


def _take_values_along(objectives: dict[int, int]) -> None:
    """Let a copied objective know what was counted so far, by whom and when."""
    counted = ObjectiveValue.objects.filter(objective__in=objectives).order_by("pk")
    ObjectiveValue.objects.bulk_create(
        ObjectiveValue(
            objective_id=objectives[one.objective_id],
            value=one.value,
            counted_on=one.counted_on,
            words=one.words,
            recorded_by_id=one.recorded_by_id,
            recorded_at=one.recorded_at,
        )
        for one in counted
    )


def _copy(table: type[Model], row: Any, parent: str, above: int, by: User, at: datetime) -> Any:
    """Return a new row that says the same under another parent, and knows where it comes from."""
    skipped = {"id", "recorded_at", "recorded_by", "copied_from", parent}
    values = {field.attname: getattr(row, field.attname) for field in table._meta.concrete_fields if field.name not in skipped}
    return table(**values, **{f"{parent}_id": above}, copied_from_id=row.pk, recorded_by=by, recorded_at=at)


def _is_stopped(row: Any) -> bool:
    """Say whether a piece is no longer pursued."""
    return getattr(row, "state", "") == GoalState.STOPPED or getattr(row, "stopped_on", None) is not None
