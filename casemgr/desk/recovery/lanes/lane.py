"""Say what a lane of the recovery chart is, and what it holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.rules import Score, Use
from patients.record.models import Patient

Words = str | Promise
Programs = frozenset[int]


class Kind(StrEnum):
    """Say how a series is drawn."""

    DOSES = "doses"
    LINE = "line"
    MARKS = "marks"
    SPANS = "spans"


class Shape(StrEnum):
    """Name the shapes of points; each is told apart without its color."""

    GIVEN = "given"
    TAKEN_HOME = "taken_home"
    MISSED = "missed"
    HELD = "held"
    DOT = "dot"
    RING = "ring"
    SQUARE = "square"
    TICK = "tick"
    SPAN = "span"


@dataclass(frozen=True)
class Point:
    """Hold one fact on the axis: its day (or its first and last one), and the words that hover, focus and table all say."""

    on: date
    words: str
    shape: Shape = Shape.DOT
    value: float | None = None
    until: date | None = None
    """The last day, included; for what lasts still, the day of reading."""
    label: str = ""
    """What is written into a span."""


@dataclass(frozen=True)
class Band:
    """Name a range of values, both ends included."""

    low: float
    high: float
    word: Words


@dataclass(frozen=True)
class Series:
    """Hold one lane of the picture, and what of it the rules of the cycle look at."""

    key: str
    title: Words
    kind: Kind
    points: tuple[Point, ...]
    low: float = 0
    high: float = 0
    bands: tuple[Band, ...] = ()
    latest: str = ""
    """The latest value with its band, written beside the title."""
    note: Words = ""
    """What the lane counts and over which time, in one line."""
    symptoms: tuple[Score, ...] = ()
    """The totals of an instrument of which a rise is looked for; its key is the key of the series."""
    uses: tuple[Use, ...] = field(default=())
    """The days on which use was seen."""


@dataclass(frozen=True)
class Lane:
    """Describe where one feature's series come from.

    `read(patient, programs, today)` takes a fixed number of statements, one if it can, however many years there are; it returns no
    series of which there is nothing to draw.
    """

    right: Can
    read: Callable[[Patient, Programs, date], list[Series]]

    @property
    def rights(self) -> tuple[Can, ...]:
        """Return the rights that it takes to open the lane; without the chart none is."""
        return (Can.SEE_CHART, self.right)

    def opens_to(self, rights: frozenset[Can]) -> bool:
        """Say whether these rights open the lane."""
        return rights.issuperset(self.rights)
