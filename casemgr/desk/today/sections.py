"""Say what a line of Today is: what, who, why, since when, and the next step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from patients.record.models import Patient

Words = str | Promise
MOST_ROWS = 8


@dataclass(frozen=True)
class Row:
    """Hold one thing that waits for the person."""

    what: Words
    patient: Patient | None = None
    why: Words = ""
    since: date | datetime | None = None
    since_words: Words = ""
    kind: str = ""
    state: Words = ""
    step: Words = ""
    url: str = ""
    manner: Sequence[tuple[str, str]] = ()
    """What makes a session feel safe for this person: read before it begins."""


@dataclass(frozen=True)
class Section:
    """Hold the lines of one kind, and what stands there when there are none."""

    code: str
    title: Words
    icon: str
    rows: list[Row]
    empty: Words
    empty_help: Words = ""
    note: Words = ""
    more: str = ""
    more_url: str = ""

    @property
    def count(self) -> str:
        """Return how many lines there are, as far as they are shown."""
        return f"{len(self.rows)}+" if self.more else str(len(self.rows))


@dataclass(frozen=True)
class Figure:
    """Hold one number of today with the list behind it."""

    number: int
    words: Words
    of: int | None = None
    over: Words = ""
    kind: str = ""
    url: str = ""


@dataclass
class Today:
    """Hold the page of one person: figures first, then what waits."""

    figures: list[Figure] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def section(code: str, title: Words, icon: str, rows: Iterable[Row], *, empty: Words, **options: Any) -> Section:
    """Return a section with no more lines than a person reads at once; there is one line more in `rows` when others wait."""
    found = list(rows)
    more = "more" if len(found) > MOST_ROWS else ""
    return Section(code, title, icon, found[:MOST_ROWS], empty, more=more, **options)


def way(url_name: str, *arguments: Any, query: str = "") -> str:
    """Return the address of a page of another feature."""
    return reverse(url_name, args=arguments) + (f"?{query}" if query else "")


def chart_of(patient: Patient) -> str:
    """Return the address of a chart."""
    return reverse("desk:chart", args=[patient.public_id])
