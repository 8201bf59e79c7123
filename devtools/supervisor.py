"""Keep several programs running together and end them together."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from devtools import process, signals
from devtools.problem import Problem

GRACE = 10.0


class Watched(Protocol):
    """Anything that should not end before it is told to."""

    @property
    def title(self) -> str:
        """Name it as a sentence does."""

    @property
    def log(self) -> Path:
        """Point to what it wrote."""

    def alive(self) -> bool:
        """Tell whether it still runs."""


class Child:
    """A program in a process group of its own, writing to a log of its own."""

    def __init__(self, name: str, log: Path, running: subprocess.Popen[bytes]) -> None:
        self.title = f"the {name}"
        self.log = log
        self.running = running

    def alive(self) -> bool:
        """Tell whether the program itself still runs."""
        return self.running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Signal the program with all that it started."""
        process.signal_quietly(self.running.pid, number, group=True)

    def gone(self) -> bool:
        """Tell whether nothing of the group is left."""
        return not self.alive() and not process.group_alive(self.running.pid)


class Supervisor:
    """Start children, watch them, and leave none behind.

    Three nets under each other: the group is asked and then killed, orphans come to this process and are
    swept up, and if this process itself is killed the kernel tells the children.
    """

    def __init__(self, logs: Path, *, grace: float = GRACE) -> None:
        self._logs = logs
        self._grace = grace
        self.children: list[Child] = []

    def __enter__(self) -> Supervisor:
        """Begin with no children."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave none."""
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[object],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        last_word: signal.Signals = signal.SIGTERM,
        nice: int = 0,
    ) -> Child:
        """Start one program; the kernel sends it `last_word` if this process is killed."""
        log = fresh_log(self._logs, name.replace(" ", "-"))
        with log.open("wb") as output:
            running = subprocess.Popen(
                [str(part) for part in command],
                env=None if env is None else dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=process.die_with_parent(last_word, nice),
            )
        child = Child(name, log, running)
        self.children.append(child)
        return child

    def watch(self, others: Sequence[Watched] = (), *, until: Callable[[], bool] | None = None) -> None:
        """Return when `until` says so; raise when something ends that should not."""
        while until is None or not until():
            self.check(others)
            signals.notice_make()
            time.sleep(0.2)

    def check(self, others: Sequence[Watched] = ()) -> None:
        """Raise the sentence that names who ended and where it says why."""
        for one in [*others, *self.children]:
            if not one.alive():
                raise Problem(f"{one.title} stopped unexpectedly; see {one.log}{last_line(one.log)}")

    def stop(self) -> None:
        """End all children: ask, wait, insist; then whatever they left behind."""
        with signals.undisturbed():
            for child in self.children:
                child.signal(signal.SIGTERM)
            until = time.monotonic() + self._grace
            while time.monotonic() < until and not all(child.gone() for child in self.children):
                time.sleep(0.05)
            for child in self.children:
                if not child.gone():
                    child.signal(signal.SIGKILL)
                child.running.wait()
            self.children.clear()


def fresh_log(logs: Path, name: str) -> Path:
    """Open a new log and keep the one before."""
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    if log.exists():
        log.replace(logs / f"{name}.previous.log")
    log.touch(mode=0o600)
    return log


def last_line(log: Path) -> str:
    """Quote the last words of a log, if there are any; the fatal ones if it has such."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    fatal = [line for line in lines[-50:] if "FATAL" in line or "PANIC" in line]
    words = (fatal or lines or [""])[-1]
    return f", which says: {words[:300]}" if words else "."
