"""Check that nobody has changed the record of who did and saw what."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casemgr.core.audit.walking import Findings, Walk, find_unsealed_and_copied, links


class Command(BaseCommand):
    """Walk the chain of the audit record and name every place where it does not hold."""

    help = "Walk the chain of the audit record and name every place where it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault; fail if there is one."""
        findings = Findings()
        walk = Walk(findings)
        for link in links():
            walk.take(link)
        find_unsealed_and_copied(findings)
        for fault in findings.faults():
            self.stdout.write(f"position {fault.position}, event {fault.event_id}: {fault.text}")
        if findings.places:
            raise CommandError(f"The audit record does not hold in {len(findings.places)} place(s).")
        self.stdout.write(f"The audit record holds: {walk.count} events, every seal in place.")
