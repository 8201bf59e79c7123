"""Run PostgreSQL, which refuses to run as root, when root started us."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from devtools.problem import Problem

NOBODY = 65534


def prefix(data: Path, program: Path) -> list[str]:
    """Return the words to put before a command that must not run as root.

    In a user namespace the process is nobody inside and root outside, so the files stay root's and no folder
    has to be opened to others. Where namespaces are forbidden the process becomes nobody, but may still read
    below root's home.
    """
    if os.geteuid() != 0:
        return []
    owner = data.stat().st_uid if data.exists() else 0
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    if owner == 0 and _works(namespace, data.parent, program):
        return namespace
    user = owner or NOBODY
    dropped = [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
    ]
    if not _works(dropped, data.parent, program):
        raise Problem(
            "PostgreSQL does not run as root and this machine lets root be nobody else; run this as an ordinary user, "
            "or name a server: DATABASE_URL=postgresql://…"
        )
    if data.exists() and owner == 0:
        _give(data, user)
    return dropped


def _works(words: list[str], directory: Path, program: Path) -> bool:
    if shutil.which(words[0]) is None:
        return False
    question = 'test -w "$1" && "$2" --version'
    command = [*words, "sh", "-c", question, "sh", str(directory), str(program)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _give(data: Path, user: int) -> None:
    for folder, _, files in os.walk(data):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            os.chown(path, user, user, follow_symlinks=False)
