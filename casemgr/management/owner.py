"""Run a command as the owner of the tables, because the application itself may not do what it does."""

from typing import Any

from django.core.management.base import BaseCommand

from casemgr.core.grants import as_owner


class OwnerCommand(BaseCommand):
    """Stand before another command's class and lend it the owner's connection (DATABASE_OWNER_URL), if there is one."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Do what the command does, as the owner."""
        with as_owner():
            return super().handle(*args, **options)
