"""Open the first program of a new installation."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.administration.accounts.actions import found_program
from casemgr.core.refusals import Refused


class Command(BaseCommand):
    """Open the first program and name its administrator."""

    help = "Open the first program and name its administrator; the password is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the names; never the password, which would stay in the shell's history."""
        parser.add_argument("--program", required=True)
        parser.add_argument("--time-zone", default="America/New_York")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the password, check it, found the program."""
        password = getpass.getpass("Password of the administrator: ")
        try:
            validate_password(password)
            found_program(
                name=options["program"],
                time_zone=options["time_zone"],
                email=options["email"],
                full_name=options["name"],
                password=password,
                by=User.objects.system(),
                at=timezone.now(),
            )
        except (ValidationError, Refused) as no:
            raise CommandError(" ".join(no.messages) if isinstance(no, ValidationError) else str(no)) from None
        self.stdout.write(f"{options['program']} is open. Sign in as {options['email']}.")
