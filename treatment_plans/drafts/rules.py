"""Say what the key of a draft tells, how long one is kept, and when two windows hold different words."""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

KEEP = timedelta(days=30)
"""How long words that became no note are kept; program policy, and no shorter than a vacation."""

MOST_CHARACTERS = 400_000
"""The longest draft: a group of forty with ten thousand characters on each. Ours to set; what is longer is a paste by mistake."""

KEY = re.compile(r"(?P<what>[a-z_]{1,24}):(?P<who>[0-9A-Za-z._-]{1,80}(?::[0-9A-Za-z._-]{1,80})?)")
"""What is written, and of whom: `session:<person>`, `note:<number>:<person>`."""

PERSON = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How the key of a person is written in addresses and in names of fields."""

Fields = Mapping[str, Sequence[str]]


def what_of(key: str) -> str:
    """Return what is written, or nothing when this is no key."""
    match = KEY.fullmatch(key)
    return match["what"] if match else ""


def person_in(key: str) -> uuid.UUID | None:
    """Return the person whom a key names; the key of a group names nobody."""
    return next((uuid.UUID(part) for part in key.split(":")[1:] if PERSON.fullmatch(part)), None)


def person_of_field(name: str) -> uuid.UUID | None:
    """Return the person whose own part of a group a field belongs to: its name begins with their key."""
    match = PERSON.match(name)
    return uuid.UUID(match[0]) if match else None


def store_name(key: str, *, owner: int) -> str:
    """Return the name under which a browser keeps a draft: it tells neither whose it is nor of whom."""
    return sha256(f"casemgr draft {owner} {key}".encode()).hexdigest()


def purpose_of(key: str, *, owner: int) -> str:
    """Return what the words are sealed for: they can be read again as this draft of this owner only."""
    return f"draft {owner} {key}"


@dataclass(frozen=True)
class Words:
    """Hold what stands in the fields of a form, what the fields are called, and where the form is."""

    fields: Fields = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""

    def packed(self) -> str:
        """Return them as one text."""
        return json.dumps({"fields": self.fields, "labels": self.labels, "address": self.address}, sort_keys=True, ensure_ascii=False)

    @classmethod
    def unpacked(cls, text: str) -> "Words":
        """Return what was packed."""
        known: dict[str, Any] = json.loads(text)
        return cls(known["fields"], known["labels"], known["address"])

    def says_the_same(self, other: "Words") -> bool:
        """Say whether the fields of both hold the same."""
        return {name: list(held) for name, held in self.fields.items()} == {name: list(held) for name, held in other.fields.items()}
