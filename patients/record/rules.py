"""Decide what a search means, who may be the same person, and what is safe on a contact point."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SHORTEST_WORD_WITH_A_SLIP = 3
"""Letters a word needs before one of them may be missing; the figure is ours. Below it nearly every word would be near every other."""

SAME_NAME = 0.99
VERY_SIMILAR_NAME = 0.85
SIMILAR_NAME = 0.45
"""Similarity of two names from which they count as the same, very similar, similar: the share of letter triples of the one that the other
has. The figures are ours, set on the names of tests/patients/record."""

_SPECIAL_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "ŋ": "n", "ĸ": "q"}
)
_DROPPED = str.maketrans("", "", "'\"’`´.·‘“”")
_BETWEEN_WORDS = re.compile(r"[-,;/()\s]+")


def plain(text: str) -> str:
    """Write names the way they are searched: no accents, no capitals, no points.

    The database's trigger on patients says the same in SQL; a test holds the two together.
    """
    letters = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_SPECIAL_LETTERS)
    return _BETWEEN_WORDS.sub(" ", bare.translate(_DROPPED)).strip()


SPELLINGS = (
    ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("ge", "je"), ("gi", "ji"), ("ph", "f"), ("sch", "s"), ("sh", "s"), ("ch", "k"), ("ck", "k"),
    ("kn", "n"), ("wr", "r"), ("qu", "k"), ("gh", "g"), ("th", "t"), ("dg", "j"),
)  # fmt: skip
"""Spellings that sound alike in English or Spanish names, in the order in which they are replaced; the choice is ours."""
SAME_SOUND = ("cqzxv", "kkssb")
"""Letters that sound like others: the first five sound like the second five."""
UNHEARD = "aeiouyhw"
"""Letters that tell least about how a name sounds, once it has begun."""
SHORTEST_WORD_WITH_A_SOUND = 4
"""Letters a word needs to be compared by its sound; below it nearly all sound alike. The figure is ours."""
SOUND_MARK = "~"
"""What stands before a sound among the words under which a person is found, so that no name is mistaken for one."""


def sound(word: str) -> str:
    """Return how a plain word sounds, or nothing when it is too short to tell.

    The database's trigger on patients says the same in SQL; a test holds the two together.
    """
    if len(word) < SHORTEST_WORD_WITH_A_SOUND:
        return ""
    for spelled, heard in SPELLINGS:
        word = word.replace(spelled, heard)
    word = re.sub("^[aeiou]", "a", word.removeprefix("h").translate(str.maketrans(*SAME_SOUND)))
    code = re.sub(r"(.)\1+", r"\1", word[:1] + word[1:].translate(str.maketrans("", "", UNHEARD)))
    return f"{SOUND_MARK}{code}" if len(code) > 1 else ""


def near(word: str) -> list[str]:
    """Return a word and each form of it with one letter left out; two words that share one are one slip apart."""
    shorter = [word[:place] + word[place + 1 :] for place in range(len(word))] if len(word) >= SHORTEST_WORD_WITH_A_SLIP else []
    return sorted({word, *shorter})


@dataclass(frozen=True)
class Wanted:
    """Hold what somebody typed into the search: words of a name, days of birth, or a number."""

    words: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    number: str = ""


_ISO = re.compile(r"^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$")
_WESTERN = re.compile(r"^(\d{1,2})[-./](\d{1,2})[-./](\d{4})$")


def read_search(text: str) -> Wanted:
    """Read what was typed: days in common notations, the rest as words; anything with a digit may also be a number."""
    words: list[str] = []
    days: list[date] = []
    for part in text.split():
        meant = days_meant(part)
        days += meant
        if not meant:
            words += plain(part).split()
    number = " ".join(text.split()) if any(sign.isdigit() for sign in text) and not days else ""
    return Wanted(tuple(words), tuple(sorted(set(days))), number)


def days_meant(text: str) -> list[date]:
    """Return the days that a text can mean: 1985-03-02 one, 3/2/1985 or 02.03.1985 both readings, 3/14/1985 the one that exists."""
    if match := _ISO.match(text):
        year, month, day = (int(part) for part in match.groups())
        return _days((year, month, day))
    if match := _WESTERN.match(text):
        first, second, year = (int(part) for part in match.groups())
        return _days((year, first, second), (year, second, first))
    return []


def _days(*readings: tuple[int, int, int]) -> list[date]:
    found: list[date] = []
    for reading in readings:
        try:
            day = date(*reading)
        except ValueError:
            continue
        if day not in found:
            found.append(day)
    return found


class Likeness(StrEnum):
    """Name what makes two records look like one person."""

    SAME_NUMBER = "same_number"
    SAME_PHONE = "same_phone"
    SAME_BIRTH_DATE = "same_birth_date"
    TRANSPOSED_BIRTH_DATE = "transposed_birth_date"
    NEAR_BIRTH_DATE = "near_birth_date"
    UNKNOWN_BIRTH_DATE = "unknown_birth_date"
    SAME_NAME = "same_name"
    CHOSEN_NAME = "chosen_name"
    SWAPPED_NAMES = "swapped_names"
    SIMILAR_NAME = "similar_name"
    SOUNDS_ALIKE = "sounds_alike"


WEIGHTS: Mapping[Likeness, int] = {
    Likeness.SAME_NUMBER: 60,
    Likeness.SAME_PHONE: 25,
    Likeness.SAME_BIRTH_DATE: 30,
    Likeness.TRANSPOSED_BIRTH_DATE: 22,
    Likeness.NEAR_BIRTH_DATE: 15,
    Likeness.UNKNOWN_BIRTH_DATE: 5,
    Likeness.SAME_NAME: 40,
    Likeness.CHOSEN_NAME: 40,
    Likeness.SWAPPED_NAMES: 35,
    Likeness.SIMILAR_NAME: 25,
    Likeness.SOUNDS_ALIKE: 20,
}
"""How much each likeness says. The figures are ours, set so that it takes two of different kinds, or a number, to stop the desk."""
VERY_SIMILAR_ADDS = 15
"""What a similar name gains when it is very similar."""
WORTH_A_LOOK = 45
"""Score from which two records are shown as perhaps one person's."""
BIRTHS = frozenset({Likeness.SAME_BIRTH_DATE, Likeness.TRANSPOSED_BIRTH_DATE, Likeness.NEAR_BIRTH_DATE, Likeness.UNKNOWN_BIRTH_DATE})


