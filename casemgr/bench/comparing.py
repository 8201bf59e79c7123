"""Compare an answer of the product with the same answer from plain Django and from raw SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from casemgr.bench.stopwatch import Spent, Stopwatch, compare, statements_of

ROUNDS = 15
CALLS = 10

Act = Callable[[], Any]


class NotTheSame(Exception):
    """Say that what is compared does not answer alike, so that comparing would mean nothing."""


@dataclass(frozen=True)
class Compared:
    """Hold one answer three times, and how to see that it is the same."""

    name: str
    ours: Act
    plain: Act
    raw: Act
    told: Callable[[], Sequence[Any]]
    """Give all three answers and return what each tells."""


@dataclass(frozen=True)
class Comparison:
    """Hold what one answer costs three times, and how many statements each sends to the database."""

    name: str
    ours: Spent
    plain: Spent
    raw: Spent
    statements: tuple[int, int, int]

    @property
    def ratio(self) -> float:
        """Return how much more processor time the product takes than plain Django."""
        return self.ours.cpu / self.plain.cpu

    @property
    def ratio_to_raw(self) -> float:
        """Return how much more processor time the product takes than raw SQL."""
        return self.ours.cpu / self.raw.cpu


def measure(compared: Compared, *, watch: Stopwatch, rounds: int = ROUNDS, calls: int = CALLS) -> Comparison:
    """See that all three answer alike, then let them take turns."""
    check(compared)
    acts = (compared.ours, compared.plain, compared.raw)
    statements = [statements_of(act) for act in acts]
    ours, plain, raw = compare(acts, rounds=rounds, calls=calls, watch=watch)
    return Comparison(compared.name, ours, plain, raw, (statements[0], statements[1], statements[2]))


def check(compared: Compared) -> None:
    """Stop when the three do not answer alike."""
    answers = compared.told()
    if not answers[0] or any(answer != answers[0] for answer in answers[1:]):
        raise NotTheSame(f"{compared.name}: {answers!r}"[:2000])
