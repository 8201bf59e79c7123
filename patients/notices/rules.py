"""Know the wording of the patient notice, version by version and language by language; product data, not law."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
SOURCE = "42 CFR 2.22"
MARK = "M"
"""The wording follows 42 CFR 2.22 as amended in 2024 in words of our own: program policy, to be reviewed by the program's counsel."""


@dataclass(frozen=True)
class Wording:
    """Hold one version of the notice in one language."""

    version: str
    effective_on: date
    language: str
    title: str
    lead: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def versions() -> tuple[str, ...]:
    """Return every version of the wording, the oldest first."""
    return tuple(sorted(file.stem.removeprefix("notice-") for file in FOLDER.glob("notice-*.json")))


def version_on(day: date) -> str:
    """Return the version that is to be given on a day; before the first, the first."""
    begun = [version for version in versions() if _read(version)["effective_on"] <= day.isoformat()]
    return begun[-1] if begun else versions()[0]


def languages(version: str) -> tuple[str, ...]:
    """Return the languages in which a version is there."""
    return tuple(_read(version)["languages"])


def wording(version: str, language: str) -> Wording:
    """Return the words of a version; a language that it does not have is answered in English."""
    told = _read(version)
    language = language if language in told["languages"] else "en"
    words = told["languages"][language]
    sections = tuple((section["heading"], tuple(section["paragraphs"])) for section in words["sections"])
    return Wording(version, date.fromisoformat(told["effective_on"]), language, words["title"], words["lead"], sections)


@cache
def _read(version: str) -> dict[str, Any]:
    """Return one file of the wording."""
    found: dict[str, Any] = json.loads((FOLDER / f"notice-{version}.json").read_text(encoding="utf-8"))
    return found


def what_is_missing(*, version: str, language: str, acknowledgement: str, why_not: str, given_on: date, today: date) -> list[str]:
    """Return the names of what a record of a given notice lacks."""
    known = version in versions()
    lacking = {
        "version": not known,
        "language": known and language not in languages(version),
        "given_on": given_on > today,
        "why_not": acknowledgement != "signed" and not why_not.strip(),
    }
    return [name for name, lacks in lacking.items() if lacks]
