"""Bring the tables up to date as their owner, and give the application its rights to them."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate

from casemgr.management.owner import OwnerCommand


class Command(OwnerCommand, migrate.Command):
    """Do what Django's command does; the application's own role may not."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and grant when tables were really touched and the application connects as somebody else."""
        super().handle(*args, **options)
        only_looked = options["plan"] or options["check_unapplied"]
        if settings.DATABASE_OWNER and not only_looked:
            call_command("grant", verbosity=options["verbosity"], stdout=self.stdout)
