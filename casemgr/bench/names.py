"""Invent names for hundreds of thousands of people, and type them as people at a desk do: with slips, accents, or a birth date."""

from collections.abc import Callable
from datetime import date
from random import Random

from casemgr.demo.words import FAMILY, GIVEN

GIVEN_NAMES = 2_000
FAMILY_NAMES = 12_000
"""How many different names there are; a few are common and most are rare, as among real people."""

_ONSETS = ("b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "sh", "st", "t", "tr", "v", "w", "z")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ie", "oo")
_CODAS = ("", "", "", "l", "m", "n", "r", "s", "th", "rd", "nd", "ck")
_ENDINGS = ("a", "o", "y", "son", "man", "ez", "ski", "ton", "er", "i")
_ACCENTED = str.maketrans("aeioun", "áéíóúñ")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def given_names() -> list[str]:
    """Return given names, the commonest first."""
    return _names(list(GIVEN), GIVEN_NAMES, Random(1), syllables=(1, 2))  # noqa: S311 - invented people, no secret


def family_names() -> list[str]:
    """Return family names, the commonest first."""
    return _names(list(FAMILY), FAMILY_NAMES, Random(2), syllables=(1, 2, 2, 3))  # noqa: S311 - invented people, no secret


def _names(known: list[str], count: int, random: Random, *, syllables: tuple[int, ...]) -> list[str]:
    names = dict.fromkeys(known)
    while len(names) < count:
        body = "".join(random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS) for _ in range(random.choice(syllables)))
        names[(body + random.choice(_ENDINGS)).capitalize()] = None
    return list(names)


def mistyped(given: str, family: str, random: Random) -> str:
    """Return a name as somebody in a hurry types it.

    Half have one slip, a quarter a slip in both names, a quarter are the family name alone with a slip in it.
    """
    chance = random.random()
    if chance < 0.25:
        return slip(family, random)
    if chance < 0.5:
        return f"{slip(given, random)} {slip(family, random)}"
    return f"{slip(given, random)} {family}" if random.random() < 0.5 else f"{given} {slip(family, random)}"


def as_typed(given: str, family: str, chosen: str, born: date | None, random: Random) -> tuple[str, str]:
    """Return in which way somebody is looked for, and what is typed: mostly with slips, else as chosen, accented or by birth date."""
    ways = [
        "typing error",
        "typing error",
        "typing error",
        "accents",
        *(["birth date"] if born else []),
        *(["chosen name"] * 2 if chosen else []),
    ]
    way = random.choice(ways)
    if way == "chosen name":
        return way, f"{chosen} {slip(family, random)}"
    if way == "accents":
        return way, f"{given} {family}".translate(_ACCENTED)
    if way == "birth date" and born:
        return way, f"{slip(family, random)} {born.month}/{born.day}/{born.year}"
    return way, mistyped(given, family, random)


def slip(word: str, random: Random) -> str:
    """Return a word with one slip of the finger: a letter left out, added, mistaken, or swapped with its neighbour."""
    place = random.randrange(len(word))
    slips: tuple[Callable[[], str], ...] = (
        lambda: word[:place] + word[place + 1 :],
        lambda: word[:place] + random.choice(_LETTERS) + word[place:],
        lambda: word[:place] + random.choice(_LETTERS) + word[place + 1 :],
        lambda: word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    )
    return next((typed for act in random.sample(slips, len(slips)) if (typed := act()) not in ("", word)), word + "e")
