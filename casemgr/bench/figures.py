"""Hold the figures of one run and what they must reach."""

from dataclasses import dataclass, field
from datetime import datetime

from casemgr.bench.comparing import Comparison
from casemgr.bench.dosing import DoseFigures
from casemgr.bench.partner import CREATE, DETAIL, LIST
from casemgr.bench.reminding import DrainFigures
from casemgr.bench.searching import SearchFigures
from casemgr.bench.serving import Weight

MOST_TIMES_PLAIN = {LIST: 2.0, DETAIL: 3.0, CREATE: 3.0}
MOST_MS_OF_A_SEARCH = 30.0
FEWEST_REMINDERS_A_SECOND = 2_000.0
MOST_MB_OF_A_WEB_WORKER = 160.0
"""What the first issue asks for; the figures are ours."""


@dataclass
class Figures:
    """Hold what one run measured."""

    at: datetime
    patients: int
    machine: list[str]
    seconds: float = 0.0
    requests: list[Comparison] = field(default_factory=list)
    searches: list[SearchFigures] = field(default_factory=list)
    drain: DrainFigures | None = None
    doses: DoseFigures | None = None
    weights: list[Weight] = field(default_factory=list)


@dataclass(frozen=True)
class Goal:
    """Hold one figure with its limit."""

    name: str
    measured: str
    limit: str
    is_met: bool


def goals_of(figures: Figures) -> list[Goal]:
    """Return each figure that has a limit, and whether it is kept.

    Speed is held against the processor time of both processes: what the wall shows once nothing else runs on the machine.
    """
    found = [
        Goal(f"{request.name}, times plain Django", f"{request.ratio:.2f}", f"at most {most:g}", request.ratio <= most)
        for request in figures.requests
        if (most := MOST_TIMES_PLAIN.get(request.name))
    ]
    for search in figures.searches:
        measured = f"{search.database_95:.1f} ms at the database, {search.work_95:.1f} of work"
        kept = search.database_95 < MOST_MS_OF_A_SEARCH
        found.append(Goal(f"Search {search.asker}, 95th percentile", measured, "under 30 ms", kept))
    if figures.drain:
        rate = figures.drain.per_second_of_work
        measured = f"{rate:,.0f} a second of work, {figures.drain.per_second:,.0f} on the wall"
        found.append(Goal("Reminders decided and marked", measured, "at least 2,000 a second", rate >= FEWEST_REMINDERS_A_SECOND))
    found += [
        Goal(weight.name.capitalize(), f"{weight.resident:.0f} MB", "under 160 MB", weight.resident < MOST_MB_OF_A_WEB_WORKER)
        for weight in figures.weights
        if weight.name.startswith("web worker")
    ]
    return found
