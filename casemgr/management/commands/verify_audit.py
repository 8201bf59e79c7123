"""Check that nobody has changed the record of who did and saw what."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casemgr.core.audit.models import AuditSeal
from casemgr.core.audit.sealing import faults


class Command(BaseCommand):
    """Walk the chain of the audit record and name every place where it does not hold."""

    help = "Walk the chain of the audit record and name every place where it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault; fail if there is one."""
        count = 0
        for fault in faults():
            count += 1
            self.stdout.write(f"position {fault.position}, event {fault.event_id}: {fault.text}")
        if count:
            raise CommandError(f"The audit record does not hold in {count} place(s).")
        self.stdout.write(f"The audit record holds: {AuditSeal.objects.count()} events, every seal in place.")
