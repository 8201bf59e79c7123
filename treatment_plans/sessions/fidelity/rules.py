"""Say which items a checklist has, and what its scores come to."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data") / "checklists.json"

HIGHEST = 5
"""Each item goes from 0 (not at all) to this (throughout). Program policy, for learning."""

SOURCE = "program policy"


@cache
def checklists() -> dict[str, dict[str, dict[str, str]]]:
    """Return the items of each checklist with their words, by the code of the way of working."""
    told: Any = json.loads(DATA.read_text("utf-8"))
    return {code: one["items"] for code, one in told["checklists"].items()}


def items_of(checklist: str, language: str = "en") -> dict[str, str]:
    """Return the items of one checklist in a language; a checklist that nobody knows has none."""
    spoken = "es" if language.startswith("es") else "en"
    return {code: words[spoken] for code, words in checklists().get(checklist, {}).items()}


def is_score(value: object) -> bool:
    """Say whether a value is a score of an item."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST


def mean_of(scores: Mapping[str, int]) -> Decimal:
    """Return the mean of the items that were scored, to two places."""
    return (Decimal(sum(scores.values())) / len(scores)).quantize(Decimal("0.01"), ROUND_HALF_UP)
