"""Score the answers to an instrument: a total only when it is complete, never with a missing answer taken as zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patients.instruments.rules.algorithms import ALGORITHMS, DERIVED, Scores
from patients.instruments.rules.answers import Answers, Problem, holds, missing_items, problems_of
from patients.instruments.rules.definition import Instrument

FEMALE, MALE = "female", "male"
UNKNOWN_SEX = ""


@dataclass(frozen=True)
class Result:
    """Hold what the answers come to: the scores with their bands, what they say, what is missing, what is impossible."""

    total: int | float | None = None
    band: str = ""
    subscores: Mapping[str, Any] = field(default_factory=dict)
    bands: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, bool | None] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    """Codes of the cut-offs that are reached."""
    alerts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Say whether every question that counts is answered, and possibly so."""
        return not self.missing and not self.problems

    def flat(self) -> dict[str, Any]:
        """Return everything by name, as examples of scoring are written."""
        bands = {f"{name}_band": band for name, band in self.bands.items()}
        total = {} if self.total is None and not self.band else {"total": self.total, "band": self.band}
        return {**total, **self.subscores, **bands, **self.derived, "positive": list(self.positive), "alerts": list(self.alerts)}


def score(instrument: Instrument, answers: Answers, *, sex: str = UNKNOWN_SEX) -> Result:
    """Score the answers to an instrument. Impossible answers are named and nothing is scored."""
    given = {item_id: value for item_id, value in answers.items() if value is not None}
    problems = problems_of(instrument, given)
    wrong = {problem.item for problem in problems}
    missing = missing_items(instrument, {item_id: value for item_id, value in given.items() if item_id not in wrong})
    if problems or not instrument.is_scored:
        return Result(missing=missing, problems=problems)
    scores = _scores(instrument, given, missing)
    missing = tuple(dict.fromkeys((*missing, *scores.also_missing)))
    return Result(
        total=scores.total,
        band=scores.band or _band(instrument, scores.total),
        subscores=scores.subscores,
        bands=_bands(instrument, scores.subscores),
        derived={rule["code"]: None if missing else DERIVED[rule["algorithm"]](given) for rule in instrument.derived},
        positive=_positive(instrument, scores, sex),
        alerts=alerts_of(instrument, given, scores),
        missing=missing,
    )


def score_of_total(instrument: Instrument, total: int | float, *, sex: str = UNKNOWN_SEX, given: Answers | None = None) -> Result:
    """Say what a total means that was added up on paper, with the few answers that are known besides."""
    scores = Scores(total=total, subscores={instrument.score_name: total} if instrument.score_name != "total" else {})
    alerts = alerts_of(instrument, given or {}, scores)
    return Result(total=total, band=_band(instrument, total), positive=_positive(instrument, scores, sex), alerts=alerts)


def takes_a_total(instrument: Instrument) -> bool:
    """Say whether a total alone can be taken down: it has one range, and a band for each number in it."""
    return instrument.is_scored and instrument.range is not None and "total" in instrument.bands


def alerts_of(instrument: Instrument, answers: Answers, scores: Scores) -> tuple[str, ...]:
    """Return the alerts that answers and scores raise; one on an answer does not wait for the rest of them."""
    named = {"total": scores.total, **scores.subscores}
    raised = []
    for alert in instrument.alerts:
        when = alert["when"]
        value = answers.get(when["item"]) if "item" in when else named.get(when["score"])
        if "context" not in alert and holds(value, when["op"], when["value"]):
            raised.append(alert["id"])
    return tuple(raised)


def _scores(instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> Scores:
    """Return the scores by the method of the instrument."""
    method = instrument.scoring["method"]
    if method == "sum":
        return Scores(
            total=None if missing else _sum(instrument, answers, instrument.scoring["items"]), subscores=_parts(instrument, answers)
        )
    if method == "subscales":
        return Scores(subscores=_parts(instrument, answers))
    return ALGORITHMS[instrument.scoring["algorithm"]](instrument, answers, missing)


def _parts(instrument: Instrument, answers: Answers) -> dict[str, Any]:
    """Return each subscale whose answers are all there; the others have no value."""
    scales: Mapping[str, Any] = instrument.scoring.get("subscales", {})
    return {name: _sum(instrument, answers, items) if all(item in answers for item in items) else None for name, items in scales.items()}


def _sum(instrument: Instrument, answers: Answers, items: list[str]) -> int:
    """Add up answers, those that are keyed the other way round or weighted by what they count."""
    keyed = {**instrument.scoring.get("reverse", {}), **instrument.scoring.get("recode", {})}
    return sum(keyed[item][str(answers[item])] if item in keyed else answers[item] for item in items)


def _band(instrument: Instrument, total: int | float | None, name: str = "total") -> str:
    """Return the band in which a score lies."""
    if total is None:
        return ""
    return next((band["code"] for band in instrument.bands.get(name, ()) if band["min"] <= total <= band["max"]), "")


def _bands(instrument: Instrument, subscores: Mapping[str, Any]) -> dict[str, str]:
    """Return the band of each subscore that has bands of its own, or shares them with the others."""
    found = {}
    for name, value in subscores.items():
        bands = name if name in instrument.bands else "per_substance"
        if bands in instrument.bands and isinstance(value, int | float):
            found[name] = _band(instrument, value, bands)
    return found


def _positive(instrument: Instrument, scores: Scores, sex: str) -> tuple[str, ...]:
    """Return the cut-offs that are reached; some differ by sex, and an unknown sex takes the more careful one."""
    named = {"total": scores.total, **scores.subscores}
    reached = [
        cutoff["code"]
        for cutoff in instrument.cutoffs
        if _is_for(cutoff, sex) and any(holds(named.get(name), cutoff["op"], cutoff["value"]) for name in cutoff["score"].split("|"))
    ]
    return tuple(dict.fromkeys(reached))


def _is_for(cutoff: Mapping[str, Any], sex: str) -> bool:
    """Say whether a cut-off is the one for this sex."""
    wanted = cutoff.get("sex")
    return wanted is None or (wanted == MALE) == (sex == MALE)