@dataclass(frozen=True)
class Described:
    """Hold by what somebody may be known again."""

    given: str = ""
    family: str = ""
    chosen: str = ""
    birth_date: date | None = None


def compare(
    one: Described, other: Described, *, similarity: float, shares_number: bool = False, shares_phone: bool = False
) -> list[Likeness]:
    """Return why two records may be one person's, what says most first; nothing when they need no second look.

    `similarity` is how much of the letter triples of the one name the other has. Two people may well share a name or a birthday.
    """
    found = [Likeness.SAME_NUMBER] if shares_number else []
    found += [Likeness.SAME_PHONE] if shares_phone else []
    found += [birth] if (birth := _birth_likeness(one.birth_date, other.birth_date)) else []
    found += [name] if (name := _name_likeness(one, other, similarity)) else []
    return found if score(found, similarity) >= WORTH_A_LOOK else []


def score(reasons: Sequence[Likeness], similarity: float = 0.0) -> int:
    """Return how much these likenesses say together."""
    very = VERY_SIMILAR_ADDS if Likeness.SIMILAR_NAME in reasons and similarity >= VERY_SIMILAR_NAME else 0
    return sum(WEIGHTS[reason] for reason in reasons) + very


def likenesses(*, asked_birth: date | None, known_birth: date | None, similarity: float, shares_number: bool) -> list[Likeness]:
    """Return why two records may be one person's when no more is known of the names than how similar they are."""
    return compare(Described(birth_date=asked_birth), Described(birth_date=known_birth), similarity=similarity, shares_number=shares_number)


