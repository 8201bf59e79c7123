"""Put a fact into the outbox, in the transaction that makes it true."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from casemgr.core.outbox.draining import react_now
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact


def record_fact(event: Event, *, at: datetime, due_at: datetime | None = None, key: str | None = None) -> None:
    """Put one fact into the outbox; with a `key`, once and never again."""
    record_facts([(event, due_at or at, key)], at=at)


def record_urgent_fact(event: Event, *, at: datetime, key: str) -> None:
    """Put one fact into the outbox and react to it as soon as it is true, in this very process; with its `key`, once and never again.

    A life may hang on it, so it waits neither for a worker that is busy nor for a broker that is down. Should the reaction fail here, the
    worker finds the fact as it finds any other.
    """
    record_facts([(event, at, key)], at=at)
    transaction.on_commit(lambda: react_now([key], at=at), robust=True)


def record_facts(facts: Iterable[tuple[Event, datetime, str | None]], *, at: datetime) -> None:
    """Put many facts into the outbox in one statement; those whose key is known already are left out."""
    rows = [Fact(kind=event.kind(), payload=event.payload(), key=key, recorded_at=at, due_at=due_at) for event, due_at, key in facts]
    Fact.objects.bulk_create(rows, ignore_conflicts=any(row.key for row in rows))
    if any(row.due_at <= at for row in rows):
        transaction.on_commit(wake)


def wake() -> None:
    """Tell the worker that something is due. Losing this loses nothing: the schedule's tick looks as well."""
    import_string(settings.OUTBOX_WAKE)()
