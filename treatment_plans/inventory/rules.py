"""Decide what may stand on the shelf, and how amounts are said."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

ORAL_FORMS = frozenset({"oral concentrate", "oral solution", "tablet", "oral tablet", "dispersible tablet", "tablet for oral suspension"})
"""Dosage forms in which methadone may be given for opioid use disorder: by mouth only."""

ORAL_SOURCE = "42 CFR 8.12(h)(3)(i)"
DISPENSING_LOG_SOURCE = "21 CFR 1304.24(a)"
WASTE_SOURCE = "DEA narcotic treatment program guideline: two people watch a waste"
INVENTORY_SOURCE = "21 CFR 1304.11"

CATALOGUE = Path(__file__).parent / "data" / "rxnorm_moud.csv"


@dataclass(frozen=True)
class CatalogueEntry:
    """Hold what RxNorm says of one product."""

    rxnorm: str
    name: str
    ingredient: str
    form: str


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, CatalogueEntry]:
    """Return the known products by RxNorm code; the source stands in `data/NOTICE`."""
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        return {
            row["rxcui"]: CatalogueEntry(row["rxcui"], row["rxnorm_name"], row["ingredient"], row["form"]) for row in csv.DictReader(lines)
        }


def is_another_drug(rxnorm: str, substance: str) -> bool:
    """Say whether RxNorm knows this code as something else."""
    known = catalogue().get(rxnorm)
    return known is not None and not known.ingredient.startswith(substance)


def is_oral(form: str) -> bool:
    """Say whether a dosage form is taken by mouth."""
    return form.strip().lower() in ORAL_FORMS


def is_usable(expires_on: date, today: date) -> bool:
    """Say whether a lot may still be used; its last day counts."""
    return expires_on >= today


def say_mg(mg: Decimal) -> str:
    """Say an amount without zeros that carry nothing: 60, 0.5."""
    return f"{mg.normalize():f}"


def measure(mg: Decimal, mg_per_ml: Decimal | None) -> Decimal | None:
    """Return the volume in milliliters that holds an ordered amount, or nothing for what is not a liquid.

    A conversion of what a prescriber ordered; the amount itself is never computed here.
    """
    return (mg / mg_per_ml).quantize(Decimal("0.01")) if mg_per_ml else None
