"""Give every test of the launcher a state directory of its own and programs that run outside of pytest."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtools import process
from devtools.layout import ROOT, Layout


@pytest.fixture
def layout(tmp_path) -> Layout:
    """Return a working copy with its own state but the installed packages of this one."""
    layout = Layout(ROOT, tmp_path / "state")
    layout.prepare()
    return layout


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Layout:
    """Return an empty working copy without any environment."""
    root = tmp_path / "clone"
    root.mkdir()
    for name in ("requirements.txt", "requirements-dev.txt"):
        (root / name).write_text((ROOT / name).read_text())
    layout = Layout(root, root / ".state")
    layout.prepare()
    return layout


@pytest.fixture
def program(tmp_path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that runs a piece of Python in a process of its own, as a person's terminal would."""
    started: list[subprocess.Popen[str]] = []

    def begin(code: str, *words: object) -> subprocess.Popen[str]:
        script = tmp_path / f"program{len(started)}.py"
        script.write_text(textwrap.dedent(code))
        running = subprocess.Popen(
            [sys.executable, str(script), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        started.append(running)
        return running

    yield begin
    for running in started:
        if running.poll() is None:
            running.kill()
        running.wait()
        running.stdout.close()


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until something becomes true."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def all_gone(pids: list[int]) -> bool:
    """Tell whether none of the processes runs."""
    return not any(process.alive(pid) for pid in pids)


def pids_in(folder: Path) -> list[int]:
    """Read the process ids that programs under test wrote down."""
    return [int(note.read_text() or 0) for note in sorted(folder.glob("*.pid"))]
