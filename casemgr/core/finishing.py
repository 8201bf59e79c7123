"""Let a form on any floor say which draft it finishes; who keeps drafts is found through `ROOT_DRAFTS`, as Django finds its URLs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

VERSION = "draft_version"
"""What a form with a draft sends along when a script keeps it; without script there is no such thing."""


@dataclass(frozen=True)
class Finished:
    """Name the draft that becomes a note: its form, and the number of the last change that its window has seen, if it told one."""

    key: str
    version: int | None = None


def key_of(verb: Callable[..., Any], person: UUID, *which: object) -> str:
    """Return the key under which the form of a verb keeps what is typed about a person: about a row, below one, or in one part."""
    what: str = getattr(verb, "__name__", "")
    return ":".join(filter(None, (what, "-".join(str(part) for part in which if part), str(person))))


def finished(key: str, posted: Mapping[str, Any]) -> Finished:
    """Return which draft a form that was sent finishes."""
    version = str(posted.get(VERSION, ""))
    return Finished(key, int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None)


def told_of(key: str, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a verb is told of the draft that it finishes: nothing where its form keeps none."""
    return {"draft": finished(key, posted)} if key else {}


def finish(draft: Finished | None, *, by: Any, at: datetime) -> None:
    """Wipe what becomes a fact, within the transaction that writes the fact: of two windows only one saves it."""
    if draft is not None:
        import_string(settings.ROOT_DRAFTS)(draft=draft, by=by, at=at)
