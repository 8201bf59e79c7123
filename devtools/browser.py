"""Find the browser for the tests, or bring it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from devtools import foreground
from devtools.problem import Problem, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "chromium-sandbox", "fonts-liberation")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW = "install it with `apt-get install -y chromium` (as root), or name one: CHROMIUM=/path/to/chromium."
MISSING = f"the tests need the browser Chromium, which is not on this machine; {HOW}"


def find(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the browser that the person named, or the first one on this machine."""
    named = environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise Problem(f"CHROMIUM names {named}, which is not a program.")
        return Path(named)
    search = f"{environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
    for name in NAMES:
        program = shutil.which(name, path=search)
        if program:
            return Path(program)
    return MAC if MAC.exists() else None


def must_be_possible() -> None:
    """Refuse at once when there is no browser and no way to bring one."""
    if find() is None and not _installable():
        raise Problem(MISSING)


def ensure(log: Path) -> Path:
    """Return a browser; on Debian and Ubuntu root gets one installed."""
    found = find() or (_install(log) if _installable() else None)
    if found is None:
        raise Problem(MISSING)
    return found


def _installable() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(log: Path) -> Path | None:
    say(f"The tests need a browser: installing {PACKAGES[0]} with apt-get (once) …")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ("-o", "DPkg::Lock::Timeout=300")
    with log.open("wb") as output:
        for command in (("update",), ("install", "-y", "--no-install-recommends", *PACKAGES)):
            if foreground.run(["apt-get", *patience, *command], env=environ, output=output) and command != ("update",):
                raise Problem(f"apt-get could not install {PACKAGES[0]}; see {log}; {HOW}")
    return find()
