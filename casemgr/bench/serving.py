"""Measure what a web worker and a Celery worker weigh once they have worked, started as `make run` starts them."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

KILOBYTES = 1024
"""In one megabyte."""
PATIENCE = 90.0
"""Seconds to wait for a server."""
PAUSE = 0.2


class NotServed(Exception):
    """Say that a server did not start or did not answer, so that its weight would mean nothing."""


@dataclass(frozen=True)
class Weight:
    """Hold the memory of one process in megabytes: resident, its fair share of what is shared, and what is its own alone."""

    name: str
    resident: float
    proportional: float
    own: float


@dataclass(frozen=True)
class Request:
    """Hold one address and the headers to ask it with."""

    path: str
    headers: dict[str, str]
    body: str = ""
    """JSON to send; nothing is sent without it."""


def weigh_web_worker(requests: Sequence[Request]) -> Weight:
    """Start gunicorn with one worker, send it these requests, and weigh the worker."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "web.sock"
        command = [_program("gunicorn"), "casemgr.wsgi:application", "--bind", f"unix:{address}", "--workers", "1", "--threads", "4"]
        command += ["--preload", "--no-control-socket", "--log-level", "warning"]
        with _running(command, Path(folder)) as master:
            _until(lambda: address.exists() and _answers(address), "gunicorn")
            for request in requests:
                status = _get(address, request)
                if status != http.client.OK:
                    raise NotServed(f"{request.path} answered {status}")
            (worker,) = _children(master.pid)
            return weigh(f"web worker after {len(requests)} requests", worker)


def weigh_celery_worker(has_worked: Callable[[], bool]) -> list[Weight]:
    """Start a Celery worker, wait until it has done what is due, and weigh the process that did it and the one above it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [_program("celery"), "-A", "casemgr", "worker", "--concurrency", "1", "--loglevel", "ERROR"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with _running(command, Path(folder)) as main:
            _until(has_worked, "celery")
            (worker,) = _children(main.pid)
            return [weigh("Celery worker after a drain", worker), weigh("Celery, the process above it", main.pid)]


def weigh(name: str, pid: int) -> Weight:
    """Return what a process weighs, as Linux counts it."""
    pairs = (line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    weights = {key: int(value.split()[0]) / KILOBYTES for key, value in pairs}
    return Weight(name, weights["Rss"], weights["Pss"], weights["Private_Clean"] + weights["Private_Dirty"])


class _Local(http.client.HTTPConnection):
    """Speak HTTP over a socket in the file system."""

    def __init__(self, address: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._address = address

    def connect(self) -> None:
        """Knock at the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self._address))


def _get(address: Path, request: Request) -> int:
    """Ask for a page and read it to the end."""
    connection = _Local(address)
    try:
        sent = {"Content-Type": "application/json"} if request.body else {}
        method = "POST" if request.body else "GET"
        connection.request(method, request.path, body=request.body or None, headers={"Host": "localhost", **sent, **request.headers})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def _answers(address: Path) -> bool:
    """Say whether somebody answers at the socket."""
    try:
        return _get(address, Request("/healthz/live", {})) == http.client.OK
    except OSError:
        return False


def _program(name: str) -> str:
    """Return a program of this environment."""
    return str(Path(sys.executable).with_name(name))


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server with the settings of this process; its messages go to a folder that is thrown away."""
    log = folder / "log"
    environment = {**os.environ, "CASEMGR_STATE": str(folder), "MESSAGE_GATEWAY": "file", "DEBUG": "false"}
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=settings.BASE_DIR, env=environment)
        try:
            yield server
        except NotServed as problem:
            raise NotServed(f"{problem}\n{log.read_text()[-2000:]}") from None
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _until(ready: Callable[[], bool], name: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise NotServed(f"{name} did not answer within {PATIENCE:.0f} seconds")
        time.sleep(PAUSE)


def _children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
