"""Know the areas for which a program must have written policies, and decide where each stands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

LIST_FILE = Path(__file__).with_name("data") / "areas.json"
"""The checklist as it comes: the areas are the rule's, their names and questions are in words of our own."""

SOURCE = "42 CFR 2.16(a)"

KEPT_YEARS = 6
"""Years for which a statement is kept after it was last in effect: 45 CFR 164.316(b)(2)(i), 164.530(j)."""

SOON_DAYS = 30
"""Days before its review from which a policy is marked; as long as its clock warns. The figure is ours."""

MISSING_DAYS = 30
"""Days until a policy that is missing is asked for again, unless another day is given. The figure is ours."""


class Medium(StrEnum):
    """Say which records an area is about."""

    ALL = "all"
    PAPER = "paper"
    ELECTRONIC = "electronic"


class Standing(StrEnum):
    """Say where an area stands on a day."""

    ATTESTED = "attested"
    NOT_APPLICABLE = "not_applicable"
    REVIEW_SOON = "review_soon"
    REVIEW_DUE = "review_due"
    MISSING = "missing"
    NOT_STATED = "not_stated"


SETTLED = frozenset({Standing.ATTESTED, Standing.NOT_APPLICABLE})
"""Where an area stands when there is nothing to do about it."""

OPEN = frozenset({Standing.MISSING, Standing.NOT_STATED})
"""Where an area stands when no policy covers it."""


@dataclass(frozen=True)
class Area:
    """Hold one area: what its policy must answer, for which records, on which rule."""

    code: str
    medium: Medium
    source: str
    words: Mapping[str, Mapping[str, str]]
    """Name and question by language."""

    def name(self, language: str) -> str:
        """Return what it is called."""
        return self._said(language)["name"]

    def asks(self, language: str) -> str:
        """Return what its policy must answer."""
        return self._said(language)["asks"]

    @property
    def may_not_apply(self) -> bool:
        """Say whether a program can be without it: who keeps no paper needs no policy about paper, who keeps records needs the rest."""
        return self.medium is not Medium.ALL

    def _said(self, language: str) -> Mapping[str, str]:
        """Return its words in a language, or in English."""
        return self.words["es" if language.startswith("es") else "en"]


@cache
def areas() -> dict[str, Area]:
    """Return every area by its code, in the order of the rule."""
    rows = _read()["areas"]
    return {row["code"]: Area(row["code"], Medium(row["medium"]), row["source"], {key: row[key] for key in ("en", "es")}) for row in rows}


def edition() -> str:
    """Return the edition of the checklist, which each statement names."""
    return str(_read()["edition"])


@cache
def _read() -> dict[str, Any]:
    """Return the file."""
    found: dict[str, Any] = json.loads(LIST_FILE.read_text(encoding="utf-8"))
    return found


def where_it_stands(kind: str | None, review_on: date | None, *, today: date) -> Standing:
    """Say where an area stands whose present statement is of this kind; nothing when nobody ever said anything of it."""
    if kind is None or review_on is None:
        return Standing.NOT_STATED
    if kind == Standing.MISSING:
        return Standing.MISSING
    if review_on <= today:
        return Standing.REVIEW_DUE
    return Standing.REVIEW_SOON if review_on - today <= timedelta(days=SOON_DAYS) else Standing(kind)


def what_attestation_lacks(
    *, area: str, title: str, kept_at: str, in_force_since: date | None, review_on: date | None, has_read: bool, today: date
) -> list[str]:
    """Return the names of what is still missing before somebody can attest that a policy covers an area."""
    lacking = {
        "area": area not in areas(),
        "title": not title.strip(),
        "kept_at": not kept_at.strip(),
        "in_force_since": in_force_since is None,
        "in_force_later": in_force_since is not None and in_force_since > today,
        "review_on": review_on is None or review_on <= today,
        "has_read": not has_read,
    }
    return [name for name, lacks in lacking.items() if lacks]


def what_other_word_lacks(*, area: str, kind: str, words: str, review_on: date | None, today: date) -> list[str]:
    """Return the names of what is still missing before somebody can say that a policy is missing, or not needed."""
    found = areas().get(area)
    lacking = {
        "area": found is None,
        "needed": found is not None and kind == Standing.NOT_APPLICABLE and not found.may_not_apply,
        "words": not words.strip(),
        "review_on": review_on is None or review_on <= today,
    }
    return [name for name, lacks in lacking.items() if lacks]
