"""Give a command its database and broker: those the person named, or our own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from devtools import binaries, locks, signals
from devtools.broker import Broker
from devtools.layout import Layout
from devtools.postgres import Postgres
from devtools.problem import Problem
from devtools.secrets_file import development_secrets
from devtools.server import Server, leave_sockets, quiet_environment, socket_directory, socket_place

SLOTS = 9


class Services:
    """Start what is missing on entering and stop it on leaving.

    `shared` services are used by several commands at once and stopped by the last one that leaves.
    What is not `durable` starts from nothing and leaves nothing, unless it is told to `keep` the data.
    """

    def __init__(
        self,
        layout: Layout,
        directory: Path,
        *,
        durable: bool,
        keep: bool = False,
        shared: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._layout = layout
        self.directory = directory
        self._durable = durable
        self.keep = durable or keep
        self._shared = shared
        self._environ = environ
        self._urls: dict[str, str] = {}
        self.servers: list[Server] = []

    def __enter__(self) -> Services:
        """Start what is missing."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with locks.one_at_a_time(self.directory / "start.lock"):
                self._start()
        except BaseException:
            with signals.undisturbed():
                self.stop(only_own=self._shared)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop it, unless others may be using it."""
        if not self._shared:
            with signals.undisturbed():
                self.stop()
                if not self.keep:
                    forget(self.directory)

    def stop(self, *, only_own: bool = False) -> None:
        """Stop the servers, the last started first; `only_own` spares those that were running before."""
        for server in reversed(self.servers):
            if server.started_here or not only_own:
                server.stop(quickly=not self.keep)
        if self.servers and not only_own:
            leave_sockets(self.directory)
        self.servers.clear()

    @property
    def urls(self) -> dict[str, str]:
        """Return the addresses of our own servers, by the name of the variable."""
        return dict(self._urls)

    def _start(self) -> None:
        if not self.keep:
            forget(self.directory)
        wanted = self._wanted()
        for server in wanted:
            self.servers.append(server)
            server.start()
        for server in wanted:
            server.wait()
        if any(isinstance(server, Postgres) and not server.has_application for server in wanted):
            raise Problem("the database was started by an earlier version, which knew no role for the application; run `make stop` first.")

    def _wanted(self) -> list[Server]:
        options = {"durable": self._durable, "tied": not self._shared}
        wanted: list[Server] = []
        if not self._environ.get("DATABASE_URL"):
            programs = binaries.postgres(self._layout)
            postgres = Postgres(self.directory, socket_directory(self.directory), programs, **options)
            self._urls |= {"DATABASE_URL": postgres.application_url, "DATABASE_OWNER_URL": postgres.url}
            wanted.append(postgres)
        if not self._environ.get("REDIS_URL"):
            program = binaries.broker(self._layout)
            broker = Broker(self.directory, socket_directory(self.directory), program, **options)
            self._urls["REDIS_URL"] = broker.url
            wanted.append(broker)
        return wanted


def forget(directory: Path) -> None:
    """Throw away what an earlier run left in a directory, servers and data."""
    for server in left_behind(directory):
        server.stop(quickly=True)
    for name in ("postgres", "postgres.new", "valkey"):
        if (directory / name).exists():
            shutil.rmtree(directory / name)
    leave_sockets(directory)


def left_behind(directory: Path) -> list[Server]:
    """Return the servers that run on a directory although no command uses them."""
    sockets = socket_place(directory)
    both = (
        Postgres(directory, sockets, Path(), durable=True, tied=False),
        Broker(directory, sockets, Path(), durable=True, tied=False),
    )
    return [server for server in both if server.found()]


def free_slot(layout: Layout, name: str) -> tuple[Path, locks.Claim]:
    """Find a directory for throw-away servers that no other command uses now."""
    for number in range(1, SLOTS + 1):
        directory = layout.state / (name if number == 1 else f"{name}-{number}")
        claim = locks.Claim(directory / "lock")
        if claim.alone():
            return directory, claim
        claim.release()
    raise Problem(f"{SLOTS} commands of this kind already run in this working copy; wait for one to end.")


NOT_PASSED_ON = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHONDONTWRITEBYTECODE")
"""What is meant for `make` itself, and what would let each of some hundred processes compile the whole house anew: ten seconds each."""


def as_owner(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of what makes and empties databases: it connects as the owner, if the owner is known apart."""
    owner = environ.get("DATABASE_OWNER_URL")
    return {name: value for name, value in environ.items() if name != "DATABASE_OWNER_URL"} | ({"DATABASE_URL": owner} if owner else {})


def environment(layout: Layout, urls: Mapping[str, str], name: str, state: Path) -> dict[str, str]:
    """Return the environment of everything that is started; what the person set wins."""
    own = quiet_environment() if "DATABASE_URL" in urls else dict(os.environ)
    ours = {
        **development_secrets(layout.secrets),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],testserver",
        "DJANGO_SETTINGS_MODULE": "casemgr.settings",
        "PYTHONUNBUFFERED": "1",
    }
    for variable in NOT_PASSED_ON:
        own.pop(variable, None)
    decided = {
        "CASEMGR_ENV": name,
        "CASEMGR_STATE": str(state),
        "VIRTUAL_ENV": str(layout.venv),
        "PATH": f"{layout.venv / 'bin'}{os.pathsep}{own.get('PATH', os.defpath)}",
    }
    return {**ours, **own, **urls, **decided}
