"""Look after the triggers as the owner of their tables."""

from pgtrigger.management.commands import pgtrigger

from casemgr.management.owner import OwnerCommand


class Command(OwnerCommand, pgtrigger.Command):
    """Do what the package's command does; the application's own role may not."""
