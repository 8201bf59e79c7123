"""Turn the ways of being told to stop into one exception."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from devtools import process

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NOT_PASSED_ON = (signal.SIGINT, signal.SIGHUP)
_make: dict[signal.Signals, int] = {}


class Stopped(KeyboardInterrupt):
    """Carry the signal that asked for the end."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """Report the signal as a shell does."""
        return 128 + self.number


def listen() -> None:
    """Raise `Stopped` for Ctrl-C, TERM and HUP (not HUP under nohup)."""
    for number in STOPS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, _stop)
    parent = os.getppid()
    if process.name_of(parent) in {"make", "gmake"}:
        _make.update({number: parent for number in _NOT_PASSED_ON if process.catches(parent, number)})
    process.die_with_make()


def notice_make() -> None:
    """Stop when `make` alone was interrupted.

    It waits for its recipe then without passing the signal on; all it shows is that it no longer catches it.
    """
    for number, parent in _make.items():
        if not process.catches(parent, number):
            _make.clear()
            raise Stopped(number)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Finish stopping even if the person presses Ctrl-C again."""
    before = {number: signal.getsignal(number) for number in STOPS}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, _ignore)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number))


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN this is not inherited by programs started meanwhile."""
