"""Decide what an admission still lacks for TEDS, and what cannot be true of it.

Codes and conditions: TEDS-A codebook 2017 and the state instruction manual (SAMHSA). Nothing here stands against an admission.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NOT_APPLICABLE, UNKNOWN, NOT_COLLECTED = "96", "97", "98"
MOST_DAYS_WAITED = 996
MOST_ARRESTS = 96
MOST_SCHOOL_YEARS = 25
OLDEST_FIRST_USE = 95
SPECIAL_SCHOOLING = ("70", "71", "72", "73")
"""Graduate or professional school, vocational school, nursery school, kindergarten (TEDS-A EDUC)."""

ASKED = (
    "service", "moud_planned", "prior_treatments", "race", "ethnicity", "education", "marital", "living", "employment",
    "outside_labor_force", "income", "insurance", "payment", "veteran", "pregnant", "psychiatric_problem", "arrests", "justice",
    "self_help",
)  # fmt: skip
"""What TEDS asks of an admission beside the stay itself, the person and the substances, in the order in which it is asked."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Hold one substance as it was told."""

    substance: str
    route: str = ""
    frequency: str = ""
    first_use: str = ""


def completed(facts: Mapping[str, str], *, sex: str, source: str) -> dict[str, str]:
    """Return the facts with "does not apply" where the other answers leave no question."""
    found = {name: facts.get(name, "") for name in ASKED}
    employment = found["employment"]
    if employment and employment != "4":
        found["outside_labor_force"] = NOT_APPLICABLE
    elif found["outside_labor_force"] == NOT_APPLICABLE or not employment:
        found["outside_labor_force"] = ""
    if source != "7":
        found["justice"] = NOT_APPLICABLE
    if sex == "male" and not found["pregnant"]:
        found["pregnant"] = NOT_APPLICABLE
    return found


def completed_substance(told: Told) -> Told:
    """Return a substance with "does not apply" behind none."""
    if told.substance != "1":
        return told
    return Told(substance="1", route=NOT_APPLICABLE, frequency=NOT_APPLICABLE, first_use=NOT_APPLICABLE)


def missing_facts(facts: Mapping[str, str], substances: Sequence[Told]) -> list[str]:
    """Return what nobody asked yet; who is not known to be out of the labor force owes no reason for it."""
    open_ones = [name for name in ASKED if not facts.get(name)]
    if not facts.get("employment") and "outside_labor_force" in open_ones:
        open_ones.remove("outside_labor_force")
    if not substances:
        return [*open_ones, "substances"]
    half = any(not (told.route and told.frequency and told.first_use) for told in substances)
    return [*open_ones, "substances"] if half else open_ones


def wrong_numbers(facts: Mapping[str, str]) -> list[str]:
    """Return the counts that are no count and no code."""
    checks = {
        "education": facts.get("education", "") in SPECIAL_SCHOOLING or _count(facts.get("education", ""), MOST_SCHOOL_YEARS),
        "arrests": _count(facts.get("arrests", ""), MOST_ARRESTS),
    }
    return [name for name, right in checks.items() if not right]


def wrong_ages(substances: Sequence[Told], *, age: int | None) -> list[int]:
    """Return the places of the substances whose age at first use is no age, or lies ahead of the person."""
    wrong = []
    for place, told in enumerate(substances, start=1):
        known = told.first_use not in ("", NOT_APPLICABLE, UNKNOWN, NOT_COLLECTED)
        too_old = known and told.first_use.isdecimal() and age is not None and int(told.first_use) > age
        if too_old or not (told.first_use == NOT_APPLICABLE or _count(told.first_use, OLDEST_FIRST_USE)):
            wrong.append(place)
    return wrong


def _count(text: str, most: int) -> bool:
    """Say whether a text is empty, a count within the code, unknown or not collected."""
    return text in ("", UNKNOWN, NOT_COLLECTED) or (text.isdecimal() and int(text) <= most)


def days_waited(asked_on: date, admitted_on: date) -> int:
    """Return the days from the first request to the admission, as far as the code reaches (TEDS-A DAYWAIT)."""
    return min(max((admitted_on - asked_on).days, 0), MOST_DAYS_WAITED)


def reported(code: str) -> str:
    """Return the code that is reported for an answer; what nobody asked was not collected."""
    return code or NOT_COLLECTED
