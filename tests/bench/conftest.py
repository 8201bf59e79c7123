import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from casemgr.bench.filling import Crowd

PATIENTS = 200
REMINDERS = 100


@dataclass(frozen=True)
class Ran:
    """Hold what a small run of the benchmark printed, what it kept, and the clinic that it left."""

    printed: str
    kept: str
    crowd: Crowd

    def rows(self, heading: str) -> dict[str, list[str]]:
        """Return the rows of the table under a heading: the first cell of each, and the others."""
        text = self.kept.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
        cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line.startswith("|")]
        return {first: others for first, *others in cells[2:]}


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep requests from closing a connection that is in a transaction, as the test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="package")
def ran(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Ran]:
    """Run the benchmark once, with few people, and undo it afterwards."""
    page = tmp_path_factory.mktemp("bench") / "performance.md"
    printed = io.StringIO()
    with django_db_blocker.unblock(), connection_kept(), transaction.atomic():
        call_command(
            "bench",
            patients=PATIENTS,
            reminders=REMINDERS,
            searches=20,
            rounds=3,
            calls=2,
            demo_patients=6,
            demo_months=1,
            no_servers=True,
            output=page,
            stdout=printed,
            stderr=io.StringIO(),
        )
        yield Ran(printed.getvalue(), page.read_text(), Crowd.of_the_demo())
        transaction.set_rollback(True)
