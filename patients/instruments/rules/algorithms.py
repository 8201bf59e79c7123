"""Score what is more than a sum, each by the algorithm of its authors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from patients.instruments.rules.answers import Answers
from patients.instruments.rules.definition import Instrument

YES = 1
SYMPTOM = 2
"""PHQ-9 “more than half the days”, PCL-5 “moderately”: from here on an answer counts as a symptom."""

PHQ9_CORE = ("1", "2")
PHQ9_SYMPTOMS = tuple(str(number) for number in range(1, 9))
PHQ9_MAJOR, PHQ9_OTHER = 5, 2
"""Symptoms of a major, and of another, depressive syndrome (CamCOPS phq9.py, after Spitzer 1999)."""

PCL5_CLUSTERS: tuple[tuple[range, int], ...] = ((range(1, 6), 1), (range(6, 8), 1), (range(8, 15), 2), (range(15, 21), 2))
"""Items of the DSM-5 criteria B, C, D and E, and how many symptoms each needs (CamCOPS pcl5.py)."""

MDQ_SYMPTOMS = tuple(str(number) for number in range(1, 14))
MDQ_CUT, MDQ_TOGETHER, MDQ_IMPACT, MDQ_MODERATE = 7, "14", "15", 2
"""Hirschfeld 2000: seven symptoms, several at the same time, a moderate or serious problem."""

SAFETY_ITEMS = ("7", "8", "9", "10")
SAFETY_CUT = 11
"""HITS in the AHC-HRSN: 11 of 20 points and more is a need."""
PHQ2_ITEMS, PHQ2_CUT = ("23", "24"), 3
EXERCISE_ITEMS, EXERCISE_MINUTES = ("17", "18"), 150
"""CMS: less than 150 minutes of moderate exercise a week is a need."""

PROMIS_PAIN = {0: 5, **dict.fromkeys((1, 2, 3), 4), **dict.fromkeys((4, 5, 6), 3), **dict.fromkeys((7, 8, 9), 2), 10: 1}
"""PROMIS Global Health: pain 0-10 as one of five steps."""
PROMIS_PHYSICAL, PROMIS_MENTAL = ("g03", "g06", "g07", "g08"), ("g02", "g04", "g05", "g10")

WHOQOL_MAY_MISS = {"physical": 1, "environment": 1, "psychological": 0, "social": 0}
"""How many answers of a domain may be missing (VA routine YTSWHOQO)."""


@dataclass(frozen=True)
class Scores:
    """Hold the scores that an algorithm arrives at."""

    total: int | float | None = None
    band: str = ""
    subscores: Mapping[str, Any] = field(default_factory=dict)
    also_missing: tuple[str, ...] = ()


def pcptsd5(_instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Count the symptoms of PC-PTSD-5; without an event there are none to ask for."""
    if answers.get("exposure") == 0:
        return Scores(total=0)
    return Scores(total=None if missing else sum(answers[str(number)] for number in range(1, 6)))


