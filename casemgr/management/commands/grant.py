"""Give the application's own database role exactly the rights that it needs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casemgr.core.grants import UnfitRole, as_owner, differences, grant, too_much, unknown_tables

MOST = 8
"""Faults that are named; the rest is counted."""


class Command(BaseCommand):
    """Give the application's role its rights to each table, take away the rest, and say what is still too much."""

    help = "Give the application's own database role exactly the rights that it needs. Run it as the owner, after every migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name of the role."""
        parser.add_argument("--to", default=settings.DATABASE_ROLE, metavar="ROLE", help="the role (%(default)s)")
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the rights are not what they should be")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant and revoke; fail when the role still has a right that it should not have, or lacks one."""
        role = options["to"]
        with as_owner():
            try:
                statements = [] if options["check"] else grant(role)
                wrong = [f"it {difference}" for difference in differences(role)]
                wrong += [f"nothing is said about the table {table}" for table in unknown_tables()]
                wrong += too_much(role)
            except UnfitRole as error:
                raise CommandError(str(error))
        for statement in statements if options["verbosity"] > 1 else ():
            self.stdout.write(statement)
        if wrong:
            more = f"; and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
            raise CommandError(f"The role {role} is not what it should be: {'; '.join(wrong[:MOST])}{more}.")
        if options["verbosity"]:
            self.stdout.write(f"The role {role} may do what it must, and nothing else ({len(statements)} changes).")
