"""Decide which of two illnesses came first, and how long one went untreated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OLDEST = 120
DAYS_A_YEAR = 365.25


class Order(StrEnum):
    """Say which came first."""

    FIRST = "first"
    SECOND = "second"
    TOGETHER = "together"


@dataclass(frozen=True)
class Span:
    """Hold the first and the last day on which something may have begun: one day, or a year of somebody's age."""

    earliest: date
    latest: date

    @property
    def is_exact(self) -> bool:
        """Say whether the day is known."""
        return self.earliest == self.latest


def birthday_at(born: date, age: int) -> date:
    """Return the day on which somebody became so old; who was born on a leap day does on the first of March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def span_of(*, on: date | None, age: int | None, born: date | None) -> Span | None:
    """Return when something began, from its day or from the age at which it did, or nothing when neither tells."""
    if on is not None:
        return Span(on, on)
    if age is None or born is None:
        return None
    return Span(birthday_at(born, age), birthday_at(born, age + 1) - timedelta(days=1))


def which_first(one: Span, other: Span) -> Order:
    """Say whether one began before the other; where the years overlap nobody can tell."""
    if one.latest < other.earliest:
        return Order.FIRST
    return Order.SECOND if other.latest < one.earliest else Order.TOGETHER


def in_order(spans: Sequence[tuple[object, Span]]) -> list[list[object]]:
    """Return what began in the order in which it did; what cannot be told apart stands together."""
    groups: list[tuple[Span, list[object]]] = []
    for key, span in sorted(spans, key=lambda pair: (pair[1].earliest, pair[1].latest)):
        if groups and which_first(groups[-1][0], span) == Order.TOGETHER:
            widest, keys = groups[-1]
            groups[-1] = (Span(widest.earliest, max(widest.latest, span.latest)), [*keys, key])
        else:
            groups.append((span, [key]))
    return [keys for _span, keys in groups]


@dataclass(frozen=True)
class Untreated:
    """Hold for how many days an illness went untreated, from the fewest to the most that can be."""

    fewest: int
    most: int

    @property
    def years(self) -> float:
        """Return the middle in years."""
        return round((self.fewest + self.most) / 2 / DAYS_A_YEAR, 1)


def untreated(began: Span | None, first_treated_on: date | None) -> Untreated | None:
    """Return how long an illness went untreated, where both ends are known."""
    if began is None or first_treated_on is None or first_treated_on < began.earliest:
        return None
    return Untreated(max((first_treated_on - began.latest).days, 0), (first_treated_on - began.earliest).days)
