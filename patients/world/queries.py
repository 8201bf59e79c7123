"""Read what is known of somebody's own world."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import CharField, QuerySet, Value

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from patients.episodes.queries import programs_of
from patients.record.models import Patient
from patients.world.models import MANNERS, TERMS, Barrier, CloseOne, GoalState, LifeEvent, OwnGoal, Strength, Wishes, WorldFact

F = TypeVar("F", bound=WorldFact)
Programs = Collection[int] | None
"""The programs whose words the reader may know; without, all of them."""


def facts_of(of: type[F], patient: Patient, programs: Programs = None) -> QuerySet[F]:
    """Return the facts of one kind that were not marked as errors, what lasts or came last first."""
    rows = of._default_manager.filter(patient=patient, in_error_why="")
    rows = rows if programs is None else rows.filter(program__in=programs)
    return rows.order_by(*([f"-{of.spans[1]}"] if of.spans else []), "-pk")


def wishes_for(patient: Patient, programs: Programs = None) -> Wishes | None:
    """Return in one statement how somebody wants to be spoken of and met."""
    return facts_of(Wishes, patient, programs).first()


def preferred_terms_for(patient: Patient, programs: Programs = None) -> list[tuple[str, str]]:
    """Return in one statement how somebody wants to be spoken of, each wish with what it is about."""
    found = wishes_for(patient, programs)
    return found.said(*TERMS) if found else []


def safety_preferences_for(patient: Patient, programs: Programs = None) -> list[tuple[str, str]]:
    """Return in one statement what makes a session feel safe, each wish with what it is about."""
    found = wishes_for(patient, programs)
    return found.said(*MANNERS) if found else []


def safety_preferences_of(patients: QuerySet[Any], programs: Programs = None) -> dict[int, list[tuple[str, str]]]:
    """Return in one statement what makes it feel safe for each of these people, named by their keys; who said nothing is not there."""
    rows = Wishes.objects.filter(patient__in=patients, in_error_why="").order_by("pk")
    rows = rows if programs is None else rows.filter(program__in=programs)
    return {row.patient_id: said for row in rows if (said := row.said(*MANNERS))}


def in_short(patient: Patient, programs: Programs = None) -> list[tuple[str, str]]:
    """Return in one statement what a chart shows of this world: own goals, strengths, open barriers, whom to be careful with."""
    parts = [
        _kind("goal", facts_of(OwnGoal, patient, programs).filter(state=GoalState.HELD), "words"),
        _kind("strength", facts_of(Strength, patient, programs), "words"),
        _kind("barrier", facts_of(Barrier, patient, programs).filter(resolved_on__isnull=True), "kind"),
        _kind("careful", facts_of(CloseOne, patient, programs).filter(is_safety_concern=True, until__isnull=True), "name"),
    ]
    return list(parts[0].union(*parts[1:], all=True))


def _kind(kind: str, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """Return what is said in a field of these rows, named by its kind."""
    said: QuerySet[Any] = rows.order_by().annotate(of=Value(kind, output_field=CharField())).values_list("of", field)
    return said


def life_events_of(patient: Patient, programs: Programs = None) -> QuerySet[LifeEvent]:
    """Return what happened in somebody's life, the earliest first."""
    return facts_of(LifeEvent, patient, programs).order_by("began_on", "pk")


def locked_fact(fact: F) -> F:
    """Return a fact and its patient as they are now, both held until the transaction ends."""
    held = type(fact)._default_manager.select_for_update(of=("self", "patient"), no_key=True)
    found: F = held.select_related("patient").get(pk=fact.pk)
    return found


def program_for(user: User, patient: Patient, in_hand: Program | None) -> Program | None:
    """Return in whose record a user writes about a person: the program in hand if it knows the person, else another that does."""
    known = set(programs_of(patient).values_list("pk", flat=True))
    reached = list(programs_reached(user, Can.RECORD_WORLD).order_by("pk"))
    return next(
        (program for program in sorted(reached, key=lambda one: one != in_hand) if program.pk in known),
        next(iter(reached), None),
    )
