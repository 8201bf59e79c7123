"""Write down what is known of somebody's own world, revise it, and mark errors, without losing what was written before."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Denied, Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from patients.world.events import BarrierNamed
from patients.world.models import KEPT, WORLD, Barrier, BarrierKind, WorldFact
from patients.world.queries import locked_fact


@action(Can.RECORD_WORLD)
def record_world_fact(
    *, patient: Patient, program: Program, of: str, draft: Finished | None = None, by: User, at: datetime, **facts: Any
) -> WorldFact:
    """Write down a fact of this kind; of what a person has once, there is never a second one."""
    finish(draft, by=by, at=at)
    model = WORLD[of]
    fact: WorldFact = _new(model, patient, program, by, at, facts)
    if model.once and model._default_manager.filter(patient=fact.patient, in_error_why="").exists():
        raise Refused(Reason(_("This is written down already. Revise it there."), code="known"))
    fact.save(force_insert=True)
    return fact


@action(Can.RECORD_WORLD)
def record_barrier(*, patient: Patient, program: Program, draft: Finished | None = None, by: User, at: datetime, **facts: Any) -> Barrier:
    """Write down what keeps somebody from coming; a task to see to it is proposed by whoever reacts to that."""
    finish(draft, by=by, at=at)
    barrier: Barrier = _new(Barrier, patient, program, by, at, facts)
    same = Barrier.objects.filter(patient=barrier.patient, kind=barrier.kind, in_error_why="", resolved_on__isnull=True)
    if barrier.lasts and barrier.kind != BarrierKind.OTHER and same.exists():
        raise Refused(Reason(_("This barrier is on the list already and not out of the way."), field="kind", code="known"))
    barrier.save(force_insert=True)
    if barrier.lasts:
        record_fact(BarrierNamed(barrier_id=barrier.pk, patient_id=barrier.patient_id), at=at)
    return barrier


@action(Can.RECORD_WORLD)
def resolve_barrier(*, barrier: Barrier, resolved_on: date, by: User, at: datetime) -> Barrier:
    """Say since when a barrier is out of the way."""
    row: Barrier = _standing(barrier)
    if not row.lasts:
        raise Refused(Reason(_("This barrier is out of the way already."), code="resolved"))
    row.resolved_on = resolved_on
    _save(row, ["resolved_on"], at)
    return row


@action(Can.RECORD_WORLD)
def revise_world_fact(*, fact: WorldFact, changes: Mapping[str, Any], draft: Finished | None = None, by: User, at: datetime) -> WorldFact:
    """Write what is known now over what was known before; the database keeps every earlier version with who wrote it."""
    finish(draft, by=by, at=at)
    row: WorldFact = _standing(fact)
    if unknown := sorted(changes.keys() & KEPT):
        raise Refused(Reason(_("This cannot be revised: %(fields)s.") % {"fields": ", ".join(unknown)}, code="kept"))
    for name, value in changes.items():
        setattr(row, name, value)
    _save(row, list(changes), at)
    return row


@action(Can.RECORD_WORLD)
def mark_world_fact_as_error(*, fact: WorldFact, why: str, by: User, at: datetime) -> WorldFact:
    """Mark a fact as an error and say why; it stays in the history, and counts no longer."""
    row: WorldFact = _standing(fact)
    if not why.strip():
        raise Refused(Reason(_("Say why it was an error."), field="why", code="no_reason"))
    row.in_error_why = why.strip()[:200]
    row.save(update_fields=["in_error_why"])
    return row


def _new(model: Any, patient: Patient, program: Program, by: User, at: datetime, facts: Mapping[str, Any]) -> Any:
    """Return a fact that is not kept yet; the patient is held, and nothing stands against the fact."""
    if not by.may(Can.RECORD_WORLD, program_id=program.pk):
        raise Denied(Can.RECORD_WORLD)
    fact = model(patient=locked(patient), program=program, recorded_at=at, recorded_by=by, **facts)
    if reasons := fact.reasons_against(fact.day_of(at)):
        raise Refused(*reasons)
    return fact


def _save(row: WorldFact, names: list[str], at: datetime) -> None:
    """Keep these fields of a row if nothing stands against it."""
    if reasons := row.reasons_against(row.day_of(at)):
        raise Refused(*reasons)
    row.save(update_fields=names)


def _standing(fact: Any) -> Any:
    """Return the fact, held, if nobody marked it as an error."""
    row = locked_fact(fact)
    if not row.stands:
        raise Refused(Reason(_("This was marked as an error. Write it down anew."), code="in_error"))
    return row
