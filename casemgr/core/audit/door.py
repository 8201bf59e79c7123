"""Remember through which door the current work came in: page, admin, API, command or schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Door:
    """Name a door, and for a request where it came from."""

    name: str = "command"
    address: str = ""
    request_id: str = ""


BY_COMMAND = Door()
NOES = frozenset({"refused", "denied"})
_current: ContextVar[Door] = ContextVar("door", default=BY_COMMAND)
_noes: ContextVar[int] = ContextVar("noes", default=0)
_people: ContextVar["People | None"] = ContextVar("people", default=None)


@dataclass
class People:
    """Hold whom a page read, and whether the record says so already."""

    read: set[int] = field(default_factory=set)
    are_on_record: bool = False


def current_door() -> Door:
    """Return the door of the work in hand."""
    return _current.get()


@contextmanager
def through(door: Door) -> Iterator[None]:
    """Do the work inside as having come through this door."""
    tokens = _current.set(door), _noes.set(0)
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _noes.reset(tokens[1])


def count_answer(outcome: str) -> None:
    """Remember that a no of the work in hand is on the record already."""
    if outcome in NOES:
        _noes.set(_noes.get() + 1)


def no_is_on_record() -> bool:
    """Say whether the work in hand has put a refusal or a denial on the record."""
    return _noes.get() > 0


@contextmanager
def reading() -> Iterator[People]:
    """Remember whom the work inside reads."""
    people = People()
    token = _people.set(people)
    try:
        yield people
    finally:
        _people.reset(token)


def note_person(key: int) -> None:
    """Remember that the work in hand read this person's row."""
    if people := _people.get():
        people.read.add(key)


def note_on_record(*, names_somebody: bool) -> None:
    """Remember that the work in hand has put on the record whom it read."""
    if names_somebody and (people := _people.get()):
        people.are_on_record = True
