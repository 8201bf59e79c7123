"""Suggest the ICD-10-CM code that follows from what was found, with reasons; the clinician decides."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from patients.diagnoses.rules.severity import MILD, MODERATE, SEVERE, counted, severity_of

MAPPING_FILE = Path(__file__).parents[1] / "data" / "dsm5_codes.csv"
SOURCE = "ICD-10-CM, April 2026 release, and its pairing with DSM-5 (mild: abuse; moderate and severe: dependence)"

SUBSTANCES = ("opioid", "alcohol", "sedative", "cocaine", "stimulant", "cannabis", "hallucinogen", "inhalant", "tobacco", "other_substance")
"""Substances whose use disorder is counted in criteria."""

BLOCKS: dict[str, str] = {
    "F10": "alcohol",
    "F11": "opioid",
    "F12": "cannabis",
    "F13": "sedative",
    "F14": "cocaine",
    "F15": "stimulant",
    "F16": "hallucinogen",
    "F17": "tobacco",
    "F18": "inhalant",
    "F19": "other_substance",
    "Z72.0": "tobacco",
}

BEGINNINGS: dict[str, str] = {
    "F32.8": "",
    "F32": "depression",
    "F33.8": "",
    "F33": "depression",
    "F41.1": "generalized_anxiety",
    "F41.0": "panic",
    "F40.1": "social_anxiety",
    "F43.1": "ptsd",
    "F31.81": "bipolar_2",
    "F31.8": "",
    "F31": "bipolar_1",
    "F60.3": "borderline",
}
"""The disorder for which a code stands, by its beginning; the first that fits counts."""

SINGLE, RECURRENT = "single", "recurrent"
PARTIAL, FULL = "partial", "full"
DEPRESSED, MANIC, HYPOMANIC, MIXED = "depressed", "manic", "hypomanic", "mixed"
INDUCED = "substance_induced"

_SINGLE_EPISODE = {MILD: "F32.0", MODERATE: "F32.1", SEVERE: "F32.2", "psychotic": "F32.3", PARTIAL: "F32.4", FULL: "F32.5", "": "F32.9"}
_RECURRENT = {MILD: "F33.0", MODERATE: "F33.1", SEVERE: "F33.2", "psychotic": "F33.3", PARTIAL: "F33.41", FULL: "F33.42", "": "F33.9"}
_BIPOLAR: dict[str, dict[str, str]] = {
    DEPRESSED: {
        MILD: "F31.31", MODERATE: "F31.32", SEVERE: "F31.4", "psychotic": "F31.5", PARTIAL: "F31.75", FULL: "F31.76", "": "F31.30",
    },
    MANIC: {MILD: "F31.11", MODERATE: "F31.12", SEVERE: "F31.13", "psychotic": "F31.2", PARTIAL: "F31.73", FULL: "F31.74", "": "F31.10"},
    HYPOMANIC: {PARTIAL: "F31.71", FULL: "F31.72", "": "F31.0"},
    MIXED: {MILD: "F31.61", MODERATE: "F31.62", SEVERE: "F31.63", "psychotic": "F31.64", PARTIAL: "F31.77", FULL: "F31.78", "": "F31.60"},
    "": {"": "F31.9", PARTIAL: "F31.70", FULL: "F31.70"},
}  # fmt: skip
_PLAIN = {
    "generalized_anxiety": "F41.1",
    "panic": "F41.0",
    "social_anxiety": "F40.10",
    "ptsd": "F43.10",
    "bipolar_2": "F31.81",
    "borderline": "F60.3",
}
_INDUCED_KIND = {"depression": "depressive", "bipolar_1": "depressive", "bipolar_2": "depressive"} | dict.fromkeys(
    ("generalized_anxiety", "panic", "social_anxiety"), "anxiety"
)


class Because(StrEnum):
    """Name why a code is suggested."""

    CRITERIA = "criteria"
    BELOW = "below"
    PRESCRIBED = "prescribed"
    REMISSION = "remission"
    EPISODE = "episode"
    POLE = "pole"
    ONE_CODE = "one_code"
    HAS_NO_CODE = "has_no_code"
    INDUCED = "induced"


@dataclass(frozen=True)
class Specifiers:
    """Hold all that says more exactly what somebody has."""

    disorder: str = ""
    criteria: tuple[str, ...] = ()
    criteria_count: int | None = None
    as_prescribed: bool = False
    severity: str = ""
    remission_since: date | None = None
    remission_extent: str = ""
    on_maintenance: bool = False
    controlled_environment: bool = False
    episode: str = ""
    with_psychosis: bool = False
    pole: str = ""
    relation_to_use: str = ""
    onset_age: int | None = None
    first_treated_on: date | None = None
    code_reason: str = ""
    particulars: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int | None:
        """Return how many criteria count: those that were ticked, else the number that was told."""
        if self.criteria:
            return counted(self.criteria, as_prescribed=self.as_prescribed)
        return self.criteria_count

    @property
    def how_severe(self) -> str:
        """Return how severe it is: for a use disorder its criteria say so, for another disorder the clinician."""
        if self.disorder in SUBSTANCES:
            return severity_of(self.count)
        return self.severity


@dataclass(frozen=True)
class Suggestion:
    """Hold the code that follows, or none, and why."""

    code: str
    because: tuple[Because, ...]


def disorder_of(code: str) -> str:
    """Return the disorder that a code stands for, or nothing for those that have no page of their own."""
    if use := next((name for start, name in BLOCKS.items() if code.startswith(start)), ""):
        return use
    return next((name for start, name in BEGINNINGS.items() if code.startswith(start)), "")


def suggest(found: Specifiers, *, in_remission: bool = False, use: Specifiers | None = None) -> Suggestion:
    """Return the code that follows from what was found, in remission or not; `use` is the use disorder that brings another about."""
    if found.disorder in SUBSTANCES:
        return _use_disorder(found, in_remission)
    if found.relation_to_use == INDUCED and use is not None and (code := induced_code(found.disorder, use)):
        return Suggestion(code, (Because.INDUCED,))
    ways: dict[str, Callable[[Specifiers, bool], Suggestion]] = {"depression": _depression, "bipolar_1": _bipolar}
    if way := ways.get(found.disorder):
        return way(found, in_remission)
    code = _PLAIN.get(found.disorder, "")
    return Suggestion(code, (Because.ONE_CODE,) if code else ())


def induced_code(disorder: str, use: Specifiers) -> str:
    """Return the code of a disorder that a substance brings about, as far as our table knows it."""
    strength = "mild" if use.how_severe == MILD else "more" if use.how_severe else ""
    return _mapping().get((use.disorder, f"induced_{_INDUCED_KIND.get(disorder, '')}", strength), "")


def _use_disorder(found: Specifiers, in_remission: bool) -> Suggestion:
    """Return the code of a use disorder from its count of criteria."""
    severity = found.how_severe
    if not severity:
        return Suggestion("", (Because.BELOW,) if found.count is not None else ())
    because = [Because.CRITERIA]
    if found.as_prescribed:
        because.append(Because.PRESCRIBED)
    if in_remission:
        because.append(Because.REMISSION)
    code = _mapping().get((found.disorder, "remission" if in_remission else "use", "mild" if severity == MILD else "more"), "")
    return Suggestion(code, (*because, *(() if code else (Because.HAS_NO_CODE,))))


def _which(found: Specifiers, in_remission: bool) -> str:
    """Return the column of an episode: remission first, then psychotic signs, then how severe."""
    if in_remission:
        return found.remission_extent or FULL
    return "psychotic" if found.with_psychosis else found.severity


def _depression(found: Specifiers, in_remission: bool) -> Suggestion:
    """Return the code of a depressive episode."""
    table = _RECURRENT if found.episode == RECURRENT else _SINGLE_EPISODE
    return Suggestion(table.get(_which(found, in_remission), table[""]), (Because.EPISODE, *((Because.REMISSION,) if in_remission else ())))


def _bipolar(found: Specifiers, in_remission: bool) -> Suggestion:
    """Return the code of a bipolar disorder from the pole of its present or last episode."""
    table = _BIPOLAR.get(found.pole, _BIPOLAR[""])
    return Suggestion(table.get(_which(found, in_remission), table[""]), (Because.POLE, *((Because.REMISSION,) if in_remission else ())))


@cache
def _mapping() -> dict[tuple[str, str, str], str]:
    """Return the code of each disorder that a substance brings about, by substance, kind and strength."""
    with MAPPING_FILE.open(encoding="utf-8", newline="") as file:
        return {(row["substance"], row["what"], row["severity"]): row["icd10cm"] for row in csv.DictReader(file)}
