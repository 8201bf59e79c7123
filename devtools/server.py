"""Start a server, take over one that a killed run left behind, and end it for certain."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from devtools import process
from devtools.problem import Problem
from devtools.supervisor import fresh_log, last_line

LONGEST_SOCKET = 100
START_SECONDS = 60.0
SETTLE_SECONDS = 20.0
STEADY_SECONDS = 0.3


class Server(ABC):
    """Hold what database and broker have in common."""

    name: str
    gentle: signal.Signals
    quick: signal.Signals

    def __init__(self, directory: Path, *, durable: bool, tied: bool) -> None:
        self.directory = directory
        self.durable = durable
        self.tied = tied
        self.log = directory / f"{self.name.lower()}.log"
        self._pid = 0
        self._child: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def found(self) -> int:
        """Return the process id of a server that works on our data, or 0."""

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether it takes requests."""

    @abstractmethod
    def initialise(self) -> None:
        """Make the data directory if there is none."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""

    @property
    def title(self) -> str:
        """Name it as a sentence does."""
        return self.name

    @property
    def pid(self) -> int:
        """Return the process id, 0 when it was not started."""
        return self._pid

    @property
    def started_here(self) -> bool:
        """Tell whether this process started the server."""
        return self._child is not None

    def alive(self) -> bool:
        """Tell whether the server still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return bool(self._pid) and process.alive(self._pid)

    def start(self) -> None:
        """Take over a running server, or begin to start one; `wait` sees it through."""
        pid = self.found()
        if pid and self._settles(pid):
            self._pid = pid
            return
        self.initialise()
        self.log = fresh_log(self.directory, self.name.lower())
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=quiet_environment(),
                start_new_session=True,
                preexec_fn=process.die_with_parent(self.gentle) if self.tied else None,
            )
        self._pid = self._child.pid

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Return when the server takes requests."""
        until = time.monotonic() + seconds
        while not self.answers():
            if not self.alive():
                raise Problem(f"{self.name} did not start; see {self.log}{last_line(self.log)}")
            if time.monotonic() > until:
                raise Problem(f"{self.name} did not answer within {seconds:.0f} seconds; see {self.log}.")
            time.sleep(0.02)

    def stop(self, *, quickly: bool = False) -> None:
        """End the server, also one that was left behind; `quickly` when nobody wants the data any more."""
        pid = self._pid or self.found()
        signals = (self.quick, signal.SIGKILL) if quickly else (self.gentle, self.quick, signal.SIGKILL)
        for number in signals:
            if not pid or not self._runs(pid):
                break
            process.signal_quietly(pid, number, group=number == signal.SIGKILL)
            self._until_gone(pid, 20.0 if number == self.gentle else 5.0)
        self._pid, self._child = 0, None

    def _settles(self, pid: int) -> bool:
        """Wait for a server that is just starting or ending; end one that is deaf.

        A server whose launcher was killed a moment ago still answers once, so it has to go on answering.
        """
        until = time.monotonic() + SETTLE_SECONDS
        since = 0.0
        while process.alive(pid) and time.monotonic() < until:
            now = time.monotonic()
            since = (since or now) if self.answers() else 0.0
            if since and now - since > STEADY_SECONDS:
                return True
            time.sleep(0.05)
        if process.alive(pid):
            self.stop()
        return False

    def _runs(self, pid: int) -> bool:
        return self._child.poll() is None if self._child is not None else process.alive(pid)

    def _until_gone(self, pid: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._runs(pid) and time.monotonic() < until:
            time.sleep(0.02)


def quiet_environment() -> dict[str, str]:
    """Return the environment without the variables that would talk to the database's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def socket_directory(state: Path) -> Path:
    """Make a short private directory for the sockets that belong to a state directory.

    Short, because a socket's path has 107 bytes at most; private, because whoever reaches a socket is let in.
    """
    directory = socket_place(state)
    directory.mkdir(mode=0o700, exist_ok=True)
    owned = directory.lstat()
    if directory.is_symlink() or owned.st_uid != os.geteuid():
        raise Problem(f"{directory} belongs to somebody else; remove it or set TMPDIR to another folder.")
    directory.chmod(0o700)
    return directory


def leave_sockets(state: Path) -> None:
    """Remove the directory of the sockets, unless a server still has one there."""
    with contextlib.suppress(OSError):
        socket_place(state).rmdir()


def socket_place(state: Path) -> Path:
    """Name the directory of the sockets."""
    place = Path(tempfile.gettempdir())
    if len(str(place)) > LONGEST_SOCKET - 50:
        place = Path("/tmp")
    return place / f"casemgr-{os.geteuid()}-{hashlib.sha256(str(state).encode()).hexdigest()[:10]}"


def converse(path: Path, question: bytes, understands: Callable[[bytes], bool]) -> bool:
    """Ask a server one thing over its socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2.0)
            line.connect(str(path))
            line.sendall(question)
            return understands(line.recv(256))
    except OSError:
        return False
