"""Fill an empty database with the demo clinic."""

import sys
import time as clock
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from casemgr.core.accounts.models import Membership, Program, User, UserKind
from casemgr.core.audit.door import Door, through
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.core.audit.recording import audit_event
from casemgr.core.grants import as_owner
from casemgr.demo.clinic import ADMINISTRATOR, CLIENTS, PASSWORD, PROGRAM, STAFF, TIME_ZONE, open_clinic
from casemgr.demo.days import live
from casemgr.demo.duties import do_duties
from casemgr.demo.groups import meet_in_groups
from casemgr.demo.health import know_health
from casemgr.demo.life import Life
from casemgr.demo.people import invent

SEED = 2026
FINISHED = "demo_finished"
"""The audit record's word for a demo clinic whose story reached today."""
DAYS_A_MONTH = 30.4


class Command(BaseCommand):
    """Make the demo clinic: two sites, staff of each role, people in care, all through the verbs of the product."""

    help = "Fill an empty database with the demo clinic. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take size, length and seed."""
        parser.add_argument("--patients", type=int, default=120)
        parser.add_argument("--months", type=int, default=6)
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--if-empty", action="store_true", help="do nothing when somebody works here already")
        parser.add_argument("--signins", action="store_true", help="only print how to sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the clinic in one transaction: it is there as a whole or not at all."""
        if settings.ENV.is_production:
            raise CommandError("The demo clinic is for development. In production open your own: manage.py found")
        if options["signins"]:
            self.stdout.write(sign_ins())
            return
        if is_unfinished():
            self.stderr.write("The demo clinic was not finished last time; it begins again.")
            clear()
        elif Membership.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("Somebody works in this database already. The demo clinic wants an empty one.")
        self.make(patients=options["patients"], months=options["months"], seed=options["seed"])

    def make(self, *, patients: int, months: int, seed: int) -> None:
        """Open the clinic, live its days until now, and put on the record that the story is complete."""
        began = clock.monotonic()
        connection.force_debug_cursor = settings.DEBUG = False
        until = timezone.now()
        random = Random(seed)  # noqa: S311 - invented people, no secret
        first_moment = until - timedelta(days=round(months * DAYS_A_MONTH))
        with through(Door("command")):
            with transaction.atomic():
                clinic = open_clinic(at=first_moment - timedelta(days=1))
            first, today = _day(first_moment, clinic.program.zone), _day(until, clinic.program.zone)
            people = [invent(number, random=random, first=first, today=today) for number in range(1, patients + 1)]
            life = Life(clinic, people, random, until)
            live(life, first=first, today=today, progress=self.progress)
            with transaction.atomic():
                do_duties(life)
                know_health(life)
                meet_in_groups(life)
            audit_event(by=clinic.system, at=until, verb=FINISHED, outcome=Outcome.DONE).save(force_insert=True)
        self.stderr.write(f"\nThe demo clinic is open: {patients} people, {months} months, {clock.monotonic() - began:.0f} s.")

    def progress(self, done: int, days: int) -> None:
        """Show how far the story is: a bar for a person, nothing for a log file but every thirtieth day."""
        if sys.stderr.isatty():
            bar = "#" * (30 * done // days)
            self.stderr.write(f"\rdemo clinic [{bar:<30}] day {done} of {days}", ending="")
        elif done % 30 == 0:
            self.stderr.write(f"demo clinic: day {done} of {days}")


def is_unfinished() -> bool:
    """Say whether this database holds a demo clinic whose story broke off."""
    return Program.objects.filter(name=PROGRAM).exists() and not AuditEvent.objects.filter(verb=FINISHED).exists()


def clear() -> None:
    """Empty a database that holds nothing but half a demo; kept rows refuse to go, so their triggers look away."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        call_command("flush", interactive=False, verbosity=0)
        cursor.execute("SET session_replication_role = DEFAULT")
    User.objects.create(kind=UserKind.SYSTEM, email="system@casemgr.invalid", full_name="The system", password="!")  # noqa: S106


def _day(moment: datetime, zone: Any) -> Any:
    """Return the day of a moment in a time zone."""
    return moment.astimezone(zone).date()


def sign_ins() -> str:
    """Return the demo's sign-ins, one a line."""
    people = [(ADMINISTRATOR[0], "administrator")] + [(email, role.replace("_", " ")) for email, _name, _title, role, _site in STAFF]
    lines = [f"  {email:<32} {role}" for email, role in sorted(people, key=lambda row: row[1])]
    clients = [f"  {client_id:<32} secret {secret}  ({purpose})" for client_id, secret, _organization, purpose, _scopes in CLIENTS]
    return "\n".join(
        [f"Sign in ({TIME_ZONE}), password of everybody: {PASSWORD}", *lines, "Partner systems (POST /oauth/token):", *clients]
    )
