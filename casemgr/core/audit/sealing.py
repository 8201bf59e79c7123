"""Check the chain of the audit record, row by row."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import zip_longest

from casemgr.core.audit.models import AuditEvent, AuditSeal

CHUNK = 5000


@dataclass(frozen=True)
class Fault:
    """Tell where the record is not what it was."""

    position: int
    event_id: int | None
    text: str


def canonical(event: AuditEvent) -> str:
    """Write an event down in one unambiguous way; the database's trigger does the same."""
    parts = (
        str(event.pk),
        event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "" if event.actor_id is None else str(event.actor_id),
        event.actor_name,
        event.verb,
        event.outcome,
        "" if event.patient_id is None else str(event.patient_id),
        event.subject,
        event.reason,
        event.detail,
        event.door,
        event.address,
        event.request_id,
    )
    return "".join(f"{len(part)}:{part}" for part in parts)


def digest_of(previous: str, event: AuditEvent) -> str:
    """Return the digest that seals this event to everything before it."""
    return hashlib.sha256((previous + canonical(event)).encode()).hexdigest()


def faults() -> Iterator[Fault]:
    """Walk the chain from its beginning and yield each place where it does not hold."""
    previous, expected = "", 1
    seals = AuditSeal.objects.order_by("position").iterator(chunk_size=CHUNK)
    for batch in _batches(seals):
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in batch])
        for seal in batch:
            if seal.position != expected:
                yield Fault(expected, None, f"{seal.position - expected} seal(s) are missing before position {seal.position}")
            event = events.get(seal.event_id)
            if event is None:
                yield Fault(seal.position, seal.event_id, "the sealed event is gone")
            elif digest_of(previous, event) != seal.digest:
                yield Fault(seal.position, seal.event_id, "the event or its seal was changed")
            previous, expected = seal.digest, seal.position + 1
    unsealed = AuditEvent.objects.exclude(pk__in=AuditSeal.objects.values("event_id")).order_by("pk").values_list("pk", flat=True)
    for key in unsealed.iterator(chunk_size=CHUNK):
        yield Fault(0, key, "the event was never sealed")


def _batches(seals: Iterator[AuditSeal]) -> Iterator[list[AuditSeal]]:
    """Yield the seals in lists of at most `CHUNK`."""
    for group in zip_longest(*[seals] * CHUNK):
        yield [seal for seal in group if seal is not None]
