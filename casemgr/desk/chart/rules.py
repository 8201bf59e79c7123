"""Decide what stands in the head of a chart: what nobody who opens it may overlook."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

RISK_CODES: dict[str, str] = {
    "R45.851": "suicidal_thoughts",
    "T14.91": "suicide_attempt",
    "Z91.51": "suicide_attempt",
    "Z91.52": "self_harm",
    "R45.88": "self_harm",
    "T40.0": "overdose",
    "T40.1": "overdose",
    "T40.2": "overdose",
    "T40.3": "overdose",
    "T40.4": "overdose",
    "T40.6": "overdose",
    "F13": "sedatives",
    "F10": "alcohol",
    "O99.32": "pregnancy",
    "Z33.1": "pregnancy",
    "Z34": "pregnancy",
}
"""Beginnings of ICD-10-CM codes (2026 release) that stand for a risk, as long as the diagnosis is active.

Sedatives and alcohol are named because they add to the effect of methadone and buprenorphine on breathing (FDA Drug Safety
Communication of 20 September 2017, which also says that care must not be withheld for it).
"""

STOP = frozenset({"suicidal_thoughts", "suicide_attempt", "overdose", "unsafe_contact", "on_hold"})
"""Risks that are shown as a stop; the others are warnings."""


@dataclass(frozen=True)
class Risk:
    """Name one risk and what it rests on."""

    code: str
    basis: str = ""

    @property
    def kind(self) -> str:
        """Return how it is drawn."""
        return "stop" if self.code in STOP else "warn"


def risks_from_codes(codes: Iterable[tuple[str, str]]) -> list[Risk]:
    """Return the risks that these active diagnoses (code, title) stand for, each once, the gravest first."""
    found: dict[str, Risk] = {}
    for code, title in codes:
        name = next((risk for start, risk in RISK_CODES.items() if code.startswith(start)), None)
        if name and name not in found:
            found[name] = Risk(name, f"{code} {title}")
    return sorted(found.values(), key=lambda risk: risk.kind != "stop")


def days_in_care(admitted_on: date, today: date) -> int:
    """Return how many days somebody has been in care; the first day is day one."""
    return (today - admitted_on).days + 1
