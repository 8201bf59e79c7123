"""Execute what is due, so that neither a lost broker nor a killed worker loses or doubles anything.

1. Claim a batch of due facts: one statement, `SKIP LOCKED`, a short lease.
2. In one transaction: lock them again, let the reactions of `ROOT_REACTIONS` act, mark them done.
3. Killed before the commit: the lease runs out and somebody claims them again; nothing had happened.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from casemgr.core.audit.door import Door, through
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact, FactState

log = logging.getLogger(__name__)

BATCH = 500
TRIES = 8
FIRST_PAUSE = timedelta(seconds=5)
NOBODY_REACTS = "recorded"
OUTCOME_LENGTH = 200

E = TypeVar("E", bound=Event)


class Due(NamedTuple):
    """Pair a fact's key in the outbox with what it says."""

    fact_id: int
    event: Any


Outcomes = Mapping[int, str | Exception]
Reaction = Callable[[Sequence[Due], datetime], Outcomes]
"""What acts on facts of one kind, many at once. It is all or nothing with their mark, so it may not reach outside the database."""


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


def drain(*, at: datetime, limit: int = 10 * BATCH) -> int:
    """React to everything that is due at this moment; return how many facts were looked at."""
    looked_at = 0
    while looked_at < limit and (claimed := claim(at=at, most=min(BATCH, limit - looked_at))):
        by_kind: dict[str, list[int]] = defaultdict(list)
        for fact_id, kind in claimed:
            by_kind[kind].append(fact_id)
        for kind, ids in by_kind.items():
            _execute(kind, ids, at=at)
        looked_at += len(claimed)
    return looked_at


def react_now(keys: Sequence[str], *, at: datetime) -> None:
    """React to the facts of these keys without waiting for the worker, as the worker would: in a context of its own.

    The connection goes along: where an event loop runs in this thread, a new context would have another one, which sees nothing of a
    transaction that is still open.
    """
    Context().run(_react_at_once, keys, at, connections[DEFAULT_DB_ALIAS])


def _react_at_once(keys: Sequence[str], at: datetime, held: BaseDatabaseWrapper) -> None:
    connections[DEFAULT_DB_ALIAS] = held
    with through(Door("schedule")):
        for fact_id, kind in claim_named(keys, at=at):
            _execute(kind, [fact_id], at=at)


def claim_named(keys: Sequence[str], *, at: datetime) -> list[tuple[int, str]]:
    """Lease the facts of these keys that are due and return (id, kind); what a worker has claimed already is left to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casemgr_fact SET leased_until = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM casemgr_fact
                WHERE key = ANY(%s) AND state = 'waiting' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY id FOR UPDATE SKIP LOCKED
            )) RETURNING id, kind
            """,
            [at + settings.OUTBOX_LEASE, list(keys), at, at],
        )
        return [(fact_id, kind) for fact_id, kind in cursor.fetchall()]


def claim(*, at: datetime, most: int) -> list[tuple[int, str]]:
    """Lease up to `most` due facts and return (id, kind); what another worker holds is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casemgr_fact SET leased_until = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM casemgr_fact
                WHERE state = 'waiting' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id, kind
            """,
            [at + settings.OUTBOX_LEASE, at, at, most],
        )
        return [(fact_id, kind) for fact_id, kind in cursor.fetchall()]


def _execute(kind: str, ids: list[int], *, at: datetime) -> None:
    """Let the reactions to one kind act on these facts, and mark what became of each, in one transaction.

    When they fail together, each half is tried alone, so that one fact that cannot be acted upon does not hold up the others. A database
    that does not answer is no fault of a fact: the lease runs out, and they are claimed again.
    """
    try:
        with transaction.atomic():
            _mark(_react(kind, ids, at=at), at=at)
    except OperationalError:
        log.exception("database failed", extra={"kind": kind, "facts": len(ids)})
    except Exception as error:
        if len(ids) > 1:
            middle = len(ids) // 2
            _execute(kind, ids[:middle], at=at)
            _execute(kind, ids[middle:], at=at)
            return
        log.exception("reaction failed", extra={"kind": kind, "fact_id": ids[0]})
        _mark({ids[0]: error}, at=at)


def _react(kind: str, ids: Sequence[int], *, at: datetime) -> dict[int, str | Exception]:
    """Lock the facts that still wait, and return what the reactions made of each."""
    reactions: Sequence[Reaction] = import_string(settings.ROOT_REACTIONS).get(Event.kinds[kind], ())
    waiting = Fact.objects.select_for_update().filter(pk__in=ids, state=FactState.WAITING).order_by("due_at", "pk")
    due = [Due(key, Event.kinds[kind].from_payload(payload)) for key, payload in waiting.values_list("pk", "payload")]
    outcomes: dict[int, str | Exception] = dict.fromkeys((fact.fact_id for fact in due), NOBODY_REACTS)
    for reaction in reactions:
        for fact_id, outcome in reaction(due, at).items():
            if not isinstance(outcomes[fact_id], Exception):
                outcomes[fact_id] = outcome
    return outcomes


def _mark(outcomes: Outcomes, *, at: datetime) -> None:
    """Write down what became of each fact: one statement for those that are done, one for those to be tried again or given up."""
    done = {key: outcome for key, outcome in outcomes.items() if not isinstance(outcome, Exception)}
    failed = {key: type(outcome).__name__ for key, outcome in outcomes.items() if isinstance(outcome, Exception)}
    with connection.cursor() as cursor:
        if done:
            cursor.execute(
                """
                UPDATE casemgr_fact SET state = 'done', done_at = %s, outcome = said.outcome, leased_until = NULL
                FROM unnest(%s::bigint[], %s::text[]) AS said(id, outcome) WHERE casemgr_fact.id = said.id
                """,
                [at, list(done), [outcome[:OUTCOME_LENGTH] for outcome in done.values()]],
            )
        if failed:
            cursor.execute(
                """
                UPDATE casemgr_fact
                SET state = CASE WHEN attempts >= %s THEN 'failed' ELSE state END,
                    leased_until = CASE WHEN attempts >= %s THEN NULL ELSE %s::timestamptz + make_interval(secs => %s * 2 ^ attempts) END,
                    outcome = 'failed: ' || said.error
                FROM unnest(%s::bigint[], %s::text[]) AS said(id, error)
                WHERE casemgr_fact.id = said.id AND casemgr_fact.state = 'waiting'
                """,
                [TRIES, TRIES, at, FIRST_PAUSE.total_seconds(), list(failed), list(failed.values())],
            )
