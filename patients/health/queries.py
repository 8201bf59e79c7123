"""Hold a fact of health while it is written or changed, and say in whose record it stands."""

from datetime import datetime
from typing import Any, TypeVar

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Denied, Refused
from patients.episodes.queries import programs_of
from patients.health.models import HealthFact
from patients.record.models import Patient
from patients.record.queries import locked

F = TypeVar("F", bound=HealthFact)


def new_fact(model: type[F], *, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> F:
    """Return a fact of health that is not kept yet; the patient is held, and nothing stands against the fact."""
    if not by.may(Can.RECORD_HEALTH, program_id=program.pk):
        raise Denied(Can.RECORD_HEALTH)
    fact = model(patient=locked(patient), program=program, recorded_at=at, recorded_by=by, **facts)
    if reasons := fact.reasons_against(fact.day_of(at)):
        raise Refused(*reasons)
    return fact


def locked_fact(fact: F) -> F:
    """Return a fact and its patient as they are now, both held until the transaction ends."""
    held = type(fact)._default_manager.select_for_update(of=("self", "patient"), no_key=True)
    found: F = held.select_related("patient").get(pk=fact.pk)
    return found


def program_for(user: User, patient: Patient, in_hand: Program | None) -> Program:
    """Return in whose record a user writes about a person: the program in hand if it knows the person, else another that does."""
    known = set(programs_of(patient).values_list("pk", flat=True))
    reached = list(programs_reached(user, Can.RECORD_HEALTH).order_by("pk"))
    if not reached:
        raise Denied(Can.RECORD_HEALTH)
    return next((program for program in sorted(reached, key=lambda one: one != in_hand) if program.pk in known), reached[0])
