"""Do what the other targets of the Makefile ask."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys

from devtools import environment, foreground, locks, process, run, services, signals
from devtools.environment import Wanted
from devtools.layout import Layout
from devtools.prepared import Prepared
from devtools.problem import Problem, say
from devtools.server import leave_sockets


def manage(layout: Layout, words: list[str]) -> int:
    """Run a management command with the services of `make run`, starting them only if nobody did."""
    words = words or shlex.split(os.environ.get("CMD", ""))
    if not words:
        raise Problem('name a command, for example: make manage CMD="showmigrations"')
    environment.ensure(layout, Wanted.RUN)
    use = locks.Claim(layout.running / "use.lock")
    use.together()
    prepared = Prepared(layout, layout.running)
    with services.Services(layout, layout.running, durable=True, shared=True) as servers:
        environ = services.environment(layout, servers.urls, "development", layout.state)
        try:
            if "DATABASE_URL" in servers.urls and not prepared.once():
                run.prepare(layout, environ)
                prepared.remember()
            prepared.forget()
            command = [layout.python, "manage.py", *words]
            return foreground.run(command, env=environ, cwd=layout.root, interactive=True)
        finally:
            with signals.undisturbed():
                last = use.alone()
                if last:
                    servers.stop()
                process.sweep(spare=() if last else {server.pid for server in servers.servers})
                use.release()


def bench(layout: Layout, words: list[str]) -> int:
    """Measure on a database of its own that keeps what it commits, as production does."""
    words = words or shlex.split(os.environ.get("ARGS", ""))
    environment.ensure(layout, Wanted.DEVELOPMENT)
    directory, claim = services.free_slot(layout, "bench")
    try:
        services.forget(directory)
        with services.Services(layout, directory, durable=True, environ={}) as servers:
            environ = services.as_owner(services.environment(layout, servers.urls, "development", directory))
            run.prepare(layout, environ)
            return foreground.run([layout.python, "manage.py", "bench", *words], env=environ, cwd=layout.root)
    finally:
        with signals.undisturbed():
            services.forget(directory)
            process.sweep()
            claim.release()


def stop(layout: Layout) -> int:
    """Stop what runs from this folder, also what a killed run left behind."""
    stopped = _stop_owner(layout)
    use = locks.Claim(layout.running / "use.lock")
    if use.alone():
        for server in services.left_behind(layout.running):
            say(f"Stopping {server.name} …")
            server.stop()
            stopped = True
        leave_sockets(layout.running)
    use.release()
    say("Stopped." if stopped else "Nothing was running.")
    return 0


def _stop_owner(layout: Layout) -> bool:
    claim = locks.Claim(layout.running / "run.lock")
    try:
        note = claim.note()
        if claim.alone():
            return process.end_groups(note.get("groups", []), str(layout.venv)) > 0
        pid = int(note.get("pid", 0))
        if not pid or "devtools" not in process.command_of(pid):
            raise Problem("something runs from this folder, but not by `make run`; stop it where it was started.")
        for number, seconds in ((signal.SIGTERM, 60.0), (signal.SIGKILL, 10.0)):
            process.signal_quietly(pid, number)
            if process.wait_gone(pid, seconds):
                return True
        raise Problem(f"process {pid} does not end; stop it yourself: kill -9 {pid}")
    finally:
        claim.release()


def clean(layout: Layout) -> int:
    """Delete the environment and all state, after asking."""
    places = [place for place in (layout.venv, layout.state) if place.exists()]
    if not places:
        say("Nothing to delete.")
        return 0
    if not _agreed(f"Delete {', '.join(layout.shown(place) for place in places)}, with all data of the demo clinic?"):
        say("Kept everything.")
        return 1
    stop(layout)
    for place in places:
        shutil.rmtree(place)
    say("Deleted.")
    return 0


def lock(layout: Layout) -> int:
    """Pin all packages again, at the newest versions that the .in files allow."""
    environment.ensure(layout, Wanted.RUN)
    uv = layout.venv / "bin" / "uv"
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-emit-index-url", "--no-header"]
    options += ["--no-config", "--quiet", *(["--upgrade"] if os.environ.get("UPGRADE") else [])]
    for name in ("requirements", "requirements-dev"):
        command = [uv, "pip", "compile", *options, f"{name}.in", "-o", f"{name}.txt"]
        code = foreground.run(command, cwd=layout.root)
        if code:
            return code
    say("Wrote requirements.txt and requirements-dev.txt.")
    return 0


def install(layout: Layout, words: list[str]) -> int:
    """Install packages only: for development, or with --production what production needs."""
    environment.ensure(layout, Wanted.PRODUCTION if "--production" in words else Wanted.DEVELOPMENT)
    return 0


def _agreed(question: str) -> bool:
    if os.environ.get("YES"):
        return True
    if not sys.stdin.isatty():
        raise Problem("nobody is there to ask; say YES=1 make clean to delete without asking.")
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
