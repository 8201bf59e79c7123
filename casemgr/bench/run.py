"""Fill the database and take every figure, one after the other."""

import json
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import override_settings

from casemgr.bench.asking import Application, bearer, session
from casemgr.bench.comparing import CALLS, ROUNDS, measure
from casemgr.bench.dosing import measure_doses
from casemgr.bench.figures import Figures
from casemgr.bench.filling import Crowd, fill
from casemgr.bench.machine import machine_facts
from casemgr.bench.pages import page_requests
from casemgr.bench.partner import partner_requests
from casemgr.bench.reminding import fall_due, measure_drain
from casemgr.bench.searching import measure_searches
from casemgr.bench.serving import Request, Weight, weigh_celery_worker, weigh_web_worker
from casemgr.bench.stopwatch import Stopwatch
from casemgr.celery import wake
from casemgr.core.messaging.models import Message, MessageState
from casemgr.core.outbox.models import Fact, FactState
from casemgr.demo.clinic import CLIENTS
from patients.caseload.queries import caseload_of
from patients.record.models import Patient

Tell = Callable[[str], None]
WEB_REQUESTS = 200
WORKER_REMINDERS = 300


@dataclass(frozen=True)
class Wanted:
    """Hold how much is wanted."""

    patients: int = 200_000
    reminders: int = 20_000
    searches: int = 500
    rounds: int = ROUNDS
    calls: int = CALLS
    weigh: bool = True


@contextmanager
def steady() -> Iterator[Application]:
    """Give the real application: debugging off, the connection kept, and partners not held back however much they ask."""
    kept = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = connection.close_at = None
    with override_settings(DEBUG=False, PARTNER_REQUESTS_PER_MINUTE=10**9, PARTNER_TOKENS_PER_MINUTE=10**9):
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "No directory at", UserWarning)
                application = get_wsgi_application()
            yield application
        finally:
            connection.settings_dict["CONN_MAX_AGE"] = kept


def take_figures(wanted: Wanted, *, clock: Callable[[], datetime], is_filled: bool, tell: Tell) -> Figures:
    """Fill the database unless that is done, and measure everything."""
    began = time.monotonic()
    crowd = Crowd.of_the_demo()
    if not is_filled:
        tell(f"filling with {wanted.patients:,} people")
        fill(crowd, patients=wanted.patients, at=clock())
    figures = Figures(at=clock(), patients=Patient.objects.count(), machine=machine_facts())
    with steady() as application:
        watch = Stopwatch()
        for request in partner_requests(crowd, application, clock()):
            tell(request.name)
            figures.requests.append(measure(request, watch=watch, rounds=wanted.rounds, calls=wanted.calls))
        for request in page_requests(crowd, application, clock()):
            tell(request.name)
            figures.requests.append(measure(request, watch=watch, rounds=wanted.rounds, calls=wanted.calls))
        tell("searches")
        figures.searches = measure_searches(crowd, searches=wanted.searches, watch=watch)
        tell("doses")
        figures.doses = measure_doses(crowd, at=clock(), watch=watch)
        if wanted.weigh:
            tell("memory")
            figures.weights = [_weigh_web(crowd, application), *_weigh_celery(crowd, clock)]
        tell("reminders")
        figures.drain = measure_drain(crowd, reminders=wanted.reminders, at=clock(), watch=watch)
    figures.seconds = time.monotonic() - began
    return figures


def _weigh_web(crowd: Crowd, application: Application) -> Weight:
    """Weigh a web worker after a day's mix of pages and a partner's requests."""
    client, secret = next(row[:2] for row in CLIENTS if crowd.partner.name in row)
    partner, case_manager, nurse = (
        _headers(raw) for raw in (bearer(application, client, secret), session(crowd.case_manager), session(crowd.nurse))
    )
    people = list(caseload_of(crowd.case_manager).order_by("pk")[:20])
    mix = [
        request
        for person in people
        for request in (
            Request("/", nurse),
            Request("/", case_manager),
            Request(f"/chart/{person.public_id}/", case_manager),
            Request("/search/", nurse),
            Request("/api/v1/patients", partner),
            Request("/api/v1/patients/search", partner, json.dumps({"search": person.family_name})),
        )
    ]
    return weigh_web_worker([mix[number % len(mix)] for number in range(WEB_REQUESTS)])


def _weigh_celery(crowd: Crowd, clock: Callable[[], datetime]) -> list[Weight]:
    """Weigh a Celery worker after it drained some reminders and sent what may go out."""
    at = clock()
    fall_due(crowd, reminders=WORKER_REMINDERS, at=at)

    def has_worked() -> bool:
        wake()
        waiting = Fact.objects.filter(state=FactState.WAITING, due_at__lte=at)
        return not waiting.exists() and not Message.objects.filter(state=MessageState.QUEUED, due_at__lte=at).exists()

    return weigh_celery_worker(has_worked)


def _headers(environ: dict[str, str]) -> dict[str, str]:
    """Return headers of WSGI the way they are written in HTTP."""
    return {name.removeprefix("HTTP_").replace("_", "-").title(): value for name, value in environ.items()}
