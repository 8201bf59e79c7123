"""Read the lists of pinned packages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?==")


def stanzas(text: str) -> dict[str, str]:
    """Split a lock into one text per package: its pin and its hashes."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines(keepends=True):
        pin = _PIN.match(line)
        if pin:
            current = found.setdefault(pin[1].lower(), [])
        elif line.strip() and not line.startswith((" ", "#")):
            current = []
        if not line.lstrip().startswith("#"):
            current.append(line)
    return {name: "".join(lines) for name, lines in found.items()}


def pick(text: str, names: Iterable[str]) -> str:
    """Return the pins of a few packages, with their hashes."""
    known = stanzas(text)
    return "".join(known[name] for name in names if name in known)


def fingerprint(*texts: str) -> str:
    """Tell in a short string whether any of the texts changed."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def read(path: Path) -> str:
    """Return a lock as text."""
    return path.read_text(encoding="utf-8")
