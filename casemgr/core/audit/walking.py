"""Walk the chain of the audit record from its beginning and name each place where it does not hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from casemgr.core.audit.writing import FIELDS, OLD_FIELDS, digest_of, is_vouched_for, key_is_known, moment_text, written

CHUNK = 2000
APART = timedelta(minutes=15)
"""How far what an event says of its moment may be from the moment of its sealing; a request takes seconds."""
SLIP = timedelta(seconds=5)
"""How far the database's clock may step back when it is set right by the network."""
TELLS_OLDER_STORIES = "command"
"""The door of imports and of the demo, whose events may be of another day; all others happen when they are sealed."""

_ROWS = (
    sql.SQL("""
    SELECT s.position, s.event_id, s.digest, s.sealed_at, e.id, e.code, e.door, {fields}
    FROM casemgr_auditseal s LEFT JOIN casemgr_auditevent e ON e.id = s.event_id WHERE s.position > %s ORDER BY s.position
""")
    .format(fields=sql.SQL(", ").join(sql.Identifier("e", name) for name in FIELDS))
    .as_string()
)
_UNSEALED = """
    SELECT e.id FROM casemgr_auditevent e LEFT JOIN casemgr_auditseal s ON s.event_id = e.id
    WHERE s.event_id IS NULL ORDER BY e.id
"""
_COPIES = """
    SELECT s.position, e.id, first_value(e.id) OVER (PARTITION BY e.code ORDER BY s.position)
    FROM casemgr_auditevent e JOIN casemgr_auditseal s ON s.event_id = e.id
    WHERE e.code IN (SELECT code FROM casemgr_auditevent WHERE code <> '' GROUP BY code HAVING count(*) > 1) ORDER BY s.position
"""
_OLD = len(OLD_FIELDS)


@dataclass(frozen=True)
class Fault:
    """Tell where the record is not what it was."""

    position: int
    event_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Hold one seal with its event, and how both are written down; without a body the event is gone."""

    position: int
    event_id: int
    digest: str
    sealed_at: datetime | None
    code: str
    door: str
    said_at: datetime | None
    said: str
    body: str


@dataclass
class Findings:
    """Gather what is wrong, one fault for each place, with everything that is wrong there."""

    places: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    events: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def add(self, position: int, event_id: int | None, text: str) -> None:
        """Put one sentence to what is known of a place: a position, or an event that has none."""
        place = (position, 0 if position else event_id or 0)
        known = self.places.setdefault(place, [])
        self.events[place] = self.events.get(place) or event_id
        if text not in known:
            known.append(text)

    def faults(self) -> list[Fault]:
        """Return one fault for each place, in the order of the chain; what has no position comes last."""
        order = sorted(self.places, key=lambda place: (place[0] == 0, place))
        return [Fault(place[0], self.events[place], "; ".join(self.places[place])) for place in order]


def links(*, after: int = 0) -> Iterator[Link]:
    """Yield the chain in its order, from behind a position on, with what each event says now."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        with _planned_without("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(_ROWS, [after])
        while rows := cursor.fetchmany(CHUNK):
            yield from map(_link, rows)


def _link(row: tuple[Any, ...]) -> Link:
    """Return one row of the statement with its event written down."""
    position, sealed, digest, sealed_at, event_id, code, door, *values = row
    if event_id is None:
        return Link(position, sealed, digest, sealed_at, "", "", None, "", "")
    said = written(values)
    body = written([event_id, *values[:_OLD]]) if sealed_at is None else f"{written([event_id])}{said}{written([code, sealed_at])}"
    return Link(position, sealed, digest, sealed_at, code, door, values[0], said, body)


@contextmanager
def _planned_without(*ways: str) -> Iterator[None]:
    """Keep the planner from ways that take for ever when its figures of a table are old, as after a large import."""
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        for way in ways:
            cursor.execute(f"RESET enable_{way}")


class Walk:
    """Go along the chain, link by link, and remember what the next one must fit to."""

    def __init__(self, findings: Findings) -> None:
        """Begin before the first link."""
        self.findings = findings
        self.count = 0
        self.expected = 1
        self.fitting: tuple[str, ...] = ("",)
        self.sealed_at: datetime | None = None

    def take(self, link: Link) -> None:
        """Look at one link in every way."""
        self._position(link)
        wrong = list(self._digest(link))
        if link.body:
            wrong += chain(self._clock(link), self._code(link))
        for text in wrong:
            self.findings.add(link.position, link.event_id, text)
        self.sealed_at = link.sealed_at or self.sealed_at
        self.expected = link.position + 1
        self.count += 1

    def _position(self, link: Link) -> None:
        """Find seals that are missing before this one; what it must fit to is then not known."""
        missing = link.position - self.expected
        if missing:
            self.findings.add(self.expected, None, f"{missing} seal(s) are missing before position {link.position}")
            self.fitting = ()

    def _digest(self, link: Link) -> Iterator[str]:
        """Find an event or a seal that is not what was sealed.

        A link fits when it follows from the seal before as it stands or as it ought to be: so a changed seal is found there alone.
        """
        ought = [digest_of(previous, link.body) for previous in self.fitting]
        if not link.body:
            yield "the sealed event is gone"
        elif ought and link.digest not in ought:
            yield "the event or its seal was changed"
        self.fitting = (link.digest, *(each for each in ought if link.body and each != link.digest))[:2]

    def _clock(self, link: Link) -> Iterator[str]:
        """Find a clock that went back, and a moment that cannot be that of the event."""
        if link.sealed_at is None:
            if self.sealed_at is not None:
                yield "it claims to be from before events had codes, but stands after one that has"
            return
        if self.sealed_at is not None and link.sealed_at < self.sealed_at - SLIP:
            yield f"it was sealed at {moment_text(link.sealed_at)}, the one before at {moment_text(self.sealed_at)}: a clock went back"
        said = link.said_at or link.sealed_at
        if link.door != TELLS_OLDER_STORIES and abs(said - link.sealed_at) > APART:
            yield f"it says that it happened at {moment_text(said)}, but was sealed at {moment_text(link.sealed_at)}"

    def _code(self, link: Link) -> Iterator[str]:
        """Find an event that the application did not write, or not so."""
        if link.sealed_at is None and not link.code:
            return
        if not link.code:
            yield "it carries no code: the application did not write it"
        elif not key_is_known(link.code):
            yield "its code was made with a key that is not in AUDIT_KEY"
        elif not is_vouched_for(link.code, link.said):
            yield "its code does not fit what it says: it was changed or forged"


def find_unsealed_and_copied(findings: Findings) -> None:
    """Find events that were never sealed, and events that are copies of others."""
    with transaction.atomic(), connection.cursor() as cursor, _planned_without("nestloop"):
        cursor.execute(_UNSEALED)
        for (event_id,) in cursor.fetchall():
            findings.add(0, event_id, "the event was never sealed")
        cursor.execute(_COPIES)
        for position, event_id, original in cursor.fetchall():
            if event_id != original:
                findings.add(position, event_id, f"its code is that of event {original}: it is a copy")
