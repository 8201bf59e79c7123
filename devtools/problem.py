"""Tell the person at the terminal what happens and what stops it."""

from __future__ import annotations

import sys
import time


class Problem(Exception):
    """Say in one sentence what stops the work and what to do about it."""


def say(text: str = "") -> None:
    """Print one line at once, whatever the output is connected to."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print one line where errors go."""
    print(f"casemgr: {text}", file=sys.stderr, flush=True)


class Stopwatch:
    """Tell how long something took."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Count the seconds since the start."""
        return time.monotonic() - self._began

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.seconds:.1f} s"
