"""Find the names of people in a text: accents, capitals, endings and hyphens whatever they are; say what is sure and what is not."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from treatment_plans.sessions.naming.rules.nicknames import nicknames_of
from treatment_plans.sessions.naming.rules.words import (
    BEFORE_PLACES,
    BEFORE_TIMES,
    BEFORE_WORDS,
    DEEDS,
    LATER,
    NEVER_SMALL,
    PLACES,
    PRONOUNS,
    SAYINGS,
    TELLS,
    UNSURE,
    WORDS_ALSO,
)

SHORT = 3
"""Names of up to so many letters are sure only with a capital letter, too."""

AROUND = 24
"""Letters shown on each side of a name that was found."""

HYPHENATED = 6
"""Names of so many letters are found with a hyphen within."""

_PARTICLES = "de del la las los el y e da das do dos di della van von der den ten ter bin ibn san st mac mc jr sr ii iii iv abu"
PARTICLES = frozenset(_PARTICLES.split())
"""Parts of a name that name nobody when they stand alone."""

STROKES = str.maketrans("øØłŁđĐħĦıßæÆœŒ\u02bc\u02bb", "oOlLdDhHisaAoO''")
"""Letters that do not come apart into a letter and an accent, and apostrophes that count as letters."""

KEPT = re.compile("[\u3040-\u30ff\uac00-\ud7a3]")
"""Kana and Hangul: what comes apart there is no accent."""

RUNNING = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Scripts that leave no space between words: Chinese and Japanese, Thai, Lao, Burmese, Khmer."""

RUNS_IN, RUNS_ON = re.compile(f"[{RUNNING}]"), re.compile(f"[{RUNNING}\uac00-\ud7a3]")
"""What may stand before a name without a space, and after it; Korean puts its particles there."""

LETTER = r"[^\W\d_]"
BETWEEN = r"[\s\-\u00ad‐‑–.'’´`]*"
"""What may stand between the parts of one name, and may be left out."""

STARTS = re.compile(r"(?:^|[.!?:;•\n\r\"“”«¿¡(*–—-])[ \t\"“”'‘«¿¡(*]*$")
"""What stands before the first word of a sentence."""

SAID = re.compile("|".join(SAYINGS), re.IGNORECASE)
DOES = re.compile(rf"['’]s?\b|\s+(?:{DEEDS})\b", re.IGNORECASE)
NOUN = re.compile(rf"\b(?:{BEFORE_WORDS})\s+$", re.IGNORECASE)
TIMES = re.compile(rf"\b(?:{BEFORE_TIMES})\s+$", re.IGNORECASE)
PLACED = re.compile(rf"\b(?:{BEFORE_PLACES})\s+$", re.IGNORECASE)


@dataclass(frozen=True)
class NameFound:
    """Tell which name stands where in a text, and whether it can be anything but a name."""

    name: str
    line: int
    excerpt: str
    start: int
    end: int
    is_sure: bool = True


def spellings(given: str, family: str, chosen: str) -> frozenset[str]:
    """Return everything that somebody may be called by: whole names, their parts, short forms and diminutives; initials are no names."""
    called = {part for name in (given, chosen) for part in _parts(name)}
    nicks = {nick for part in called for nick in nicknames_of(_plain(part))}
    usual = (given, family, chosen, f"{given} {family}", f"{chosen} {family}")
    eastern = [f"{family} {name}" for name in (given, chosen) if name and RUNS_ON.search(family)]
    whole = {" ".join(name.split()) for name in (*usual, *eastern) if name.strip()}
    return frozenset(name for name in called | nicks | set(_parts(family)) | whole if len(_letters(name)) > 1 and not _is_initials(name))


def names_of_others(of_patient: dict[int, frozenset[str]], patient: int) -> set[str]:
    """Return the names in a group that are not also this person's own."""
    own = {_plain(name).casefold() for name in of_patient[patient]}
    return {name for other, names in of_patient.items() if other != patient for name in names if _plain(name).casefold() not in own}


def names_in(text: str, names: Iterable[str], *, staff: Iterable[str] = (), is_heading: bool = False) -> list[NameFound]:
    """Find names of people in a text; what may be the name of those who lead is not sure, and their whole name is nobody else's.

    In a heading every word has a capital, so that there a name that is a word as well is never sure.
    """
    whole = unicodedata.normalize("NFC", text)
    plain = _plain(whole)
    leaders = list(staff)
    free = [match.span() for match in SAID.finditer(plain)]
    free += [match.span() for leader in leaders if len(leader.split()) > 1 for match in _pattern(_plain(leader)).finditer(plain)]
    own = {_plain(part).casefold() for leader in leaders for part in _parts(leader)}
    found = [
        NameFound(
            name,
            plain.count("\n", 0, start) + 1,
            _excerpt(whole, start, end),
            start,
            end,
            is_sure and not (is_heading and _plain(name).casefold() in WORDS_ALSO | NEVER_SMALL),
        )
        for name, start, end, is_sure in _hits(plain, names, own)
        if not any(first <= start < last for first, last in free)
    ]
    return _each_once(found)


def _hits(plain: str, names: Iterable[str], own: set[str]) -> Iterator[tuple[str, int, int, bool]]:
    """Return each place at which one of these names stands, and whether it is sure."""
    for name in sorted({name.strip() for name in names if len(_letters(name)) > 1}):
        key = _plain(name).casefold()
        parts = {_plain(part).casefold() for part in _parts(name)}
        is_own = bool(parts) and parts <= own
        for match in _pattern(_plain(name)).finditer(plain):
            yield name, match.start(), match.end(), not is_own and _is_sure(plain, key, match.start(), match.end())
        for start, end in _in_small_letters(plain, key):
            yield name, start, end, False


