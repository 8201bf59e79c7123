"""Run one command to its end on the person's terminal."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from devtools import process, signals

PATIENCE = 3.0
GRACE = 15.0


def run(
    command: Sequence[object],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
    interactive: bool = False,
    errors_shown: bool = False,
) -> int:
    """Return the exit code; an interactive command keeps Ctrl-C for itself.

    With `errors_shown` only its plain output goes to `output`; what it has to tell the person comes through.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        env=None if env is None else dict(env),
        cwd=cwd,
        stdout=output,
        stderr=None if output is None or errors_shown else subprocess.STDOUT,
        preexec_fn=process.die_with_parent(signal.SIGTERM),
    )
    while True:
        try:
            return _wait(child)
        except signals.Stopped as stop:
            if interactive and stop.number == signal.SIGINT and os.isatty(0):
                continue
            with signals.undisturbed():
                _end(child, stop.number)
            raise


def _wait(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            code = child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            signals.notice_make()
        else:
            return 128 - code if code < 0 else code


def _end(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Let the child finish by itself if it got the signal too, then pass it on, then insist."""
    patience = PATIENCE if number == signal.SIGINT else 0.0
    for seconds, next_signal in ((patience, number), (GRACE, signal.SIGTERM), (2.0, signal.SIGKILL)):
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(next_signal)
        else:
            return
    child.wait()
