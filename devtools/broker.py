"""Run Valkey (or Redis) for this working copy alone."""

from __future__ import annotations

import signal
from pathlib import Path

from devtools import process
from devtools.server import Server, converse


class Broker(Server):
    """Keep the append-only file in a directory and listen on a socket in another."""

    name = "Valkey"
    gentle = signal.SIGTERM
    quick = signal.SIGTERM

    def __init__(self, directory: Path, sockets: Path, program: Path, *, durable: bool, tied: bool) -> None:
        super().__init__(directory, durable=durable, tied=tied)
        self.data = directory / "valkey"
        self._socket = sockets / "valkey.sock"
        self._program = program
        self._note = self.data / "valkey.pid"

    @property
    def url(self) -> str:
        """Return the address in redis-py's form."""
        return f"unix://{self._socket}?db=0"

    def found(self) -> int:
        """Trust the noted process id only if that process really works on our data."""
        try:
            pid = int(self._note.read_text())
        except (OSError, ValueError):
            return 0
        return pid if process.alive(pid) and str(self.data) in process.command_of(pid) else 0

    def answers(self) -> bool:
        """Ask PING; a server that still loads its file says otherwise."""
        return converse(self._socket, b"PING\r\n", lambda answer: answer.startswith(b"+PONG"))

    def initialise(self) -> None:
        """Make the directory of the append-only file."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """Run in the foreground; keep the command line, by which `found` recognises its own."""
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self._note),
            "set-proc-title": "no",
            "daemonize": "no",
            "databases": "64",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        command = [str(self._program)]
        for name, value in settings.items():
            command += [f"--{name}", value]
        return command
