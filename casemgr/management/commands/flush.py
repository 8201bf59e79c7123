"""Empty the database as the owner of its tables."""

from django.core.management.commands import flush

from casemgr.management.owner import OwnerCommand


class Command(OwnerCommand, flush.Command):
    """Do what Django's command does; the application's own role may not."""
