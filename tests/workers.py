"""Run real Celery workers against the test database: started, killed and started again by a test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import django
import redis
from celery import Celery
from django.conf import settings
from django.db import connection

if __name__ == "__main__":
    django.setup()

from tests.apart import MOST, numbered
from tests.watch import WATCH

ROOT = Path(__file__).resolve().parent.parent
CELERY = [sys.executable, "-m", "celery", "-A", "casemgr"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
WORKER = ["worker", "--pool", "solo", "--loglevel", "WARNING", *QUIET]
PATIENCE = 60


class Nursery:
    """Hold the worker and beat processes of one test, their broker and the folder they deliver into."""

    def __init__(self, folder: Path, *, role: str = "") -> None:
        self.folder = folder
        self.messages = folder / "messages"
        self.broker_url = unused_database(settings.REDIS_URL)
        self.broker = redis.Redis.from_url(self.broker_url)
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(role=role),
            "REDIS_URL": self.broker_url,
            "CASEMGR_ENV": "test",
            "CASEMGR_STATE": str(folder),
            "MESSAGE_GATEWAY": "file",
            "OUTBOX_TICK_SECONDS": "0.3",
            "OUTBOX_LEASE_SECONDS": "1",
        }
        self._processes: list[subprocess.Popen] = []
        self._forked: set[int] = set()
        self._launcher: subprocess.Popen | None = None

    def start(self, *more: str) -> int:
        """Start a worker by the command that production uses; return its process id."""
        return self._run([*CELERY, *WORKER, *more]).pid

    def start_web_server(self, *command: str) -> int:
        """Start a web server by this command; return its process id."""
        return self._run(list(command)).pid

    def send(self, task: str) -> None:
        """Send a task to the workers of this test."""
        url = self.broker_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
        with Celery(broker=url, set_as_current=False) as sender:
            sender.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
            sender.send_task(task)

    def start_beat(self) -> int:
        """Start a beat; return its process id."""
        schedule = self.folder / f"beat-{len(self._processes)}"
        return self._run([*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(schedule)]).pid

    def warm_up(self) -> None:
        """Start a process that imports everything once, so that workers can be started from it quickly."""
        self._launcher = self._run([sys.executable, "-m", "tests.workers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start_quickly(self) -> int:
        """Start a worker of the same kind from the process that is warm; return its process id."""
        self._launcher.stdin.write("start\n")
        self._launcher.stdin.flush()
        pid = int(self._launcher.stdout.readline())
        self._forked.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """Kill a process without giving it time to do anything."""
        os.kill(pid, signal.SIGKILL)
        self._forked.discard(pid)

    def flush_broker(self) -> None:
        """Lose everything that the broker holds."""
        self.broker.flushdb()

    def stop(self) -> None:
        """Kill what still runs."""
        for pid in self._forked:
            os.kill(pid, signal.SIGKILL)
        for process in self._processes:
            process.kill()
            process.wait()
        WATCH.broker(self.broker)
        WATCH.file(self.folder / "workers.log")
        WATCH.folder(self.messages)
        self.broker.flushdb()
        self.broker.close()

    def offers(self) -> Counter[str]:
        """Return how often each key was offered to the gateway."""
        file = self.messages / "offers.log"
        return Counter(file.read_text().splitlines()) if file.exists() else Counter()

    def delivered(self) -> Mapping[str, Mapping[str, str]]:
        """Return what the gateway delivered, by key."""
        letters = [json.loads(file.read_text()) for file in self.messages.glob("*.json")]
        return {letter["key"]: letter for letter in letters}

    def number_delivered(self) -> int:
        """Count what the gateway delivered."""
        return sum(1 for _ in self.messages.glob("*.json"))

    def _run(self, command: list[str], **options) -> subprocess.Popen:
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log, **{"stdout": log, **options})
        self._processes.append(process)
        return process


def wait_until(holds: Callable[[], bool], *, seconds: float = PATIENCE, every: float = 0.02) -> None:
    """Wait until something holds, and fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain")
        time.sleep(every)


def database_url(*, role: str = "") -> str:
    """Return the address of the test database, for the owner or for another role."""
    known = connection.settings_dict
    user = quote(known["USER"] or "", safe="")
    password = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    host = known["HOST"] or ""
    if host.startswith("/"):
        return f"postgresql://{user}{password}@/{known['NAME']}?host={host}" + (f"&assume_role={role}" if role else "")
    return f"postgresql://{user}{password}@{host}:{known['PORT'] or 5432}/{known['NAME']}" + (f"?assume_role={role}" if role else "")


def unused_database(url: str) -> str:
    """Return the address of a database of the same broker that nobody uses."""
    for number in range(15, MOST - 1, -1):
        other = numbered(url, number)
        with redis.Redis.from_url(other) as broker:
            if other != url and not broker.dbsize() and broker.set("casemgr:test", "taken", nx=True, ex=PATIENCE * 3):
                return other
    raise AssertionError("every database of the broker is in use")


def launch() -> None:
    """Fork a worker for each line that comes in, and say its process id."""
    from casemgr.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()
    app.finalize()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            app.worker_main(WORKER)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    launch()
