"""Measure how long it takes to find somebody among everybody: mistyped, by a chosen name, with accents, by a birth date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

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

    `work` is the processor time of both processes, `database` that of the database's own, all statements of a search together.
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
    typed = [(key, as_typed(given, family, chosen, born, random)[1]) for key, given, family, chosen, born in wanted]
    for _key, text in typed[: searches // 10]:
        search_patients(seen(), text)
    spent: list[Spent] = []
    hits = 0
    for key, text in typed:
        found: list[Patient] = []
        spent.append(watch.time(lambda text=text, found=found: found.extend(search_patients(seen(), text))))  # type: ignore[misc]
        hits += any(patient.pk == key for patient in found)
    return SearchFigures(asker, len(known), searches, *_percentiles(spent), hits / searches)


def _percentiles(spent: Sequence[Spent]) -> tuple[float, float, float, float, float, float]:
    """Return median and 95th percentile, on the wall, of both processes' work, and of the database's."""
    wall, work, base = [one.wall for one in spent], [one.work for one in spent], [one.database for one in spent]
    return (*_of(wall), *_of(work), *_of(base))


def _of(figures: Sequence[float]) -> tuple[float, float]:
    """Return median and 95th percentile."""
    return percentile(figures, 0.5), percentile(figures, 0.95)
