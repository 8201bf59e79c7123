"""Keep the heads of the chain outside the database: a file to which lines are only added, each signed and tied to the one before."""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection

from casemgr.core.audit.walking import Link, links
from casemgr.core.audit.writing import is_signed, moment_text, signature

EVENTS_A_LINE = 5000
"""Events that one line vouches for at most; a bulk import writes several."""
MARK = 4
"""Letters by which a line knows what an event said: three bytes of a digest, enough to tell which of them was changed."""
_TAIL = 65_536


class Contradicted(Exception):
    """Say that the database no longer holds what was anchored."""


@dataclass(frozen=True)
class Anchor:
    """Hold one line of the file: the chain's head at a moment, and which events led there since the line before."""

    number: int
    at: datetime
    place: str
    first: int
    position: int
    digest: str
    events: str
    marks: str
    previous: str
    anew: str
    line: str

    @property
    def hash(self) -> str:
        """Return what the next line, and the record itself, know this line by."""
        return hashlib.sha256(self.line.encode()).hexdigest()

    def expected(self) -> Iterator[tuple[int, str]]:
        """Yield the events that stood there, in their order, each with its mark."""
        for place, event_id in enumerate(numbers(self.events)):
            yield event_id, self.marks[place * MARK : (place + 1) * MARK]

    def head(self) -> str:
        """Return the line without its events: short enough for a log on another machine."""
        return (
            f"casemgr audit anchor {self.number}: at={moment_text(self.at)} position={self.position} digest={self.digest} line={self.hash}"
        )


def mark_of(body: str) -> str:
    """Return the few letters by which an anchor knows what an event said."""
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:3]).decode()


def runs(keys: Sequence[int]) -> str:
    """Return numbers in their order, what follows upon another as a run: `1-5,7,6`."""
    found: list[list[int]] = []
    for key in keys:
        if found and key == found[-1][1] + 1:
            found[-1][1] = key
        else:
            found.append([key, key])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in found)


def numbers(text: str) -> Iterator[int]:
    """Yield the numbers of runs."""
    for run in filter(None, text.split(",")):
        first, _dash, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)


def read_line(line: str) -> Anchor | None:
    """Return the anchor that a line holds; nothing when it is none of ours or was changed."""
    try:
        said = json.loads(line)
        signed = said.pop("signed")
        if not is_signed(_plain(said), signed):
            return None
        return Anchor(**{**said, "at": datetime.fromisoformat(said["at"])}, line=line)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def lines() -> Iterator[str]:
    """Yield the lines of the file; none when there is no file."""
    path: Path = settings.AUDIT_ANCHOR
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (line.rstrip("\n") for line in file)


def last_anchor() -> Anchor | None:
    """Return the last line that holds, read from the end of the file."""
    path: Path = settings.AUDIT_ANCHOR
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _last(file)


def write_anchor(*, at: datetime) -> Anchor | None:
    """Write down where the chain stands, if it grew since the last time; refuse when the database lost what was anchored."""
    with _open() as file:
        last = _last(file)
        head, kept = _heads(last.position if last else 0)
        if last and last.position and (head < last.position or kept != last.digest):
            raise Contradicted(f"The anchor of {moment_text(last.at)} knew position {last.position}; the database does not hold it so.")
        if head == (last.position if last else 0):
            return last
        rest = links(after=last.position if last else 0)
        while segment := list(islice(rest, EVENTS_A_LINE)):
            last = _append(file, last, segment=segment, at=at)
        return last


def begin_anew(*, at: datetime, reason: str) -> Anchor:
    """Say that what follows belongs to another state of the database, restored or new, and why; what was anchored stays in the file."""
    with _open() as file:
        return _append(file, _last(file), segment=[], at=at, anew=reason)


def place() -> str:
    """Return where the record lives; a database restored from a dump lives elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, d.oid, 'casemgr_auditevent'::regclass::oid FROM pg_control_system(), pg_database d"
            " WHERE d.datname = current_database()"
        )
        return "/".join(map(str, cursor.fetchone()))


def _heads(position: int) -> tuple[int, str | None]:
    """Return the chain's last position, and the digest at an earlier one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(max(position), 0), (SELECT digest FROM casemgr_auditseal WHERE position = %s) FROM casemgr_auditseal",
            [position],
        )
        head, digest = cursor.fetchone()
        return head, digest


def _open() -> BinaryIO:
    """Open the file for adding, alone, and make it if there is none."""
    path: Path = settings.AUDIT_ANCHOR
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _append(file: BinaryIO, last: Anchor | None, *, segment: Sequence[Link], at: datetime, anew: str = "") -> Anchor:
    """Add one line and see that it is on the disk."""
    said: dict[str, Any] = {
        "number": last.number + 1 if last else 1,
        "at": at.isoformat(),
        "place": place(),
        "first": segment[0].position if segment else 0,
        "position": segment[-1].position if segment else 0,
        "digest": segment[-1].digest if segment else "",
        "events": runs([link.event_id for link in segment]),
        "marks": "".join(mark_of(link.body) for link in segment),
        "previous": last.hash if last else "",
        "anew": anew,
    }
    line = _plain({**said, "signed": signature(_plain(said))})
    file.seek(0, os.SEEK_END)
    torn = file.tell() > 0 and not _ends_well(file)
    file.write(f"{chr(10) if torn else ''}{line}\n".encode())
    file.flush()
    os.fsync(file.fileno())
    return Anchor(**{**said, "at": at}, line=line)


def _ends_well(file: BinaryIO) -> bool:
    """Say whether the last line is whole; a machine that lost its power may have left half of one."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _last(file: BinaryIO) -> Anchor | None:
    """Return the last line that holds, looking back as far as it must."""
    end, size = file.seek(0, os.SEEK_END), _TAIL
    while True:
        start = max(0, end - size)
        file.seek(start)
        known = file.read(end - start).decode(errors="replace").split("\n")
        for line in reversed(known if start == 0 else known[1:]):
            if anchor := read_line(line):
                return anchor
        if start == 0:
            return None
        size *= 4


def _plain(said: dict[str, Any]) -> str:
    """Return facts as one line, always in the same way."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"))
