"""Run PostgreSQL for this working copy alone."""

from __future__ import annotations

import locale
import os
import shutil
import signal
import struct
import subprocess
from pathlib import Path

from devtools import process, unprivileged
from devtools.problem import Problem
from devtools.server import Server, converse, quiet_environment

DATABASE = "casemgr"
MIGRATED = "casemgr_migrated"
"""Beside it where tests run: migrated once, copied often, and opened by nobody else."""
APPLICATION = "casemgr_app"
"""The role as which the application connects; it owns nothing. What it may do is granted by `manage.py migrate`."""
PORT = 5432
"""Only part of the socket's name: nothing listens on the network."""
CONNECTIONS = 200
STATUS_LINE = 7
ENCRYPTION_REQUEST = struct.pack("!ii", 8, 80877103)

ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": str(CONNECTIONS),
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
}


class Postgres(Server):
    """Keep the data in a directory and listen on a socket in another."""

    name = "PostgreSQL"
    gentle = signal.SIGINT
    quick = signal.SIGQUIT

    def __init__(self, directory: Path, sockets: Path, programs: Path, *, durable: bool, tied: bool) -> None:
        super().__init__(directory, durable=durable, tied=tied)
        self.data = directory / "postgres"
        self._sockets = sockets
        self._programs = programs

    @property
    def url(self) -> str:
        """Return the owner's address in the form that libpq, psycopg and Django's settings read."""
        return f"postgresql://{DATABASE}@/{DATABASE}?host={self._sockets}"

    @property
    def application_url(self) -> str:
        """Return the address under which the application connects."""
        return f"postgresql://{APPLICATION}@/{DATABASE}?host={self._sockets}"

    @property
    def has_application(self) -> bool:
        """Tell whether the application's role was made in these data; before there was one, the owner did everything."""
        return self._role.exists()

    def found(self) -> int:
        """Trust the process id in the data directory only if that process really serves it."""
        lines = self._notes()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        if pid and process.alive(pid) and str(self.data) in process.command_of(pid):
            return pid
        if pid:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        return 0

    def answers(self) -> bool:
        """Believe the server's own note that it is ready, and knock."""
        lines = self._notes()
        ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return ready and converse(self._sockets / f".s.PGSQL.{PORT}", ENCRYPTION_REQUEST, lambda answer: answer[:1] in {b"N", b"S"})

    def initialise(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        if (self.data / "PG_VERSION").exists():
            self._make_application(self.data)
            return
        unfinished = self.directory / "postgres.new"
        for leftover in (unfinished, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        self._run(
            ["initdb", "-D", str(unfinished), "-U", DATABASE, "-E", "UTF8", f"--locale={utf8_locale()}"]
            + ["--lc-messages=C", "--auth=trust", "--no-instructions"]
            + ([] if self.durable else ["--no-sync"]),
            unfinished,
        )
        self._run(
            ["postgres", "--single", "-D", str(unfinished), "postgres"],
            unfinished,
            typed="".join(f"CREATE DATABASE {name};\n" for name in ((DATABASE,) if self.durable else (DATABASE, MIGRATED))),
        )
        self._make_application(unfinished)
        unfinished.rename(self.data)

    def command(self) -> list[str]:
        """Run in the foreground with every setting on the command line, so that a copy of the data brings none."""
        program = self._programs / "postgres"
        settings = ALWAYS | ({} if self.durable else THROWN_AWAY)
        command = [*unprivileged.prefix(self.data, program), str(program), "-D", str(self.data), "-k", str(self._sockets)]
        if command[0] == "setpriv" and self.tied:
            command.insert(1, "--pdeathsig=INT")
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _make_application(self, data: Path) -> None:
        """Make the application's role while no server runs; what is there already is left as it is."""
        if self.has_application:
            return
        self._run(["postgres", "--single", "-D", str(data), "postgres"], data, typed=f"CREATE ROLE {APPLICATION} LOGIN;\n")
        (data / self._role.name).touch()

    @property
    def _role(self) -> Path:
        return self.data / "casemgr-application-role"

    def _notes(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _run(self, command: list[str], data: Path, *, typed: str = "") -> None:
        program = self._programs / command[0]
        done = subprocess.run(
            [*unprivileged.prefix(data, program), str(program), *command[1:]],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            env=quiet_environment(),
        )
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines()
            raise Problem(f"PostgreSQL could not make its data directory {data}: {words[-1] if words else 'no reason given'}")


def utf8_locale() -> str:
    """Choose a UTF-8 locale that this machine has; C.UTF-8 sorts the same everywhere."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", os.environ.get("LANG", "")):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            if name.upper().replace("-", "").endswith("UTF8"):
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise Problem("this machine has no UTF-8 locale; on Debian run `apt-get install -y locales-all` (as root).")
