"""Measure how long it takes to find somebody among everybody: mistyped, by a chosen name, with accents, by a birth date."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from casemgr.bench.filling import Crowd
from casemgr.bench.names import as_typed
from casemgr.bench.stopwatch import Spent, Stopwatch, percentile
from casemgr.core.accounts.models import User
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.record.queries import search_patients

SEED = 500


@dataclass(frozen=True)
class SearchFigures:
    """Hold what the searches of one asker took, in milliseconds, and how often the person meant was among the 20 found.

    `database` is the time between a statement and its answer, all statements of a search together.
    """

    asker: str
    among: int
    searches: int
    wall_50: float
    wall_95: float
    work_50: float
    work_95: float
    database_50: float
    database_95: float
    found: float


def measure_searches(crowd: Crowd, *, searches: int, watch: Stopwatch) -> list[SearchFigures]:
    """Search as nobody in particular, as a nurse who sees the whole site, and as a case manager who sees a caseload."""
    nurse, case_manager = (User.objects.get(pk=user.pk) for user in (crowd.nurse, crowd.case_manager))
    askers: tuple[tuple[str, Callable[[], QuerySet[Patient]]], ...] = (
        ("everybody", Patient.objects.all),
        ("as a nurse: the whole site", lambda: patients_seen_by(nurse)),
        ("as a case manager: the caseload", lambda: patients_seen_by(case_manager)),
    )
    return [_measure(name, seen, searches, watch) for name, seen in askers]


def _measure(asker: str, seen: Callable[[], QuerySet[Patient]], searches: int, watch: Stopwatch) -> SearchFigures:
    """Search for people chosen by chance among those whom the asker may see."""
    random = Random(SEED)  # noqa: S311 - choices of a benchmark, no secret
    known = list(seen().order_by("pk").values_list("pk", "given_name", "family_name", "chosen_name", "birth_date"))
    wanted = [random.choice(known) for _search in range(searches)]
    typed = [(key, as_typed(*facts, random)[1]) for key, *facts in wanted]
    for _key, text in typed[: searches // 10]:
        search_patients(seen(), text)
    spent: list[Spent] = []
    database: list[float] = []
    hits = 0
    for key, text in typed:
        found: list[Patient] = []
        with _at_the_database(database):
            spent.append(watch.time(lambda text=text, found=found: found.extend(search_patients(seen(), text))))  # type: ignore[misc]
        hits += any(patient.pk == key for patient in found)
    asked = percentile(database, 0.5), percentile(database, 0.95)
    return SearchFigures(asker, len(known), searches, *_percentiles(spent), *asked, found=hits / searches)


@contextmanager
def _at_the_database(taken: list[float]) -> Iterator[None]:
    """Add to the list how many milliseconds the statements of one search took."""
    total = 0.0

    def timed(execute: Callable[..., Any], *asked: Any) -> Any:
        nonlocal total
        began = time.perf_counter()
        try:
            return execute(*asked)
        finally:
            total += (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(timed):
        yield
    taken.append(total)


def _percentiles(spent: Sequence[Spent]) -> tuple[float, float, float, float]:
    """Return median and 95th percentile, on the wall and of both processes' work."""
    wall, work = [one.wall for one in spent], [one.work for one in spent]
    return percentile(wall, 0.5), percentile(wall, 0.95), percentile(work, 0.5), percentile(work, 0.95)
