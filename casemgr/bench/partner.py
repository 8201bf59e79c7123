"""Let a partner's system list, read, search and answer, and compare."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection

from casemgr.bench import raw
from casemgr.bench.asking import Application, Asker, PlainApplication, bearer
from casemgr.bench.comparing import Compared
from casemgr.bench.filling import Crowd
from casemgr.bench.names import mistyped
from casemgr.demo.clinic import CLIENTS
from patients.consent.models import ConsentRecipient
from referrals.referral.models import Referral, ReferralState

LIST, DETAIL, CREATE, SEARCH = "API list (20 people)", "API detail", "API create (answer a referral)", "API search, mistyped"
ANSWER = {"state": "accepted", "answer": "We see this person on Monday."}


def partner_requests(crowd: Crowd, application: Application, at: datetime) -> Iterator[Compared]:
    """Return what a partner's system asks most."""
    client_id, secret = next(row[:2] for row in CLIENTS if crowd.partner.name in row)
    ours = Asker(application, bearer(application, client_id, secret))
    plain = Asker(PlainApplication(), {})
    base = f"/plain/partners/{crowd.partner.pk}"
    known = ConsentRecipient.objects.filter(organization=crowd.partner, patient__identifiers__system="bench").select_related("patient")
    first, somebody = known.order_by("pk")[0].patient, known.order_by("-pk")[0].patient
    page = {"after": str(first.public_id)}
    text = mistyped(somebody.given_name, somebody.family_name, Random(7))  # noqa: S311 - choices of a benchmark, no secret
    search, values = _statement_of(lambda: plain.get(f"{base}/patients", search=text))
    yield _read(
        LIST,
        lambda: ours.get("/api/v1/patients", **page),
        lambda: plain.get(f"{base}/patients", **page),
        lambda: raw.as_json(raw.rows(raw.LIST, [crowd.partner.pk, first.public_id])),
    )
    yield _read(
        DETAIL,
        lambda: ours.get(f"/api/v1/patients/{somebody.public_id}"),
        lambda: plain.get(f"{base}/patients/{somebody.public_id}"),
        lambda: raw.as_json(raw.rows(raw.DETAIL, [somebody.public_id])[0]),
    )
    yield _create(crowd, ours, plain, base, at)
    yield _read(
        SEARCH,
        lambda: ours.post("/api/v1/patients/search", {"search": text}),
        lambda: plain.get(f"{base}/patients", search=text),
        lambda: raw.as_json(raw.rows(search, values)),
    )


def _read(name: str, ours: Callable[[], bytes], plain: Callable[[], bytes], bare: Callable[[], bytes]) -> Compared:
    """Return a comparison of answers that must hold the same data."""
    return Compared(name, ours, plain, bare, lambda: [_data(answer()) for answer in (ours, plain, bare)])


def _create(crowd: Crowd, ours: Asker, plain: Asker, base: str, at: datetime) -> Compared:
    """Return the answer to a referral; each call takes another referral."""
    waiting = Referral.objects.filter(organization=crowd.partner, state=ReferralState.SENT, purpose="treatment")
    numbers = deque(waiting.filter(patient__identifiers__system="bench").order_by("pk").values_list("pk", flat=True))
    run = uuid4().hex
    keys = count()

    def by_product() -> bytes:
        return ours.post(f"/api/v1/referrals/{numbers.popleft()}/answer", ANSWER, HTTP_IDEMPOTENCY_KEY=f"{run}-{next(keys)}")

    def by_django() -> bytes:
        return plain.post(f"{base}/referrals/{numbers.popleft()}/answer", ANSWER)

    def by_sql() -> bytes:
        return raw.as_json(raw.rows(raw.ANSWER, [ANSWER["state"], ANSWER["answer"], at, numbers.popleft(), crowd.partner.pk])[0])

    def told() -> list[Any]:
        answers = [_data(answer()) for answer in (by_product, by_django, by_sql)]
        return [{name: answer[name] for name in ("state", "answer")} for answer in answers]

    return Compared(CREATE, by_product, by_django, by_sql, told)


def _data(answer: bytes) -> Any:
    """Return what an answer tells."""
    return json.loads(answer)["data"]


def _statement_of(search: Callable[[], Any]) -> tuple[str, Any]:
    """Return the statement with which the product searches, to run it from a bare cursor."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        search()
    statement, values = next((sql, params) for sql, params in reversed(seen) if "likeness" in sql)
    return f"SELECT public_id::text AS id, {', '.join(raw.NAMES)} FROM ({statement}) AS found", values  # noqa: S608 - the product's own
