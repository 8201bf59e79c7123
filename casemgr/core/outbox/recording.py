"""Put a fact into the outbox, in the transaction that makes it true."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact


def record_fact(event: Event, *, at: datetime, due_at: datetime | None = None, key: str | None = None) -> None:
    """Put one fact into the outbox; with a `key`, once and never again."""
    record_facts([(event, due_at or at, key)], at=at)


def record_facts(facts: Iterable[tuple[Event, datetime, str | None]], *, at: datetime) -> None:
    """Put many facts into the outbox in one statement; those whose key is known already are left out."""
    rows = [Fact(kind=event.kind(), payload=event.payload(), key=key, recorded_at=at, due_at=due_at) for event, due_at, key in facts]
    Fact.objects.bulk_create(rows, ignore_conflicts=any(row.key for row in rows))
    if any(row.due_at <= at for row in rows):
        transaction.on_commit(wake)


def wake() -> None:
    """Tell the worker that something is due. Losing this loses nothing: the schedule's tick looks as well."""
    import_string(settings.OUTBOX_WAKE)()
