"""Anchor the audit record now and print the anchor, to be kept on another machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.audit.anchors import Contradicted, begin_anew, last_anchor, write_anchor
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event


class Command(BaseCommand):
    """Anchor the audit record now and print the anchor on one line."""

    help = "Anchor the audit record now and print the anchor on one line, for a log on another machine."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to print only, or to begin anew after a restore."""
        parser.add_argument("--last", action="store_true", help="print the last anchor and write none")
        parser.add_argument("--begin-anew", metavar="REASON", help="why what was anchored no longer binds: a restore")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the anchor and print it."""
        now = timezone.now()
        if options["begin_anew"]:
            begin_anew(at=now, reason=options["begin_anew"])
            event = audit_event(
                by=User.objects.system(), at=now, verb="audit_anchor_anew", outcome=Outcome.DONE, reason=options["begin_anew"]
            )
            write_event(event)
        try:
            anchor = last_anchor() if options["last"] else write_anchor(at=now)
        except Contradicted as contradicted:
            raise CommandError(f"{contradicted} Run verify_audit.") from contradicted
        if anchor is None:
            raise CommandError("There is nothing to anchor yet.")
        self.stdout.write(anchor.head())
