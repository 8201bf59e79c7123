"""Tell how an import goes while it goes, and what came of it when it is done."""

import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Protocol

from casemgr.importing.queries import State
from casemgr.importing.running import BundleReport

WIDTH = 30
SECONDS_BETWEEN_LINES = 10.0
"""How often a line is written where nobody watches a bar."""

MOST_REASONS = 60
"""Different reasons that the summary lists; the report file has all."""


class Stream(Protocol):
    """Take text, as a terminal or a file does."""

    def write(self, text: str, /) -> object:
        """Write."""

    def isatty(self) -> bool:
        """Say whether a person watches."""


@dataclass
class Progress:
    """Show how far the import is: a bar where somebody watches, else a line now and then. It names no file: names of files name people."""

    stream: Stream
    total: int
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    entries: int = 0
    started: float = field(init=False)
    spoke: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.started = self.spoke = self.clock()

    def step(self, report: BundleReport) -> None:
        """Count one bundle."""
        self.done += 1
        self.entries += report.entries
        now = self.clock()
        if self.stream.isatty():
            self.stream.write(f"\r{self._bar()} {self._words(now)}\x1b[K")
        elif now - self.spoke >= SECONDS_BETWEEN_LINES:
            self.spoke = now
            self.stream.write(f"{self._words(now)}\n")

    def end(self) -> None:
        """Leave the line."""
        if self.stream.isatty():
            self.stream.write("\n")

    def _bar(self) -> str:
        full = min(WIDTH, WIDTH * self.done // max(self.total, 1))
        return f"[{'█' * full}{'·' * (WIDTH - full)}]"

    def _words(self, now: float) -> str:
        rate = self.entries / max(now - self.started, 0.001)
        return f"bundle {self.done} of {max(self.total, self.done)} · {self.entries:,} entries · {rate:,.0f} a second"


@dataclass
class Totals:
    """Add up what became of all bundles."""

    outcomes: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[tuple[str, list[str]]] = field(default_factory=list)
    notes: int = 0

    def add(self, report: BundleReport) -> None:
        """Count one bundle."""
        self.outcomes[report.outcome] += 1
        self.notes += len(report.notes)
        for kind, states in report.counts.items():
            self.counts[kind].update(states)
        for entry in report.unmapped:
            self.reasons[entry.kind, entry.reason] += 1
        if report.problems:
            self.refused.append((report.name, report.problems))

    def lines(self) -> Iterator[str]:
        """Return the summary, line by line."""
        yield ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items())) or "No bundle was found."
        if self.counts:
            yield ""
            yield f"{'':28}" + "".join(f"{state:>12}" for state in State)
            for kind in sorted(self.counts):
                yield f"{kind:28}" + "".join(f"{self.counts[kind][state]:>12,}" for state in State)
        if self.reasons:
            yield ""
            yield "Not mapped:"
            for (kind, reason), count in self.reasons.most_common(MOST_REASONS):
                yield f"{count:>8,} × {kind}: {reason}"
        for name, problems in self.refused:
            yield ""
            yield f"Refused, and nothing of it taken over: {name}"
            for problem in problems:
                yield f"  {problem}"


@contextmanager
def report_file(path: Path | None) -> Iterator[Callable[[BundleReport], None]]:
    """Open the report, readable by its owner only, and return a function that writes of one bundle into it: a JSON object a line."""
    if path is None:
        yield _forget
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        yield lambda report: _write(file, report)


def _forget(report: BundleReport) -> None:
    """Write nothing."""


def _write(file: IO[str], report: BundleReport) -> None:
    """Write one line for the bundle, one for each entry that was not mapped, one for each note."""
    told = {"outcome": report.outcome, "entries": report.entries, "seconds": round(report.seconds, 3), "problems": report.problems}
    counts = {kind: dict(states) for kind, states in sorted(report.counts.items())}
    lines: list[dict[str, object]] = [{"line": "bundle", "bundle": report.name, **told, "counts": counts}]
    lines += [{"line": "unmapped", "bundle": report.name, **asdict(entry)} for entry in report.unmapped]
    lines += [{"line": "note", "bundle": report.name, "note": note} for note in report.notes]
    file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    file.flush()
