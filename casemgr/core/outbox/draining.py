"""Execute what is due, so that neither a lost broker nor a killed worker loses or doubles anything.

1. Claim a batch of due facts: one statement, `SKIP LOCKED`, a short lease.
2. In one transaction: lock them again, let the reactions of `ROOT_REACTIONS` act, mark them done.
3. Killed before the commit: the lease runs out and somebody claims them again; nothing had happened.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact, FactState

log = logging.getLogger(__name__)

BATCH = 500
LEASE = timedelta(seconds=60)
TRIES = 8
FIRST_PAUSE = timedelta(seconds=5)
FAILED_OUTCOME = "failed: see the log for the reason"

E = TypeVar("E", bound=Event)


class Due(NamedTuple):
    """Pair a fact's key in the outbox with what it says."""

    fact_id: int
    event: Any


Outcomes = Mapping[int, str | Exception]
Reaction = Callable[[Sequence[Due], datetime], Outcomes]


def each(act: Callable[[E, datetime], str]) -> Reaction:
    """Let a function that knows one fact react to many; one that fails does not take the others along."""

    def react(facts: Sequence[Due], at: datetime) -> Outcomes:
        outcomes: dict[int, str | Exception] = {}
        for fact_id, event in facts:
            try:
                with transaction.atomic():
                    outcomes[fact_id] = act(event, at)
            except Exception as error:
                log.exception("reaction failed", extra={"fact_id": fact_id, "kind": type(event).__name__})
                outcomes[fact_id] = error
        return outcomes

    return react


def drain(*, at: datetime, limit: int = 20 * BATCH) -> int:
    """React to everything that is due at this moment; return how many facts were looked at."""
    looked_at = 0
    while looked_at < limit and (claimed := claim(at=at, most=BATCH)):
        by_kind: dict[str, list[int]] = defaultdict(list)
        for fact_id, kind in claimed:
            by_kind[kind].append(fact_id)
        for kind, ids in by_kind.items():
            _execute(kind, ids, at=at)
        looked_at += len(claimed)
    return looked_at


def claim(*, at: datetime, most: int) -> list[tuple[int, str]]:
    """Lease up to `most` due facts and return (id, kind); what another worker holds is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casemgr_fact SET leased_until = %s, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM casemgr_fact
                WHERE state = 'waiting' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            ) RETURNING id, kind
            """,
            [at + LEASE, at, at, most],
        )
        return [(fact_id, kind) for fact_id, kind in cursor.fetchall()]


def _execute(kind: str, ids: list[int], *, at: datetime) -> None:
    """Let the reactions to one kind act on these facts, and mark what became of each, in one transaction."""
    reactions: Sequence[Reaction] = import_string(settings.ROOT_REACTIONS).get(Event.kinds[kind], ())
    try:
        with transaction.atomic():
            facts = list(Fact.objects.select_for_update().filter(pk__in=ids, state=FactState.WAITING).order_by("due_at", "pk"))
            due = [Due(fact.pk, Event.kinds[kind].from_payload(fact.payload)) for fact in facts]
            outcomes: dict[int, str | Exception] = {fact.pk: "recorded" for fact in facts}
            for reaction in reactions:
                for fact_id, outcome in reaction(due, at).items():
                    if not isinstance(outcomes[fact_id], Exception):
                        outcomes[fact_id] = outcome
            _mark(facts, outcomes, at=at)
    except Exception as error:
        log.exception("batch failed", extra={"kind": kind, "facts": len(ids)})
        facts = list(Fact.objects.filter(pk__in=ids, state=FactState.WAITING))
        _mark(facts, {fact.pk: error for fact in facts}, at=at)


def _mark(facts: Sequence[Fact], outcomes: Outcomes, *, at: datetime) -> None:
    """Write down what became of each fact: done, to be tried again later, or failed for good."""
    for fact in facts:
        outcome = outcomes[fact.pk]
        if not isinstance(outcome, Exception):
            fact.state, fact.done_at, fact.outcome, fact.leased_until = FactState.DONE, at, outcome[:200], None
        elif fact.attempts >= TRIES:
            fact.state, fact.outcome, fact.leased_until = FactState.FAILED, FAILED_OUTCOME, None
        else:
            fact.leased_until, fact.outcome = at + FIRST_PAUSE * 2**fact.attempts, type(outcome).__name__
    Fact.objects.bulk_update(facts, ["state", "done_at", "outcome", "leased_until"])
