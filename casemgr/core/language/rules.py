"""Find words to avoid about people in what somebody writes, with what to say instead.

What somebody else said stays as it was said: quotations, titles behind a code, names of instruments and institutions are passed over.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "language_lint.csv"

QUOTED = re.compile(r"“[^”]*(?:”|$)|«[^»]*(?:»|$)|‘[^’\n]*’(?!\w)|\"[^\"\n]*(?:\"|$)|(?<![\w'])'[^'\n]+'(?!\w)", re.MULTILINE)
"""What the person, or somebody else, is quoted with; a quotation that is still being written lasts to the end."""

CODED = re.compile(r"\b[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b[^.;\n]*")
"""A code of ICD-10-CM and the title behind it."""

THINGS = (
    r"(?:clothe?s?|clothing|laundry|dish(?:es)?|rooms?|house|apartment|home|kitchen|bathroom|water|needles?|syringes?|wounds?|bandages?|sheets?"
    r"|towels?|shoes|shirts?|floors?|hands|car|place|unit|beds?|incision|skin|site|glass|linen|socks|diapers?)"
)

HARMLESS = re.compile(
    "|".join(
        (
            rf"\b(?:clean|dirty) {THINGS}\b",
            rf"\b{THINGS} (?:\w+ )?(?:is|are|was|were|looks?|stays?|stayed|got|been) (?:\w+ )?(?:clean|dirty)\b",
            r"\b(?:child|sexual|physical|emotional|verbal|domestic|elder|spousal|partner|financial) abuse[ds]?\b",
            r"\b(?:was|were|been|being|be) (?:\w+ )?abused\b|\babused (?:as|by|in|when)\b",
            r"\b(?:sexually|physically|emotionally|verbally) abused?\b",
            r"\b(?:alcohol|opioid|cannabis|cocaine|stimulant|sedative|hallucinogen|inhalant|substance) abuse"
            r"(?:, (?:uncomplicated|in |with|unspecified)| and dependence| counseling)",
            r"\b(?:Drug Abuse Screening Test|Substance Abuse and Mental Health Services Administration|National Institute on Drug Abuse)\b",
            r"\bvice[- ](?:president|versa|chair|principal|mayor)\b",
            r"\b(?:sleep(?:ing)?|eating|healthy|good|daily|new|study|work|exercise|spending) habits?\b",
            r"\bhabits? (?:of|for) (?:sleep|eating|study)",
            r"\bhomeless (?:shelters?|outreach|services|liaison|coalition)\b",
            r"\btweaking (?:\w+ ){0,2}(?:dose|plan|schedule|resume|goals?)\b",
            r"\b(?:has|have|had|having) drunk\b",
            r"\b(?:ropa|casa|agua|cocina|habitación|cama|herida|jeringas?|manos) (?:\w+ )?(?:limpi|suci)[oa]s?\b",
            r"\babuso (?:sexual|infantil|físico|emocional)\b",
        )
    ),
    re.IGNORECASE,
)
"""Phrases in which the same letters say nothing unkind of anybody."""


@dataclass(frozen=True)
class Term:
    """Hold one word to avoid, what to say instead, and who says so."""

    words: str
    prefer: str
    source: str


@dataclass(frozen=True)
class Finding:
    """Hold where a word to avoid stands in a text, and what to say instead."""

    start: int
    end: int
    found: str
    prefer: str
    source: str


@cache
def terms() -> dict[str, Term]:
    """Return every word to avoid, of all languages, by itself."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {_key(words): Term(words, row["prefer"], row["source"]) for row in rows for words in row["avoid"].split("|")}


def find_terms(text: str) -> list[Finding]:
    """Return the words to avoid in a text, in their order; longer ones before those that they contain."""
    spared = [match.span() for pattern in (QUOTED, CODED, HARMLESS) for match in pattern.finditer(text)]
    return [
        Finding(*found.span(), found.group(), term.prefer, term.source)
        for found, term in _matches(text)
        if not any(start < found.end() and found.start() < end for start, end in spared)
    ]


def _matches(text: str) -> Iterator[tuple[re.Match[str], Term]]:
    """Yield each match with its term."""
    for found in _pattern().finditer(text):
        plain, written = found.groups()
        yield found, terms()[_key(plain.lower()) if plain else written]


@cache
def _pattern() -> re.Pattern[str]:
    """Return the pattern of all words to avoid, as whole words with their plurals; an abbreviation is meant as it is written."""
    known = sorted((term.words for term in terms().values()), key=len, reverse=True)
    plain = "|".join(_spelled(words) for words in known if not words.isupper())
    written = "|".join(re.escape(words) for words in known if words.isupper())
    return re.compile(rf"(?<![\w-])(?:(?i:({plain})(?:e?s)?)|({written}))(?![\w-])")


def _spelled(words: str) -> str:
    """Return a pattern of these words, however the space between them is written."""
    return r"\s+".join(re.escape(word) for word in words.split())


def _key(words: str) -> str:
    """Return the words as they are looked up."""
    return words if words.isupper() else " ".join(words.lower().split())
