"""Keep the processes of one run apart at the broker, as each has a database of its own in PostgreSQL.

People, partners and addresses are called alike in all of them: one would be locked out for the wrong passwords of the other, and held back
for its requests; and what one of them empties before a story, the other would miss in the middle of its own.
"""

import os
import re

from django.conf import settings

NUMBER = re.compile(r"(?<=\?db=)\d+$|(?<=/)\d+$")
"""Where the number of a database stands: `unix:///run/valkey.sock?db=0`, `redis://127.0.0.1:6379/0`."""
MOST = 5
"""Databases that processes may have for themselves; those behind them are for workers that a story starts."""


def numbered(url: str, number: int) -> str:
    """Return the address of another database of the same broker."""
    return NUMBER.sub(str(number), url) if NUMBER.search(url) else f"{url.rstrip('/')}{'?db=' if url.startswith('unix:') else '/'}{number}"


def keep_apart() -> None:
    """Give this process a database of its own; said before anything is cached or counted."""
    known = NUMBER.search(settings.REDIS_URL)
    turn = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST
    own = numbered(settings.REDIS_URL, int(known[0] if known else 0) + turn)
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = own
    settings.CELERY_BROKER_URL = own.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
