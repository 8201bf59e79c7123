"""Import documents one after the other, and tell of each what became of it."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError

from casemgr.core.accounts.models import Site, User
from casemgr.core.refusals import Refused
from casemgr.importing.actions import import_bundle
from casemgr.importing.parsing import ParsedBundle, Reader
from casemgr.importing.queries import Comparison, State, compare
from casemgr.importing.reading import Document


@dataclass(frozen=True)
class Unmapped:
    """Name one entry that has no place on our record, and why."""

    entry: str
    kind: str
    full_url: str
    resource_id: str
    reason: str


@dataclass
class BundleReport:
    """Tell what became of one bundle. It names no patient."""

    name: str
    outcome: str
    seconds: float = 0.0
    entries: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unmapped: list[Unmapped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Importer:
    """Know where to, for whom and by which clock bundles are imported."""

    site: Site
    by: User
    clock: Callable[[], datetime]
    source: str = ""

    def run(self, found: Iterable[Document]) -> Iterator[BundleReport]:
        """Import each document, and tell what became of it; one that is refused stops no other."""
        for document in found:
            started = time.monotonic()
            report = self._import(document)
            report.seconds = time.monotonic() - started
            yield report

    def _import(self, document: Document) -> BundleReport:
        if document.trouble:
            return BundleReport(document.name, "refused", problems=[document.trouble])
        at = self.clock()
        reader = Reader(self.site.zone, at.astimezone(self.site.zone).date(), self.source)
        name = document.name
        bundle = reader.lines(document.lines, name) if document.lines else reader.bundle(document.raw, name)
        return self._take_over(bundle, at)

    def _take_over(self, bundle: ParsedBundle, at: datetime) -> BundleReport:
        """Take the bundle over, if there is anything to write: a second import leaves no trace."""
        try:
            comparison = compare(bundle, self.site) if not bundle.problems else None
            if comparison is not None and not comparison.has_work and not comparison.problems:
                return _told(bundle, "unchanged", comparison, comparison.notes)
            taken = import_bundle(bundle=bundle, site=self.site, by=self.by, at=at)
        except Refused as no:
            return BundleReport(bundle.name, "refused", entries=len(bundle.entries), problems=[str(reason) for reason in no.reasons])
        except (IntegrityError, DataError) as error:
            return BundleReport(bundle.name, "refused", entries=len(bundle.entries), problems=[_by_the_database(error)])
        return _told(bundle, "imported", taken.comparison, taken.notes)


def _by_the_database(error: Exception) -> str:
    """Return which rule of the database stood against it; its own message would name values of a record."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or type(error).__name__
    return f"The database refused it, by the rule “{str(rule).replace('_', ' ')}”. Nothing of it was taken over."


def _told(bundle: ParsedBundle, outcome: str, comparison: Comparison, notes: Iterable[str]) -> BundleReport:
    report = BundleReport(bundle.name, outcome, entries=len(bundle.entries))
    for place, entry in enumerate(bundle.entries):
        state = comparison.states[place]
        report.counts[entry.kind][state] += 1
        if state is State.UNMAPPED:
            reason = comparison.reasons.get(place) or entry.reason
            report.unmapped.append(Unmapped(entry.label, entry.kind, entry.full_url, entry.resource_id, reason))
        report.notes += [f"{entry.label.capitalize()} ({entry.kind}): {note}" for note in entry.notes]
    report.notes += notes
    return report