def auditc(_instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Add up AUDIT-C; who never drinks scores nothing on the two other questions."""
    if answers.get("1") == 0:
        return Scores(total=0)
    return Scores(total=None if missing else sum(answers[item] for item in ("1", "2", "3")))


def cssrs_triage(_instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Triage the C-SSRS screener. An unfinished screen never counts as a lower risk; one yes to 4, 5 or 6b is enough for high."""
    level = at_least(answers)
    known = level if level == "high" or not missing else None
    return Scores(band=known or "", subscores={"risk": known})


def at_least(answers: Answers) -> str:
    """Return the level of risk that the answers given so far already amount to."""
    said = {item for item, value in answers.items() if value == YES}
    if said & {"4", "5", "6b"}:
        return "high"
    if said & {"3", "6"}:
        return "moderate"
    return "low" if said & {"1", "2"} else "none"


def ahc_hrsn(instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Name the domains of the AHC-HRSN in which there is a need."""
    needs = {item.group for item in instrument.items if _is_need(item.options, answers.get(item.id))}
    safety = sum(answers[item] for item in SAFETY_ITEMS) if all(item in answers for item in SAFETY_ITEMS) else None
    if safety is not None and safety >= SAFETY_CUT:
        needs.add("safety")
    if sum(answers.get(item, 0) for item in PHQ2_ITEMS) >= PHQ2_CUT:
        needs.add("mental_health")
    days, minutes = (answers.get(item) for item in EXERCISE_ITEMS)
    if days == 0 or (days is not None and minutes is not None and days * minutes < EXERCISE_MINUTES):
        needs.add("physical_activity")
    halves = [item for item in PHQ2_ITEMS if item not in answers and any(one in answers for one in PHQ2_ITEMS)]
    halves += [EXERCISE_ITEMS[1]] if days and minutes is None else []
    told = None if missing else sorted(needs)
    subscores = {"needs": told, "safety_total": safety, "z_codes": _z_codes(instrument, answers, needs)}
    return Scores(subscores=subscores, also_missing=tuple(halves))


def _is_need(options: Any, given: Any) -> bool:
    """Say whether an answer is one of those that mark a need."""
    values = given if isinstance(given, list | tuple) else [given]
    return any((option := options.option(value)) is not None and option.is_need for value in values)


def _z_codes(instrument: Instrument, answers: Answers, needs: set[str]) -> list[str]:
    """Return the codes that fit the needs; the clinician decides which one is written down."""
    found = []
    for rule in instrument.scoring.get("z_codes", ()):
        if "item" in rule:
            given = answers.get(rule["item"])
            fits = any(value in rule["values"] for value in (given if isinstance(given, list | tuple) else [given]))
        else:
            fits = rule["need"] in needs
        found += [code for code in rule["codes"] if fits and code not in found]
    return found


def taps2(instrument: Instrument, answers: Answers, _missing: tuple[str, ...]) -> Scores:
    """Score TAPS-2 substance by substance: the sum of yes, and nothing where the first question was answered no."""
    subscores: dict[str, Any] = {}
    for substance in dict.fromkeys(item.group for item in instrument.items):
        items = [item for item in instrument.items if item.group == substance]
        if answers.get(items[0].id) == 0:
            subscores[substance] = 0
            continue
        complete = all(item.id in answers for item in items)
        subscores[substance] = sum(answers[item.id] for item in items if item.is_scored) if complete else None
    return Scores(subscores=subscores)


def mdq(_instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Judge the MDQ: seven symptoms, several at the same time, and at least a moderate problem."""
    if missing:
        return Scores(subscores={"count": None, "result": None})
    count = sum(answers[item] for item in MDQ_SYMPTOMS)
    is_positive = count >= MDQ_CUT and answers[MDQ_TOGETHER] == YES and answers[MDQ_IMPACT] >= MDQ_MODERATE
    result = "positive" if is_positive else "negative"
    return Scores(total=count, band=result, subscores={"count": count, "result": result})


def whoqol_bref(instrument: Instrument, answers: Answers, _missing: tuple[str, ...]) -> Scores:
    """Score the four domains of WHOQOL-BREF from 0 to 100, a higher one is better."""
    turned = set(instrument.scoring["reverse_items"])
    subscores: dict[str, Any] = {}
    for name, items in instrument.scoring["domains"].items():
        given = [6 - answers[item] if item in turned else answers[item] for item in items if item in answers]
        enough = len(items) - len(given) <= WHOQOL_MAY_MISS[name]
        subscores[name] = round((sum(given) / len(given) * 4 - 4) * 100 / 16, 1) if enough else None
    return Scores(subscores=subscores)


def promis10(instrument: Instrument, answers: Answers, _missing: tuple[str, ...]) -> Scores:
    """Score physical and mental health of PROMIS Global-10, raw and as T-scores; a higher one is better."""
    counted = {**answers, "g07": PROMIS_PAIN.get(answers.get("g07", -1))}
    subscores: dict[str, Any] = {}
    for name, items in (("gph", PROMIS_PHYSICAL), ("gmh", PROMIS_MENTAL)):
        values = [counted.get(item) for item in items]
        raw = None if None in values else sum(value for value in values if value is not None)
        subscores[f"{name}_raw"] = raw
        subscores[f"{name}_t"] = None if raw is None else instrument.scoring[f"t_{name}"][str(raw)]
    return Scores(subscores=subscores)


def _phq9_symptoms(answers: Answers) -> int:
    """Count the symptoms of depression; the thought of death counts from the first day on."""
    return int(sum(answers[item] >= SYMPTOM for item in PHQ9_SYMPTOMS)) + int(answers["9"] >= 1)


def _phq9_core(answers: Answers) -> bool:
    """Say whether one of the two core symptoms is there."""
    return any(answers[item] >= SYMPTOM for item in PHQ9_CORE)


def phq9_mds(answers: Answers) -> bool:
    """Say whether the answers fit a major depressive syndrome."""
    return _phq9_core(answers) and _phq9_symptoms(answers) >= PHQ9_MAJOR


def phq9_ods(answers: Answers) -> bool:
    """Say whether the answers fit another depressive syndrome."""
    return _phq9_core(answers) and PHQ9_OTHER <= _phq9_symptoms(answers) < PHQ9_MAJOR


def pcl5_dsm5(answers: Answers) -> bool:
    """Say whether the answers fit the symptom pattern of PTSD in DSM-5."""
    return all(sum(answers[str(number)] >= SYMPTOM for number in items) >= needed for items, needed in PCL5_CLUSTERS)


ALGORITHMS: dict[str, Callable[[Instrument, Answers, tuple[str, ...]], Scores]] = {
    algorithm.__name__: algorithm for algorithm in (pcptsd5, auditc, cssrs_triage, ahc_hrsn, taps2, mdq, whoqol_bref, promis10)
}
DERIVED: dict[str, Callable[[Answers], bool]] = {rule.__name__: rule for rule in (phq9_mds, phq9_ods, pcl5_dsm5)}
