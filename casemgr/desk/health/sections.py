"""Say what a section of the health page is made of: lines, what to look at, and what can be written down."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Line:
    """Hold one fact as it is read: what, more about it, on which day, and how it stands."""

    main: Words
    why: str
    day: date | None = None
    marks: Sequence[tuple[str, Words]] = ()
    kind: str = ""
    key: int = 0
    steps: Sequence[tuple[str, Words]] = ()
    former: bool = False


@dataclass(frozen=True)
class Note:
    """Hold one thing to look at, with where it is written; it stops nothing."""

    state: str
    words: Words
    source: str = ""
    step: Words = ""
    url_name: str = ""


@dataclass(frozen=True)
class Section:
    """Hold one part of the page."""

    code: str
    title: Words
    icon: str
    acts: Sequence[tuple[str, Words]]
    empty: Words
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def current(self) -> list[Line]:
        """Return what holds now."""
        return [line for line in self.lines if not line.former]

    @property
    def shown(self) -> bool:
        """Say whether there is anything to read at once."""
        return bool(self.notes or self.current)

    @property
    def former(self) -> list[Line]:
        """Return what is over, and what was an error."""
        return [line for line in self.lines if line.former]


def lines_of(kind: str, rows: Iterable[Any], line: Callable[[Any], Line]) -> list[Line]:
    """Return the facts of one kind as lines; what was an error is marked and folded away."""
    found = []
    for row in rows:
        drawn = line(row)
        marks = drawn.marks if row.stands else (("stop", row._meta.get_field("in_error_why").verbose_name), *drawn.marks)
        why = drawn.why if row.stands else row.in_error_why
        steps = drawn.steps if row.stands else ()
        found.append(Line(drawn.main, why, drawn.day, marks, kind, row.pk, steps, drawn.former or not row.stands))
    return found


def joined(*parts: Any) -> str:
    """Return what is there, one after the other."""
    return " · ".join(str(part) for part in parts if part)
