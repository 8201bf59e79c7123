"""Run the tests and the checks."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from devtools import browser, environment, foreground, process, services, signals
from devtools.layout import Layout
from devtools.postgres import DATABASE, MIGRATED
from devtools.prepared import Prepared
from devtools.problem import Problem, Stopwatch, say
from devtools.run import prepare

MOST_WORKERS = 4


def test(layout: Layout, words: list[str]) -> int:
    """Run pytest on throw-away services and return its exit code."""
    with _workplace(layout) as environ:
        return _pytest(layout, environ, words or shlex.split(os.environ.get("ARGS", "")))


def check(layout: Layout, words: list[str]) -> int:
    """Run every check, then every test; fail if any failed."""
    with _workplace(layout) as environ:
        failed = run_checks(layout, checks(layout), environ)
        tests = _pytest(layout, environ, words or shlex.split(os.environ.get("ARGS", "")))
    if tests:
        failed.append("tests")
    say(f"Failed: {', '.join(failed)}." if failed else "Everything passed.")
    return tests or (1 if failed else 0)


@dataclass(frozen=True)
class Check:
    """Hold one check: what it is called, its command, and what it needs in the environment."""

    name: str
    command: list[str]
    environ: Mapping[str, str] = field(default_factory=dict)


def checks(layout: Layout) -> list[Check]:
    """List the checks, the slowest first."""
    python = str(layout.python)
    bin_ = layout.venv / "bin"
    production = {
        "CASEMGR_ENV": "production",
        "SECRET_KEY": "k3y-0f-n0-v4lue-" * 4 + "abcdefghijklmnopqrstuvwxyz",
        "FIELD_KEYS": "1:" + "A" * 43 + "=",
        "AUDIT_KEY": "1:" + "A" * 43 + "=",
        "ALLOWED_HOSTS": "casemgr.example",
    }
    alone = ["--strict", "--config-file=", "--cache-dir=.mypy_cache/devtools"]
    deploy = [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Check("mypy", [str(bin_ / "mypy"), "."]),
        Check("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
        Check("deployment", deploy, production),
        Check("floors", [str(bin_ / "lint-imports"), "--no-logo"]),
        Check("templates", [str(bin_ / "djlint"), "--lint", "--quiet", "--profile=django", "templates"]),
        Check("mypy-devtools", [str(bin_ / "mypy"), *alone, "-p", "devtools"]),
        Check("ruff", [str(bin_ / "ruff"), "check"]),
        Check("format", [str(bin_ / "ruff"), "format", "--check"]),
    ]


@dataclass
class Started:
    """Hold a check that is under way."""

    check: Check
    running: subprocess.Popen[bytes]
    output: IO[bytes]
    watch: Stopwatch


def run_checks(layout: Layout, wanted: list[Check], environ: Mapping[str, str]) -> list[str]:
    """Run checks side by side, report each when it ends, and return the names of those that failed."""
    waiting, under_way, failed = list(wanted), list[Started](), list[str]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < max(2, os.cpu_count() or 2):
                under_way.append(_begin(layout, waiting.pop(0), environ))
            for started in [one for one in under_way if one.running.poll() is not None]:
                under_way.remove(started)
                if not _report(started):
                    failed.append(started.check.name)
            signals.notice_make()
            time.sleep(0.05)
    finally:
        for started in under_way:
            started.running.kill()
            started.running.wait()
    return failed


def _begin(layout: Layout, check: Check, environ: Mapping[str, str]) -> Started:
    output = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the check is reported)
    try:
        running = subprocess.Popen(
            check.command,
            cwd=layout.root,
            env={**environ, **check.environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=process.die_with_parent(signal.SIGTERM),
        )
    except OSError as error:
        raise Problem(f"cannot run the check {check.name}: {error}") from error
    return Started(check, running, output, Stopwatch())


def _report(started: Started) -> bool:
    passed = started.running.returncode == 0
    say(f"  {'passed' if passed else 'FAILED'}  {started.check.name:<14} {started.watch}")
    if not passed:
        started.output.seek(0)
        for line in started.output.read().decode(errors="replace").splitlines():
            say(f"      {line}")
    started.output.close()
    return passed


@contextmanager
def _workplace(layout: Layout) -> Iterator[dict[str, str]]:
    """Provide browser, packages and throw-away services, and take the services down whatever happens."""
    layout.prepare()
    browser.must_be_possible()
    environment.ensure(layout, environment.Wanted.DEVELOPMENT)
    chromium = browser.ensure(layout.logs / "browser.log")
    directory, claim = services.free_slot(layout, "test")
    try:
        with _migrated_services(layout, directory) as environ:
            environ["CHROMIUM"] = str(chromium)
            yield environ
    finally:
        with signals.undisturbed():
            process.sweep()
            claim.release()


@contextmanager
def _migrated_services(layout: Layout, directory: Path) -> Iterator[dict[str, str]]:
    """Migrate one database, and keep it until the migrations change: every worker of every run copies it.

    The note that it is whole is away while it is in use, so a killed run leaves nothing that anybody trusts.
    """
    note = Prepared(layout, directory)
    migrated = note.done()
    note.forget()
    with services.Services(layout, directory, durable=False, keep=migrated) as servers:
        environ = services.as_owner(services.environment(layout, servers.urls, "test", directory))
        servers.keep = False
        if "DATABASE_URL" in servers.urls:
            if not migrated:
                prepare(layout, environ | {"DATABASE_URL": environ["DATABASE_URL"].replace(f"/{DATABASE}?", f"/{MIGRATED}?")})
            environ["TEST_TEMPLATE"] = MIGRATED
        yield environ
        servers.keep = "DATABASE_URL" in servers.urls
    if servers.keep:
        note.remember()


def _pytest(layout: Layout, environ: Mapping[str, str], words: list[str]) -> int:
    workers = min(max(2, os.cpu_count() or 2), MOST_WORKERS)
    spread = ["-n", str(workers), "--dist", "worksteal"]
    if {"--pdb", "--trace", "-s"} & set(words):
        spread = ["-n", "0"]
    command = [layout.python, "-m", "pytest", *spread, *words]
    return foreground.run(command, env=environ, cwd=layout.root, interactive="--pdb" in words)
