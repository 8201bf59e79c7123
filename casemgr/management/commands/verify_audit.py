"""Check that nobody has changed the record of who did and saw what."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import AuditSeal
from casemgr.core.audit.verifying import Verification, put_verification_on_record, verify


class Command(BaseCommand):
    """Verify the audit record and name every place where it does not hold."""

    help = "Verify the audit record and name every place where it does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head that was kept on another machine, and whether to put the result on the record."""
        parser.add_argument("--head", metavar="POSITION:DIGEST", action="append", default=[], help="a head kept elsewhere; may be repeated")
        parser.add_argument("--no-record", action="store_true", help="write nothing: for a copy that is only looked at")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault; fail if there is one."""
        now = timezone.now()
        result = verify(at=now, progress=lambda count: self.stderr.write(f"{count} events"))
        elsewhere = [sentence for head in options["head"] if (sentence := _unlike(head))]
        if not options["no_record"]:
            put_verification_on_record(result, by=User.objects.system(), at=now)
        for note in result.notes:
            self.stdout.write(f"Note: {note}")
        for fault in result.faults:
            self.stdout.write(f"position {fault.position}, event {fault.event_id}: {fault.text}")
        for sentence in elsewhere:
            self.stdout.write(sentence)
        if result.faults or elsewhere:
            raise CommandError(f"The audit record does not hold in {len(result.faults) + len(elsewhere)} place(s).")
        self.stdout.write(_words(result))


def _unlike(head: str) -> str:
    """Return what is wrong with a head that was kept elsewhere, or nothing."""
    position, _colon, digest = head.partition(":")
    if not position.isdecimal():
        raise CommandError("Write a head as POSITION:DIGEST, as audit_anchor prints them.")
    kept = AuditSeal.objects.filter(position=int(position)).values_list("digest", flat=True).first()
    return "" if kept == digest else f"position {position}: the database does not hold the head that was kept elsewhere"


def _words(result: Verification) -> str:
    """Say that the record holds."""
    anchored = f"anchored up to position {result.anchor.position}" if result.anchor else "not anchored yet"
    return f"The audit record holds: {result.rows} events, every seal in place, {anchored} ({result.seconds:.1f} s)."
