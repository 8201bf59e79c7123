"""Measure the product on many invented people."""

import sys
import time as clock
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casemgr.bench.comparing import CALLS, ROUNDS
from casemgr.bench.run import Wanted, take_figures
from casemgr.bench.sheet import HOW, sheet
from casemgr.core.accounts.models import Membership


class Command(BaseCommand):
    """Fill an empty, throw-away database and compare the product with plain Django and raw SQL."""

    help = "Measure the product on a throw-away database (make bench). Never run it where somebody works."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how much is wanted and where the page goes."""
        defaults = Wanted()
        parser.add_argument("--patients", type=int, default=defaults.patients)
        parser.add_argument("--reminders", type=int, default=defaults.reminders)
        parser.add_argument("--searches", type=int, default=defaults.searches)
        parser.add_argument("--rounds", type=int, default=ROUNDS)
        parser.add_argument("--calls", type=int, default=CALLS, help="calls in each round")
        parser.add_argument("--demo-patients", type=int, default=30, help="people of the demo clinic, with all that happened to them")
        parser.add_argument("--demo-months", type=int, default=2)
        parser.add_argument("--no-servers", action="store_true", help="do not start gunicorn and Celery to weigh them")
        parser.add_argument("--filled", action="store_true", help="the database was filled by an earlier run")
        parser.add_argument("--output", type=Path, default=settings.BASE_DIR / "docs" / "performance.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, measure, print, and keep the page."""
        if settings.ENV.is_production:
            raise CommandError("The benchmark fills its database with invented people. It never runs in production.")
        self._began = clock.monotonic()
        if not options["filled"]:
            if Membership.objects.exists():
                raise CommandError("Somebody works in this database. The benchmark wants an empty one: use `make bench`.")
            self._tell("opening the demo clinic")
            call_command("demo", patients=options["demo_patients"], months=options["demo_months"], stderr=self.stderr)
        wanted = Wanted(
            patients=options["patients"],
            reminders=options["reminders"],
            searches=options["searches"],
            rounds=options["rounds"],
            calls=options["calls"],
            weigh=not options["no_servers"],
        )
        figures = take_figures(wanted, clock=timezone.now, is_filled=options["filled"], tell=self._tell)
        figures.seconds = clock.monotonic() - self._began
        page = sheet(figures)
        options["output"].write_text(page, encoding="utf-8")
        self.stdout.write(page.removesuffix(HOW))
        self.stdout.write(f"Kept in {options['output']}, with how each figure was taken.")

    def _tell(self, step: str) -> None:
        """Say what is being done, and since when this runs."""
        sys.stderr.write(f"bench {clock.monotonic() - self._began:5.0f} s: {step}\n")
