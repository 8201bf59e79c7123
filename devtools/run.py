"""Run the whole program on this machine until somebody stops it."""

from __future__ import annotations

import signal
from pathlib import Path

from devtools import environment, foreground, locks, process, services, signals
from devtools.address import Address
from devtools.layout import Layout
from devtools.prepared import Prepared
from devtools.problem import Problem, Stopwatch, say
from devtools.supervisor import Supervisor, fresh_log, last_line

START_SECONDS = 120.0
BEHIND_THE_WEB_SERVER = 5
"""Niceness of the worker and beat: on a small machine the page comes first."""


def run(layout: Layout) -> int:
    """Start everything, say where it is, and wait; leave nothing running."""
    watch = Stopwatch()
    address = Address.from_environ()
    layout.prepare()
    claim = _claim(layout, address)
    address.must_be_free()
    environment.ensure(layout, environment.Wanted.RUN)
    use = locks.Claim(layout.running / "use.lock")
    use.together()
    try:
        with services.Services(layout, layout.running, durable=True) as servers, Supervisor(layout.logs) as supervisor:
            environ = services.environment(layout, servers.urls, "development", layout.state)
            environ["ALLOWED_HOSTS"] = address.allowed
            sign_ins = layout.running / "sign-ins.txt"
            once = Prepared(layout, layout.running)
            if not ("DATABASE_URL" in servers.urls and once.done() and sign_ins.exists()):
                prepare(layout, environ, sign_ins)
                once.remember()
            _start(layout, supervisor, environ, address)
            claim.alone(url=address.url, groups=[child.running.pid for child in supervisor.children])
            _until_ready(supervisor, servers, address)
            announce(layout, address, sign_ins, watch)
            supervisor.watch(servers.servers)
    finally:
        with signals.undisturbed():
            process.sweep()
            use.release()
            claim.forget()
            claim.release()
    return 0


def prepare(layout: Layout, environ: dict[str, str], sign_ins: Path | None = None) -> None:
    """Migrate, and with a place for the sign-ins fill an empty database too."""
    say(f"Preparing the database{' (an empty one gets the demonstration clinic, about a minute)' if sign_ins else ''} …")
    log = fresh_log(layout.logs, "prepare")
    command = [layout.python, "-m", "devtools.prepare"]
    extra = ["--demo", "--sign-ins", sign_ins] if sign_ins else []
    with log.open("ab") as output:
        code = foreground.run([*command, *extra], env=environ, cwd=layout.root, output=output, errors_shown=True)
    if code:
        raise Problem(f"could not prepare the database; see {layout.shown(log)}{last_line(log)}")


def programs(layout: Layout, address: Address) -> dict[str, tuple[list[object], signal.Signals]]:
    """Name the programs, how each is started, and the signal that ends it at once if we are killed."""
    bin_ = layout.venv / "bin"
    beat_file = layout.running / "beat-schedule"
    web: list[object] = [bin_ / "gunicorn", "casemgr.wsgi:application", "--bind", address.bind]
    web += ["--workers", "2", "--threads", "4", "--preload", "--no-control-socket", "--graceful-timeout", "5", "--timeout", "60"]
    celery: list[object] = [bin_ / "celery", "-A", "casemgr"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "web server": (web, signal.SIGTERM),
        "worker": ([*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", *quiet], signal.SIGQUIT),
        "beat": ([*celery, "beat", "--loglevel", "INFO", "--schedule", beat_file, "--pidfile="], signal.SIGTERM),
    }


def _claim(layout: Layout, address: Address) -> locks.Claim:
    """Be the only one to run from this folder, and clear away what a killed run left behind."""
    claim = locks.Claim(layout.running / "run.lock")
    before = claim.note()
    if not claim.alone(url=address.url):
        where = before.get("url", "another terminal")
        raise Problem(f"casemgr already runs from this folder at {where} ; stop it with Ctrl-C there or with `make stop`.")
    process.end_groups(before.get("groups", []), str(layout.venv))
    return claim


def _start(layout: Layout, supervisor: Supervisor, environ: dict[str, str], address: Address) -> None:
    say("Starting web server, worker and beat …")
    for name, (command, last_word) in programs(layout, address).items():
        patience = 0 if name == "web server" else BEHIND_THE_WEB_SERVER
        supervisor.start(name, command, env=environ, cwd=layout.root, last_word=last_word, nice=patience)


def _until_ready(supervisor: Supervisor, servers: services.Services, address: Address) -> None:
    waited = Stopwatch()

    def ready() -> bool:
        if waited.seconds > START_SECONDS:
            raise Problem(f"the web server does not answer; see {supervisor.children[0].log}")
        return address.answers()

    supervisor.watch(servers.servers, until=ready)


def announce(layout: Layout, address: Address, sign_ins: Path, watch: Stopwatch) -> None:
    """Tell the person all they need to begin."""
    say()
    say(f"  casemgr is ready after {watch}:  {address.url}")
    say()
    try:
        people = sign_ins.read_text().rstrip()
    except OSError:
        people = ""
    for line in people.splitlines():
        say(f"  {line}")
    say()
    say(f"  Logs: {layout.shown(layout.logs)}/    Stop: Ctrl-C")
