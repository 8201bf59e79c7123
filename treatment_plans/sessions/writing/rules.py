"""Say into which parts a note is divided, which of them are required, and what was carried forward."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

FREE = "free"

SCALE_ENDS = 10
"""Mood and craving are asked from 0 to this, in whole numbers."""

FORMATS: dict[str, tuple[str, ...]] = {
    FREE: ("note",),
    "dap": ("data", "assessment", "plan"),
    "soap": ("subjective", "objective", "assessment", "plan"),
    "birp": ("behavior", "intervention", "response", "plan"),
}
"""The parts of each format, in their order; every format has been in common use for decades and belongs to nobody."""

PARTS: tuple[str, ...] = tuple(dict.fromkeys(part for parts in FORMATS.values() for part in parts))
"""Every part of every format, once."""

LEAST_LETTERS = 40
"""Letters from which a part that stands there word for word as the last time counts as carried forward, although nobody said so."""

GROUP = "group"


@dataclass(frozen=True)
class Policy:
    """Say how the notes of one kind of session are written in a program."""

    note_format: str = FREE
    is_fixed: bool = False
    required_parts: Collection[str] = ()
    required_asks: Collection[str] = ()

    def required_of(self, note_format: str) -> list[str]:
        """Return the parts that must be filled in; where another format is chosen and something is required, all of its parts are."""
        parts = FORMATS.get(note_format, ())
        if not self.required_parts:
            return []
        return [part for part in parts if note_format != self.note_format or part in self.required_parts]


def policy_for(kind: str, rules: Mapping[str, Policy]) -> Policy:
    """Return the rule for a kind of session: its own, else the one for every kind but groups, whose shared part stands for much."""
    return rules.get(kind) or (Policy() if kind == GROUP else rules.get("", Policy()))


def poured(note_format: str, written: Mapping[str, str]) -> dict[str, str]:
    """Return what was written in the parts of another format; what has no place there goes before the first."""
    parts = FORMATS[note_format]
    homeless = [text.strip() for part, text in written.items() if part not in parts and text.strip()]
    kept = {part: written.get(part, "") for part in parts}
    kept[parts[0]] = "\n\n".join([*homeless, *([kept[parts[0]]] if kept[parts[0]].strip() else [])])
    return kept


def asks_left_open(part: Mapping[str, Any], required: Collection[str]) -> list[str]:
    """Return what a program asks for besides the text and nobody answered, in the order asked."""
    answered = {
        "mood": part["mood_in"] is not None and part["mood_out"] is not None,
        "craving": part["craving_in"] is not None and part["craving_out"] is not None,
        "last_homework": bool(part["last_homework"]),
        "choice": bool(part["offered"].strip() or part["chosen"].strip()),
    }
    return [ask for ask, is_answered in answered.items() if ask in required and not is_answered]


def format_typed(names: Collection[str], wanted: str) -> str:
    """Return the format in whose parts somebody wrote: the one wanted, unless only the parts of another one are there."""
    there = [note_format for note_format, parts in FORMATS.items() if set(parts) <= set(names)]
    return wanted if wanted in there or not there else there[0]


def elsewhere(note_format: str, written: Mapping[str, str]) -> list[str]:
    """Return the parts of other formats that say something, and have no place in this one."""
    return [part for part in PARTS if part not in FORMATS[note_format] and written.get(part, "").strip()]


def parts_of(note_format: str, written: Mapping[str, str]) -> dict[str, str]:
    """Return the parts that belong to a format and say something, in their order."""
    said = {part: written.get(part, "").strip() for part in FORMATS.get(note_format, FORMATS[FREE])}
    return {part: text for part, text in said.items() if text}


def rendered(parts: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Return the text of a note: each part under its heading; free text stands alone."""
    if set(parts) <= {"note"}:
        return parts.get("note", "")
    return "\n\n".join(f"{labels[part]}:\n{text}" for part, text in parts.items())


def still_carried(written: Mapping[str, str], earlier: Mapping[str, str], said: Collection[str] = ()) -> set[str]:
    """Return the parts that stand there word for word as in an earlier note.

    Where it was said that a part is carried forward any length counts; otherwise only a text that nobody writes twice by chance.
    Spaces and line ends do not count.
    """
    bare = {part: _bare(text) for part, text in written.items()}
    same = {part for part, text in bare.items() if text and text == _bare(earlier.get(part, ""))}
    return {part for part in same if part in said or len(bare[part]) >= LEAST_LETTERS}


def is_all_carried(written: Mapping[str, str], carried: Collection[str]) -> bool:
    """Say whether every word of a note was carried forward unchanged."""
    said = {part for part, text in written.items() if text.strip()}
    return bool(said) and said <= set(carried)


def lacking(policy: Policy, note_format: str, written: Mapping[str, str]) -> list[str]:
    """Return the required parts of a format that are empty, in their order."""
    return [part for part in policy.required_of(note_format) if not written.get(part, "").strip()]


def _bare(text: str) -> str:
    """Return a text without what only lays it out."""
    return " ".join(text.split())
