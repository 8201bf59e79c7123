"""Import FHIR R4 bundles into the record of a site."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries, transaction
from django.utils import timezone

from casemgr.core.accounts.models import Site, User
from casemgr.importing.reading import documents, turns_of
from casemgr.importing.reporting import Progress, Totals, report_file
from casemgr.importing.running import BundleReport, Importer


class Command(BaseCommand):
    """Import FHIR R4 bundles (transaction, batch, collection, searchset; JSON, ndjson, folders, tar archives)."""

    help = "Import FHIR R4 bundles: files, folders and tar archives of JSON and ndjson. All or nothing per bundle; repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or archive (.tar.xz, .tar.gz, .tar)")
        parser.add_argument("--dry-run", action="store_true", help="do everything and undo it at the end; holds one transaction open")
        parser.add_argument("--site", default="", metavar="ID|NAME", help="where people are admitted; must be said in production")
        parser.add_argument("--program", default="", metavar="NAME", help="the program of the site")
        parser.add_argument("--source", default="", metavar="NAME", help="where the files come from, for entries with plain ids")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write a JSON object a line: bundles, entries not mapped, notes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, show progress, sum up; fail when a bundle was refused."""
        paths: list[Path] = options["paths"]
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        site = _site(options["site"], options["program"])
        importer = Importer(site, User.objects.system(), timezone.now, options["source"])
        totals = Totals()
        with ExitStack() as stack:
            try:
                write = stack.enter_context(report_file(options["report"]))
            except OSError as error:
                raise CommandError(f"The report {options['report']} cannot be written: {error.strerror}.") from error
            with transaction.atomic() if options["dry_run"] else nullcontext():
                _import(importer, paths, totals, write)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        self._sum_up(totals, site, options)
        if totals.refused:
            raise CommandError(f"{len(totals.refused)} refused, named above.")

    def _sum_up(self, totals: Totals, site: Site, options: dict[str, Any]) -> None:
        for line in totals.lines():
            self.stdout.write(line)
        if totals.notes:
            where = f"in {options['report']}" if options["report"] else "with --report FILE"
            self.stdout.write(f"\n{totals.notes} notes: read them {where}.")
        if options["dry_run"]:
            self.stdout.write(f"\nThis was a dry run for {site.program}, {site}: nothing was kept.")
        else:
            self.stdout.write(f"\nPeople were admitted at {site.program}, {site}.")


def _import(importer: Importer, paths: list[Path], totals: Totals, write: Callable[[BundleReport], None]) -> None:
    """Import everything, one bundle after the other, and forget each: what Django keeps of statements while developing grows too."""
    turns = turns_of(paths)
    progress = Progress(sys.stderr, len(turns))
    for told in importer.run(documents(paths, turns)):
        write(told)
        totals.add(told)
        progress.step(told)
        reset_queries()
    progress.end()


def _site(wanted: str, program: str) -> Site:
    """Return the site that was meant: the one that fits, or while developing the first of several.

    In production a guess is refused: people admitted at the wrong site are hard to move out again.
    """
    sites = Site.objects.filter(is_active=True).select_related("program").order_by("pk")
    fitting = sites.filter(program__name__iexact=program) if program else sites
    if wanted:
        fitting = fitting.filter(pk=int(wanted)) if wanted.isdecimal() else fitting.filter(name__iexact=wanted)
    found = list(fitting)
    if len(found) == 1 or (found and not (wanted or settings.ENV.is_production)):
        return found[0]
    known = "\n".join(f"  --program “{site.program}” --site “{site}” (or {site.pk})" for site in found or sites)
    if not known:
        raise CommandError("There is no site yet. Make a program and a site first.")
    raise CommandError(f"{'Which site?' if found else 'No site is called that.'} There are:\n{known}")
