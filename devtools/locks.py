"""Agree with other commands in this working copy who uses what."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devtools import signals


class Claim:
    """Hold a file lock: one alone, or several together.

    The kernel drops it with the process, so a killed run never blocks the next one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def alone(self, **note: Any) -> bool:
        """Take the lock if nobody else holds it, and leave a note about the holder."""
        if not self._try(fcntl.LOCK_EX):
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps({"pid": os.getpid(), **note}).encode(), 0)
        return True

    def together(self) -> bool:
        """Share the lock unless somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def wait(self) -> None:
        """Wait until nobody else holds it."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def forget(self) -> None:
        """Take the note away: the holder ended in order."""
        os.ftruncate(self._file, 0)

    def note(self) -> dict[str, Any]:
        """Read what the holder wrote, or the one before if it was killed."""
        try:
            found = json.loads(os.pread(self._file, 4096, 0) or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let others have it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let commands take turns."""
    claim = Claim(path)
    try:
        claim.wait()
        yield
    finally:
        with signals.undisturbed():
            claim.release()
