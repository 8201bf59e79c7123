"""Decide what a note may say, and when it can be signed."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

PRESENT = frozenset({"present", "late"})
"""States of attendance in which somebody was there and a note is due."""

ALONE = frozenset({"individual"})
"""Kinds of session that one person has to themselves."""

MOST_MINUTES = 720
"""Minutes that nobody spends in one session; more is a slip of the keyboard."""

WORDS_ALSO = frozenset({
    "al", "amy", "ana", "angel", "april", "art", "august", "autumn", "ben", "bill", "bob", "bonita", "chance", "charity",
    "chase", "christian", "clara", "cruz", "dan", "dawn", "dolores", "drew", "ed", "eve", "faith", "felicity", "frank", "gay",
    "gene", "grace", "guy", "harmony", "heather", "hope", "iris", "ivy", "jack", "jean", "jo", "joy", "june", "king", "lance",
    "lane", "lee", "leo", "lily", "linda", "long", "luz", "mark", "mar", "may", "mercy", "mike", "milagros", "miles", "mind",
    "moral", "more", "nick", "noble", "pace", "paz", "pearl", "penny", "peter", "ray", "read", "rich", "rob", "robin", "rocky",
    "rod", "rose", "ruby", "sandy", "skip", "star", "sterling", "sue", "summer", "sunny", "ted", "trinity", "val", "victor",
    "victoria", "violet", "wade", "wells", "will", "win", "wise", "wood", "young",
})  # fmt: skip
"""Names that are words as well: these count as a name only when they are written with a capital letter."""

SHORT = 3
"""Names of up to so many letters count only with a capital letter, too."""

AROUND = 24
"""Letters shown on each side of a name that was found."""


@dataclass(frozen=True)
class NameFound:
    """Tell which name stands where in a text."""

    name: str
    line: int
    excerpt: str


def names_in(text: str, names: Iterable[str]) -> list[NameFound]:
    """Find names of people in a text, whatever their accents and (unless the name is a word as well) their capitals."""
    plain = _plain(text)
    found = [
        NameFound(name, plain.count("\n", 0, match.start()) + 1, _excerpt(text, match.start(), match.end()))
        for name in _wanted(names)
        for match in _whole_word(name).finditer(plain)
    ]
    return sorted({(f.line, f.excerpt): f for f in found}.values(), key=lambda f: (f.line, f.name))


def names_of_others(of_patient: Mapping[int, Collection[str]], patient: int) -> set[str]:
    """Return the names in a group that are not also this person's own."""
    own = {_plain(name).casefold() for name in of_patient[patient]}
    return {name for other, names in of_patient.items() if other != patient for name in names if _plain(name).casefold() not in own}


def _wanted(names: Iterable[str]) -> Iterator[str]:
    """Return each name once; one that is put together is looked for as a whole."""
    yield from sorted({name.strip() for name in names if len(name.strip()) > 1})


def _whole_word(name: str) -> re.Pattern[str]:
    """Return what finds this name as a word of its own."""
    plain = _plain(name)
    only_capital = len(plain) <= SHORT or plain.casefold() in WORDS_ALSO
    if only_capital:
        shape = f"(?:{re.escape(plain[:1].upper() + plain[1:])}|{re.escape(plain.upper())})"
        return re.compile(rf"\b{shape}\b")
    return re.compile(rf"\b{re.escape(plain)}\b", re.IGNORECASE)


def _plain(text: str) -> str:
    """Return a text without accents, letter for letter, so that places stay where they are."""
    return "".join((unicodedata.normalize("NFKD", letter)[:1] or letter) for letter in text)


def _excerpt(text: str, start: int, end: int) -> str:
    """Return the words around a place."""
    before, after = max(0, start - AROUND), min(len(text), end + AROUND)
    shown = " ".join(text[before:after].split())
    return f"{'…' if before else ''}{shown}{'…' if after < len(text) else ''}"


@dataclass(frozen=True)
class NoteShape:
    """Say of one person's note what the signature asks about."""

    state: str
    has_note: bool
    has_goal: bool
    has_reason: bool
    has_goals_to_choose: bool


def missing_from_note(note: NoteShape, *, is_shared: bool) -> list[str]:
    """Return what a note lacks before it can be signed: `note`, `goal`.

    Each service is tied to the plan (42 CFR 8.12(f)(4)); where none of the goals was worked on, the note says why.
    """
    if note.state not in PRESENT:
        return []
    lacks = [] if note.has_note or is_shared else ["note"]
    if note.has_goals_to_choose and not (note.has_goal or note.has_reason):
        lacks.append("goal")
    return lacks
