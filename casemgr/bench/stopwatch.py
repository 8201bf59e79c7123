"""Take time: processor time of this process and of the database's own process for it, time on the wall, statements."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

NANOSECONDS = 1_000_000
"""In one millisecond."""


@dataclass(frozen=True)
class Spent:
    """Hold what something cost, in milliseconds: our processor time, that of the database's process, and the time on the wall."""

    cpu: float
    database: float
    wall: float

    def each(self, count: int) -> "Spent":
        """Return the cost of one among `count`."""
        return Spent(self.cpu / count, self.database / count, self.wall / count)

    @property
    def work(self) -> float:
        """Return the processor time of both processes: what the wall would show on a machine with nothing else to do."""
        return self.cpu + self.database


class Stopwatch:
    """Measure what happens between start and stop."""

    @property
    def sees_the_database(self) -> bool:
        """Say whether the database runs on this machine, so that its processor time can be read."""
        return self._database() > 0

    def time(self, act: Callable[[], Any]) -> Spent:
        """Return what it costs to do something."""
        cpu, database, wall = time.process_time_ns(), self._database(), time.perf_counter_ns()
        act()
        return Spent(
            (time.process_time_ns() - cpu) / NANOSECONDS,
            (self._database() - database) / NANOSECONDS,
            (time.perf_counter_ns() - wall) / NANOSECONDS,
        )

    def _database(self) -> int:
        """Return the nanoseconds that the database's process for this connection has worked, as Linux counts them."""
        connection.ensure_connection()
        try:
            return int(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0])
        except OSError:
            return 0


def compare(acts: Sequence[Callable[[], Any]], *, rounds: int, calls: int, watch: Stopwatch) -> list[Spent]:
    """Return what one call of each costs: the median of rounds in which they take turns, so that a slow moment of the machine hits all."""
    for act in acts:
        for _warming in range(max(3, calls // 2)):
            act()
    taken: list[list[Spent]] = [[] for _act in acts]
    with _no_collector():
        for number in range(rounds):
            for place in _turned(len(acts), number):
                taken[place].append(watch.time(lambda act=acts[place]: [act() for _call in range(calls)]).each(calls))  # type: ignore[misc]
    return [median(spent) for spent in taken]


def median(spent: Sequence[Spent]) -> Spent:
    """Return the median of each kind of time."""
    return Spent(*(statistics.median(getattr(one, kind) for one in spent) for kind in ("cpu", "database", "wall")))


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def statements_of(act: Callable[[], Any]) -> int:
    """Return how many statements something sends to the database."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return len(seen)


def _turned(count: int, number: int) -> list[int]:
    """Return the places 0 to `count`, beginning with another one in each round."""
    return [(place + number) % count for place in range(count)]


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep Python's garbage collector from striking whoever happens to be measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