def _in_small_letters(plain: str, key: str) -> Iterator[tuple[int, int]]:
    """Return where a short name, or one that is a word as well, stands in small letters and does what people do: nothing sure."""
    if not _counts_capitals(key) or key in NEVER_SMALL:
        return
    for match in _small_pattern(key).finditer(plain):
        before = plain[max(0, match.start() - 40) : match.start()]
        if not NOUN.search(before):
            yield match.span()


def _is_sure(plain: str, key: str, start: int, end: int) -> bool:
    """Say whether a name that is also a word, a time or a place can only be a name here."""
    before = plain[max(0, start - 40) : start]
    if (key in LATER and TIMES.search(before)) or (key in PLACES and PLACED.search(before)):
        return False
    line = plain[plain.rfind("\n", 0, start) + 1 :].split("\n", 1)[0]
    may_be_capital = bool(STARTS.search(before)) or (line.isupper() and len(line) > end - start)
    if (key in PRONOUNS and may_be_capital) or not _stands_alone(plain, key, start, end):
        return False
    is_doing = DOES.match(plain, end) or "'" in plain[start:end] or "’" in plain[start:end]
    return bool(key not in UNSURE or is_doing or not may_be_capital)


def _stands_alone(plain: str, key: str, start: int, end: int) -> bool:
    """Say whether no letter touches a name; where a script leaves no spaces, a whole name of three letters is as good."""
    around = plain[start - 1 : start] + plain[end : end + 1]
    return not re.search(LETTER, around) or (" " in key and len(_letters(key)) >= SHORT)


def _counts_capitals(plain: str) -> bool:
    """Say whether a name is so short, or such a word, that only a capital makes it sure."""
    return len(_letters(plain)) <= SHORT or plain.casefold() in WORDS_ALSO


def _within(shape: str, plain: str) -> str:
    """Return what finds a shape by itself, not within a word; in scripts without spaces everything is within."""
    before = "" if RUNS_IN.match(plain) else rf"(?<!{LETTER})"
    after = "" if RUNS_ON.match(plain[-1:]) else rf"(?!{LETTER})"
    return f"{before}{shape}{after}"


@lru_cache(maxsize=4096)
def _small_pattern(key: str) -> re.Pattern[str]:
    """Return what finds this name in small letters where a deed follows."""
    pieces = [re.escape(piece) for piece in re.split(r"[\s\-\u00ad‐‑–.'’´`]+", key) if piece]
    does = rf"\s+(?:{TELLS})\b" if key in WORDS_ALSO else DOES.pattern
    return re.compile(rf"(?<!{LETTER}){BETWEEN.join(pieces)}(?={does})")


@lru_cache(maxsize=4096)
def _pattern(plain: str) -> re.Pattern[str]:
    """Return what finds this name, with the endings of the possessive and the plural."""
    pieces = [piece for piece in re.split(r"[\s\-\u00ad‐‑–.'’´`]+", plain) if piece]
    if _counts_capitals(plain):
        first = BETWEEN.join(re.escape(piece[:1].upper() + piece[1:]) for piece in pieces)
        shape = f"(?:{first}|{BETWEEN.join(re.escape(piece.upper()) for piece in pieces)})(?:['’][sS])?"
        return re.compile(_within(shape, plain))
    shape = BETWEEN.join(_hyphenated(piece) for piece in pieces)
    return re.compile(_within(f"{shape}(?:['’]?s|es)?", plain), re.IGNORECASE)


def _hyphenated(piece: str) -> str:
    """Return a part of a name that may be broken by a hyphen when it is long."""
    return r"[-\u00ad]?".join(re.escape(letter) for letter in piece) if len(piece) >= HYPHENATED else re.escape(piece)


def _each_once(found: list[NameFound]) -> list[NameFound]:
    """Return each name once for each line, the longest where several lie over one another, and what is sure before what is not."""
    kept: list[NameFound] = []
    for hit in sorted(found, key=lambda f: (f.start - f.end, not f.is_sure, f.start)):
        over = any(other.start < hit.end and hit.start < other.end for other in kept)
        if not over:
            kept.append(hit)
    once: dict[tuple[int, str], NameFound] = {}
    for hit in sorted(kept, key=lambda f: (not f.is_sure, f.start)):
        once.setdefault((hit.line, _plain(hit.name).casefold()), hit)
    return sorted(once.values(), key=lambda f: (f.line, f.start))


def _parts(name: str) -> list[str]:
    """Return the parts of a name that name somebody by themselves."""
    parts = [part.strip(".,'’\"()") for part in re.split(r"[\s\-‐‑–]+", name)]
    return [part for part in parts if len(_letters(part)) > 1 and part.lower() not in PARTICLES and not _is_initials(part)]


def _is_initials(name: str) -> bool:
    """Say whether a name is nothing but initials with their points: J.R., M. L."""
    return bool(re.fullmatch(rf"(?:{LETTER}\.[\s-]*)+{LETTER}?\.?", name))


def _letters(name: str) -> str:
    """Return the letters of a name alone."""
    return "".join(letter for letter in name if letter.isalpha())


def _plain(text: str) -> str:
    """Return a text without accents, letter for letter, so that places stay where they are."""
    bare = (letter if KEPT.match(letter) else unicodedata.normalize("NFKD", letter)[:1] or letter for letter in text)
    return "".join(bare).translate(STROKES)


def _excerpt(text: str, start: int, end: int) -> str:
    """Return the words around a place."""
    before, after = max(0, start - AROUND), min(len(text), end + AROUND)
    shown = " ".join(text[before:after].split())
    return f"{'…' if before else ''}{shown}{'…' if after < len(text) else ''}"
