"""Say into which parts a note is divided, which of them are required, and what was carried forward."""

from collections.abc import Collection, Mapping

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


def parts_of(note_format: str, written: Mapping[str, str]) -> dict[str, str]:
    """Return the parts that belong to a format and say something, in their order."""
    said = {part: written.get(part, "").strip() for part in FORMATS.get(note_format, FORMATS[FREE])}
    return {part: text for part, text in said.items() if text}


def rendered(parts: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Return the text of a note: each part under its heading; free text stands alone."""
    if set(parts) <= {"note"}:
        return parts.get("note", "")
    return "\n\n".join(f"{labels[part]}:\n{text}" for part, text in parts.items())


def still_carried(written: Mapping[str, str], earlier: Mapping[str, str], candidates: Collection[str]) -> set[str]:
    """Return the parts that were carried forward and stand there word for word as they were; space and line ends do not count."""
    return {part for part in candidates if _bare(written.get(part, "")) and _bare(written.get(part, "")) == _bare(earlier.get(part, ""))}


def is_all_carried(written: Mapping[str, str], carried: Collection[str]) -> bool:
    """Say whether every word of a note was carried forward unchanged."""
    said = {part for part, text in written.items() if text.strip()}
    return bool(said) and said <= set(carried)


def lacking(note_format: str, written: Mapping[str, str], required: Collection[str]) -> list[str]:
    """Return the required parts of a format that are empty, in their order."""
    return [part for part in FORMATS.get(note_format, ()) if part in required and not written.get(part, "").strip()]


def _bare(text: str) -> str:
    """Return a text without what only lays it out."""
    return " ".join(text.split())
