"""Compare the chain with what its anchors outside the database remember of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

from casemgr.core.audit.anchors import Anchor, lines, mark_of, read_line
from casemgr.core.audit.walking import APART, Findings, Link
from casemgr.core.audit.writing import moment_text


@dataclass(frozen=True, slots=True)
class Remembered:
    """Hold what the anchors know of one event: where it stood, and by which mark; the last of a line knows its seal too."""

    position: int
    event_id: int
    mark: str
    anchor: Anchor
    is_last: bool


@dataclass
class AnchorFile:
    """Hold what is known of the file as a whole."""

    last: Anchor | None = None
    anew: Anchor | None = None
    hashes: frozenset[str] = frozenset()


def read_anchors(findings: Findings) -> AnchorFile:
    """Read the file from its beginning and find lines that were changed, taken out or put in.

    Half a line is what a machine leaves that lost its power: it counts only when a later line was tied to it.
    """
    known, hashes = AnchorFile(), set()
    for number, line in enumerate(lines(), start=1):
        anchor = read_line(line)
        if anchor is None:
            continue
        if anchor.previous != (known.last.hash if known.last else ""):
            findings.add(anchor.first or anchor.position, None, f"the anchor file was changed before its line {number}")
        known.last = anchor
        known.anew = anchor if anchor.anew else known.anew
        hashes.add(anchor.hash)
    known.hashes = frozenset(hashes)
    return known


def _since_anew(known: AnchorFile) -> Iterator[Anchor]:
    """Yield the anchors that speak of the present database."""
    for anchor in filter(None, map(read_line, lines())):
        if anchor.number > (known.anew.number if known.anew else 0):
            yield anchor


def remembered(known: AnchorFile) -> Iterator[Remembered]:
    """Yield every event that the anchors know, in its order."""
    for anchor in _since_anew(known):
        for step, (event_id, mark) in enumerate(anchor.expected()):
            position = anchor.first + step
            yield Remembered(position, event_id, mark, anchor, position == anchor.position)


class Alignment:
    """Go along the chain beside the anchors."""

    def __init__(self, findings: Findings, known: AnchorFile) -> None:
        """Begin before the first link."""
        self.findings, self.known = findings, known
        self._rest = remembered(known)
        self._next = next(self._rest, None)
        self._gone: list[Remembered] = []
        self._anchored_at: datetime | None = None

    def take(self, link: Link) -> None:
        """Compare one link with what the anchors know of its place."""
        while self._next and self._next.event_id != link.event_id and self._next.event_id not in self._sealed:
            self._gone.append(self._next)
            self._next = next(self._rest, None)
        self._tell_gone()
        known = self._next
        self._compare_clocks(link, known)
        if known is None:
            return
        if known.event_id != link.event_id:
            self._out_of_place(link, known)
            return
        if link.body and mark_of(link.body) != known.mark:
            self._say(link, f"it is not what was anchored at {moment_text(known.anchor.at)}")
        elif known.is_last and link.digest != known.anchor.digest and not self.findings.places:
            self._say(link, f"its seal is not the one anchored at {moment_text(known.anchor.at)}: the chain was computed anew")
        self._step(known)

    def finish(self) -> None:
        """Find what the anchors know beyond the end of the chain."""
        while self._next:
            self._gone.append(self._next)
            self._next = next(self._rest, None)
        self._tell_gone()

    def _step(self, known: Remembered) -> None:
        """Go on to what the anchors know next."""
        if known.is_last:
            self._anchored_at = known.anchor.at
        self._next = next(self._rest, None)

    def _out_of_place(self, link: Link, known: Remembered) -> None:
        """Tell of an event that stands where the anchors know another, which is still there too."""
        when = moment_text(known.anchor.at)
        if link.event_id in self._anchored:
            self._say(link, f"at this place the anchor of {when} knows event {known.event_id}")
            self._step(known)
        else:
            self._say(link, f"no anchor knows it, though what follows was anchored at {when}")

    def _compare_clocks(self, link: Link, known: Remembered | None) -> None:
        """Find a seal whose moment cannot be, by the clock of the anchors."""
        if link.sealed_at is None:
            return
        said = moment_text(link.sealed_at)
        if self._anchored_at and link.sealed_at < self._anchored_at - APART:
            self._say(link, f"it claims to be sealed at {said}, but was not there yet at the anchor of {moment_text(self._anchored_at)}")
        if known and known.event_id == link.event_id and link.sealed_at > known.anchor.at + APART:
            self._say(link, f"it claims to be sealed at {said}, but the anchor of {moment_text(known.anchor.at)} knew it already")

    def _tell_gone(self) -> None:
        """Tell of events that are gone, those that stood together in one sentence."""
        if not self._gone:
            return
        first, last, count = self._gone[0], self._gone[-1], len(self._gone)
        when = moment_text(first.anchor.at)
        if count == 1:
            self.findings.add(first.position, first.event_id, f"the event is gone; it was there when the anchor of {when} was written")
        else:
            text = (
                f"{count} events are gone, positions {first.position} to {last.position} (events {first.event_id} to {last.event_id});"
                f" they were there when the anchors of {when} to {moment_text(last.anchor.at)} were written"
            )
            self.findings.add(first.position, None, text)
        self._gone = []

    def _say(self, link: Link, text: str) -> None:
        self.findings.add(link.position, link.event_id, text)

    @cached_property
    def _sealed(self) -> set[int]:
        """Return the keys of all events that have a seal; asked for only when something does not fit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT event_id FROM casemgr_auditseal")
            return {row[0] for row in cursor.fetchall()}

    @cached_property
    def _anchored(self) -> set[int]:
        """Return the keys of all events that the anchors know; asked for only when something does not fit."""
        return {each.event_id for each in remembered(self.known)}