def _name_likeness(one: Described, other: Described, similarity: float) -> Likeness | None:
    """Compare two names, the closest likeness first."""
    mine, theirs = (plain(one.given), plain(one.family)), (plain(other.given), plain(other.family))
    by_chosen_name = {plain(one.chosen) or mine[0], mine[0]} & {plain(other.chosen) or theirs[0], theirs[0]}
    checks = (
        (Likeness.SAME_NAME, similarity >= SAME_NAME and (mine == theirs or not all(mine) or not all(theirs))),
        (Likeness.SWAPPED_NAMES, all(mine) and mine == theirs[::-1]),
        (Likeness.CHOSEN_NAME, any(mine) and mine[1] == theirs[1] and bool(by_chosen_name)),
        (Likeness.SIMILAR_NAME, similarity >= SIMILAR_NAME),
        (Likeness.SOUNDS_ALIKE, sounds_alike(" ".join(mine), " ".join(theirs))),
    )
    return next((likeness for likeness, holds in checks if holds), None)


def sounds_alike(one: str, other: str) -> bool:
    """Say whether two plain names sound alike, word by word; names too short to tell never do."""
    mine, theirs = ([sound(word) for word in name.split()] for name in (one, other))
    return bool(mine) and all(mine) and mine == theirs


def _birth_likeness(asked: date | None, known: date | None) -> Likeness | None:
    """Compare two birth dates; one that is unknown speaks neither for nor against."""
    if asked is None or known is None:
        return Likeness.UNKNOWN_BIRTH_DATE
    if asked == known:
        return Likeness.SAME_BIRTH_DATE
    if known in transposed(asked):
        return Likeness.TRANSPOSED_BIRTH_DATE
    return Likeness.NEAR_BIRTH_DATE if are_near(asked, known) else None


def are_near(one: date, other: date) -> bool:
    """Say whether two days differ by one slip: one part mistyped, or day and month swapped."""
    parts = zip((one.year, one.month, one.day), (other.year, other.month, other.day), strict=True)
    differing = sum(left != right for left, right in parts)
    return differing == 1 or other in transposed(one)


def transposed(day: date) -> list[date]:
    """Return the days that are this one with day and month swapped, or two neighboring digits of one part."""
    year, month, month_day = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    years = [year[:place] + year[place : place + 2][::-1] + year[place + 2 :] for place in range(3)]
    readings = [(year, month_day, month), (year, month[::-1], month_day), (year, month, month_day[::-1])]
    readings += [(other, month, month_day) for other in years]
    return [other for other in _days(*((int(y), int(m), int(d)) for y, m, d in readings)) if other != day]


class ContactProblem(StrEnum):
    """Name what is contradictory about a contact point."""

    UNSAFE_YET_USED = "unsafe_yet_used"
    REMINDERS_TO_UNSAFE = "reminders_to_unsafe"
    REMINDERS_WITHOUT_LEAVE = "reminders_without_leave"
    REMINDERS_BY_POST = "reminders_by_post"
    MESSAGE_WITHOUT_CALL = "message_without_call"
    NAME_ON_SHARED = "name_on_shared"


@dataclass(frozen=True)
class SafeContact:
    """Hold what a person allowed on one contact point; each line is their own yes, and none is presumed."""

    ok_to_call: bool = False
    ok_to_text: bool = False
    ok_to_leave_message: bool = False
    is_shared: bool = False
    is_unsafe: bool = False
    wants_reminders: bool = False
    greet_by_name: bool = False


def contact_problems(kind: str, safe: SafeContact) -> list[ContactProblem]:
    """Return what contradicts itself; 45 CFR 164.522(b) makes the person's own word on how to be reached binding."""
    uses = safe.ok_to_call or safe.ok_to_text or safe.ok_to_leave_message
    checks: Sequence[tuple[bool, ContactProblem]] = (
        (safe.is_unsafe and uses, ContactProblem.UNSAFE_YET_USED),
        (safe.is_unsafe and safe.wants_reminders, ContactProblem.REMINDERS_TO_UNSAFE),
        (safe.wants_reminders and kind == "post", ContactProblem.REMINDERS_BY_POST),
        (safe.wants_reminders and kind != "post" and not safe.is_unsafe and not safe.ok_to_text, ContactProblem.REMINDERS_WITHOUT_LEAVE),
        (safe.ok_to_leave_message and kind == "phone" and not safe.is_unsafe and not safe.ok_to_call, ContactProblem.MESSAGE_WITHOUT_CALL),
        (safe.greet_by_name and safe.is_shared, ContactProblem.NAME_ON_SHARED),
    )
    return [problem for holds, problem in checks if holds]
