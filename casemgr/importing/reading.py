"""Find bundles in files, folders and archives, and hand them out one at a time."""

import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

MOST_BYTES = 32 * 1024 * 1024
"""Largest bundle, or line, that is read: read as JSON it takes about seven times as much memory, and 500 MB is what an import may use."""

LINES_AT_ONCE = 500
"""Lines of resources (ndjson) that are taken over together, all or nothing."""

BYTES_AT_ONCE = 4 * 1024 * 1024
ARCHIVES = (".tar.xz", ".txz", ".tar.gz", ".tgz", ".tar.bz2", ".tar")
LINES = (".ndjson", ".jsonl")
BUNDLES = (".json",)
BROKEN = (OSError, EOFError, lzma.LZMAError, tarfile.TarError, zlib.error)

_PATIENT = re.compile(rb'"resourceType"\s*:\s*"Patient"')
_DIRECTORY = re.compile(rb'"resourceType"\s*:\s*"(Organization|Practitioner)"')
_BUNDLE = re.compile(rb'"resourceType"\s*:\s*"Bundle"')


@dataclass(frozen=True)
class Document:
    """Hold one bundle as it was found: JSON, or lines of JSON, or the reason why it cannot be read."""

    name: str
    raw: bytes = b""
    lines: tuple[tuple[int, bytes], ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class _Found:
    """Hold one file, in a folder or in an archive, that has not been read yet."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    trouble: str = ""


class _Honest(tarfile.TarInfo):
    """Read the head of an archive's member, and say so when there is none where there should be.

    The library takes a damaged or missing head for the end of the archive: what stands behind it would be lost without a word.
    """

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        """Return the next member; only the mark of the end is the end."""
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"it breaks off or is overwritten ({error})") from None


def turns_of(paths: Sequence[Path]) -> bytearray:
    """Say of each file in which turn it is read: nothing is kept but one byte for each."""
    return bytearray(_turn_of(found) for found in _files(paths))


def documents(paths: Sequence[Path], turns: bytearray) -> Iterator[Document]:
    """Return all bundles: those of organizations and professionals first, then those with patients, then what refers to them.

    Archives are read as a stream, member by member, once for each of these turns.
    """
    for turn in sorted(set(turns)):
        for place, found in enumerate(_files(paths)):
            if place < len(turns) and turns[place] == turn:
                yield from _documents_of(found)


def _turn_of(found: _Found) -> int:
    """Say by a look at the beginning in which turn a file is read."""
    if found.trouble or (found.size > MOST_BYTES and not found.name.endswith(LINES)):
        return 0
    try:
        with found.open() as file:
            raw = file.read(MOST_BYTES if found.name.endswith(BUNDLES) else BYTES_AT_ONCE)
    except BROKEN:
        return 0
    if _PATIENT.search(raw):
        return 1
    return 0 if _DIRECTORY.search(raw) else 2


def _files(paths: Sequence[Path]) -> Iterator[_Found]:
    """Return every file that may hold bundles, in a lasting order."""
    for path in paths:
        if path.is_dir():
            inside = (child for child in sorted(path.rglob("*")) if child.is_file() and _is_wanted(child.name))
            for child in inside:
                yield from _in_file(child, str(child))
        else:
            yield from _in_file(path, str(path))


def _is_wanted(name: str) -> bool:
    base = name.rsplit("/", 1)[-1].lower()
    return not base.startswith(".") and base.endswith((*ARCHIVES, *LINES, *BUNDLES))


def _in_file(path: Path, name: str) -> Iterator[_Found]:
    if name.lower().endswith(ARCHIVES):
        yield from _in_archive(path, name)
        return
    try:
        yield _Found(name, path.stat().st_size, lambda: path.open("rb"))
    except OSError as error:
        yield _Found(name, 0, lambda: path.open("rb"), trouble=f"It cannot be read: {error.strerror}.")


def _in_archive(path: Path, name: str) -> Iterator[_Found]:
    """Return the files of an archive while it streams by; what was read is forgotten."""
    try:
        with tarfile.open(path, "r|*", tarinfo=_Honest) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]
                if member.isfile() and _is_wanted(member.name):
                    yield _Found(f"{name}!{member.name}", member.size, lambda member=member: _opened(archive, member))  # type: ignore[misc]
    except BROKEN as error:
        yield _Found(name, 0, lambda: path.open("rb"), trouble=f"The archive is damaged: {error}. What stands before that place was read.")


def _opened(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    if file is None:
        raise OSError(f"{member.name} is no file")
    return file


def _documents_of(found: _Found) -> Iterator[Document]:
    """Read one file: a bundle, or lines of bundles and resources."""
    if found.trouble:
        yield Document(found.name, trouble=found.trouble)
    elif found.name.lower().endswith(LINES):
        yield from _in_lines(found)
    elif found.size > MOST_BYTES:
        yield Document(found.name, trouble=_too_large(found.size))
    else:
        try:
            with found.open() as file:
                raw = file.read()
        except BROKEN as error:
            yield Document(found.name, trouble=f"It cannot be read: {error}.")
        else:
            yield Document(found.name, raw=raw)


def _too_large(size: int) -> str:
    return f"It has {size:,} bytes; a bundle of more than {MOST_BYTES:,} is not read. Split it."


def _in_lines(found: _Found) -> Iterator[Document]:
    """Return each line that is a bundle alone, and other lines many at a time."""
    group: list[tuple[int, bytes]] = []
    try:
        with found.open() as file:
            for number, line in _lines(file):
                if len(line) > MOST_BYTES:
                    yield Document(f"{found.name}:{number}", trouble=_too_large(len(line)))
                elif _BUNDLE.search(line[:2000]):
                    yield from _grouped(found, group)
                    yield Document(f"{found.name}:{number}", raw=line)
                else:
                    group.append((number, line))
                    if len(group) >= LINES_AT_ONCE or sum(len(raw) for _number, raw in group) >= BYTES_AT_ONCE:
                        yield from _grouped(found, group)
    except BROKEN as error:
        yield Document(found.name, trouble=f"It cannot be read to its end: {error}.")
    yield from _grouped(found, group)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return the lines that are not empty; of one that is too long, only so much that it can be told."""
    number = 0
    while line := file.readline(MOST_BYTES + 1):
        number += 1
        rest = line
        while len(rest) > MOST_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MOST_BYTES + 1)
        if line.strip():
            yield number, line


def _grouped(found: _Found, group: list[tuple[int, bytes]]) -> Iterator[Document]:
    if group:
        yield Document(f"{found.name}:{group[0][0]}-{group[-1][0]}", lines=tuple(group))
        group.clear()
