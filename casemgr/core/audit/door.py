"""Remember through which door the current work came in: page, admin, API, command or schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """Name a door, and for a request where it came from."""

    name: str = "command"
    address: str = ""
    request_id: str = ""


BY_COMMAND = Door()
_current: ContextVar[Door] = ContextVar("door", default=BY_COMMAND)


def current_door() -> Door:
    """Return the door of the work in hand."""
    return _current.get()


@contextmanager
def through(door: Door) -> Iterator[None]:
    """Do the work inside as having come through this door."""
    token = _current.set(door)
    try:
        yield
    finally:
        _current.reset(token)
