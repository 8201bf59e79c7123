"""Keep the processes of one run apart at the broker, as each has a database of its own in PostgreSQL.

People, partners and addresses are called alike in all of them: one would be locked out for the wrong passwords of the other, and held back
for its requests; and what one of them empties before a story, the other would miss in the middle of its own.
"""

import os
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

MOST = 5
"""Databases that processes may have for themselves; those behind them are for workers that a story starts."""


def number_of(url: str) -> int:
    """Return the number of the database that an address leads to: `unix:///run/valkey.sock?db=1`, `redis://127.0.0.1:6379/1`."""
    base, asked = _parts(url)
    said = asked.get("db") or ("" if base.startswith("unix:") else base.partition("://")[2].partition("/")[2])
    return int(said or 0)


def numbered(url: str, number: int) -> str:
    """Return the address of another database of the same broker; whatever else the address asks for stays."""
    base, asked = _parts(url)
    asked.pop("db", None)
    if base.startswith("unix:"):
        asked = {"db": str(number), **asked}
    else:
        scheme, _slashes, rest = base.partition("://")
        base = f"{scheme}://{rest.partition('/')[0]}/{number}"
    return f"{base}?{urlencode(asked)}" if asked else base


def keep_apart() -> None:
    """Give this process a database of its own; said before anything is cached or counted."""
    turn = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST
    own = numbered(settings.REDIS_URL, number_of(settings.REDIS_URL) + turn)
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = own
    settings.CELERY_BROKER_URL = own.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")


def _parts(url: str) -> tuple[str, dict[str, str]]:
    """Return an address without what it asks for, and that."""
    base, _mark, asked = url.partition("?")
    return base, dict(parse_qsl(asked))
