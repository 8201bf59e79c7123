"""Compare two versions of a plan: what is new, what is gone, what is said differently."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DIGEST_VERSION = 2
"""How the number of a plan's words is taken: 1 went over translated titles, 2 goes over what the columns hold, and nothing else."""


class What(StrEnum):
    """Say what became of a piece from one version to the next."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Piece:
    """Hold one piece of a version: of which kind, which piece it goes back to, under which it stands, and what it says."""

    kind: str
    origin: tuple[str, int]
    axis: str
    title: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """Hold what one column said before and says now."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """Tell of one piece what became of it."""

    what: What
    kind: str
    axis: str
    title: str
    said: tuple[Said, ...] = ()


def differences(before: Sequence[Piece], after: Sequence[Piece]) -> list[Difference]:
    """Return what is different, in the order of the later version; what is gone stands at the end."""
    then, now = {piece.origin: piece for piece in before}, {piece.origin: piece for piece in after}
    found = []
    for origin, piece in now.items():
        if origin not in then:
            found.append(Difference(What.ADDED, piece.kind, piece.axis, piece.title))
        elif said := _said(then[origin].facts, piece.facts):
            found.append(Difference(What.CHANGED, piece.kind, piece.axis, piece.title, said))
    gone = [piece for origin, piece in then.items() if origin not in now]
    return found + [Difference(What.REMOVED, piece.kind, piece.axis, piece.title) for piece in gone]


def digest(pieces: Iterable[Piece]) -> str:
    """Return the number under which exactly these words stand (SHA-256): another word, another number; the same one in every language."""
    return _number([DIGEST_VERSION, *([piece.kind, piece.axis, dict(sorted(piece.facts.items()))] for piece in pieces)])


def first_digest(pieces: Iterable[Piece]) -> str:
    """Return the number as it was taken at first: over the titles too, in the language in which somebody signed."""
    return _number([[piece.kind, piece.axis, piece.title, dict(sorted(piece.facts.items()))] for piece in pieces])


def _number(words: Sequence[object]) -> str:
    """Return the number of what is written down this way."""
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _said(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Said, ...]:
    """Return the columns that say something else."""
    return tuple(
        Said(column, before.get(column, ""), after.get(column, ""))
        for column in dict.fromkeys([*before, *after])
        if before.get(column, "") != after.get(column, "")
    )
