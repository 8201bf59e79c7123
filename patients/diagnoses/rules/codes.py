"""Know the ICD-10-CM codes and the axis each belongs to."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CODES_FILE = Path(__file__).parents[1] / "data" / "icd10cm.csv"
MOST_FOUND = 20

SUBSTANCE_USE, MENTAL_HEALTH, SOCIAL = "substance_use", "mental_health", "social"

SUBSTANCE_BLOCK = ("F10", "F19")
SOCIAL_BLOCK = ("Z55", "Z65")
"""Blocks of ICD-10-CM: F10-F19 mental and behavioral disorders due to psychoactive substance use, Z55-Z65 potential health hazards related
to socioeconomic and psychosocial circumstances (ICD-10-CM Official Guidelines, I.B.14 for the social ones)."""


@dataclass(frozen=True)
class IcdCode:
    """Hold one code with its official title."""

    code: str
    title: str
    search: str


@cache
def icd_codes() -> dict[str, IcdCode]:
    """Return every ICD-10-CM code that the program knows, by code."""
    with CODES_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: IcdCode(row["code"], row["description"], " ".join((row["code"], row["description"], row["subcategory"])).lower())
            for row in csv.DictReader(file)
        }


def tidy_code(code: str) -> str:
    """Return a code as it is written officially: F1120 and f11.20 are F11.20."""
    bare = re.sub(r"[\s.]", "", code).upper()
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare


def find_codes(text: str, most: int = MOST_FOUND) -> list[IcdCode]:
    """Return the codes that begin with the text, then those whose title has all its words."""
    words = text.lower().split()
    if not words:
        return []
    start = tidy_code(text)
    by_code = [code for code in icd_codes().values() if code.code.startswith(start)]
    by_title = [code for code in icd_codes().values() if all(word in code.search for word in words) and code not in by_code]
    return (by_code + by_title)[:most]


def axis_of(code: str) -> str | None:
    """Return the axis that a code belongs to, or nothing where the code does not decide it."""
    block = code[:3]
    if SUBSTANCE_BLOCK[0] <= block <= SUBSTANCE_BLOCK[1]:
        return SUBSTANCE_USE
    if block.startswith("F"):
        return MENTAL_HEALTH
    if SOCIAL_BLOCK[0] <= block <= SOCIAL_BLOCK[1]:
        return SOCIAL
    return None
