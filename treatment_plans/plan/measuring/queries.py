"""Read how far somebody has come towards what can be measured."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from patients.instruments.data import instruments, known
from patients.record.models import Patient
from patients.screenings.queries import ScorePoint, scores_for
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.measuring.rules import Progress, Yardstick, is_turned_round, missing_of, progress
from treatment_plans.plan.models import MeasuredAs, Objective

TOTAL = "total"


def measurable_scores() -> list[tuple[str, str, str]]:
    """Return what an objective may be measured by: instrument, score, and the direction in which its author says it gets better."""
    return [
        (one.id, score, str(way))
        for one in instruments().values()
        if one.is_scored and not one.compartment
        for score, way in one.change.get("better", {}).items()
    ]


def score_in_words(instrument: str, score: str) -> str:
    """Return what a score is called."""
    told = known(instrument)
    short = told.short_name if told else instrument
    return short if score in ("", TOTAL) else f"{short}: {score.replace('_', ' ')}"


def yardstick_of(objective: Objective) -> Yardstick:
    """Return by what an objective is measured."""
    return Yardstick(
        objective.measured_as,
        objective.start_value,
        objective.target_value,
        objective.direction,
        objective.unit,
        objective.instrument,
        objective.score,
        objective.target_on,
    )


def yardstick_from(**facts: Any) -> Yardstick:
    """Return by what an objective is to be measured, as a form tells it: what its kind does not ask for is left out."""
    told = Yardstick(**facts)
    if told.measured_as not in (MeasuredAs.NUMBER, MeasuredAs.INSTRUMENT):
        return Yardstick(told.measured_as, target_on=told.target_on)
    if told.measured_as == MeasuredAs.NUMBER:
        return replace(told, unit=told.unit.strip(), instrument="", score="")
    return replace(told, unit="", score=told.score or TOTAL)


def faults_of_measure(yardstick: Yardstick) -> list[str]:
    """Return the fields that are missing or wrong, so that the objective could not be measured as it says; none where it says nothing."""
    if not yardstick.measured_as:
        return []
    found = missing_of(yardstick)
    if yardstick.instrument and (yardstick.instrument, yardstick.score or TOTAL) not in {(i, s) for i, s, _way in measurable_scores()}:
        found.append("instrument")
    return [*found, "start_value"] if is_turned_round(yardstick) else found


def progress_of(patient: Patient, objectives: Iterable[Objective]) -> dict[int, Progress]:
    """Return how far somebody has come towards each objective that is measured by a number or a score; the statements do not grow."""
    measured = [one for one in objectives if one.measured_as in (MeasuredAs.NUMBER, MeasuredAs.INSTRUMENT)]
    found = {**_from_scores(patient, measured), **_from_values(measured)}
    return {key: done for key, done in found.items() if done is not None}


def _from_scores(patient: Patient, measured: list[Objective]) -> dict[int, Progress | None]:
    """Return the progress that the latest scores show."""
    by_score = [one for one in measured if one.measured_as == MeasuredAs.INSTRUMENT]
    points: dict[tuple[str, str], ScorePoint] = {(p.instrument, p.score): p for p in scores_for(patient)} if by_score else {}
    return {
        one.pk: progress(yardstick_of(one), Decimal(str(point.value)), point.at.date())
        for one in by_score
        if (point := points.get((one.instrument, one.score or TOTAL))) is not None
    }


def _from_values(measured: list[Objective]) -> dict[int, Progress | None]:
    """Return the progress that the values written down last show."""
    by_number = {one.pk: one for one in measured if one.measured_as == MeasuredAs.NUMBER}
    rows: Any = ObjectiveValue.objects.filter(objective__in=by_number).order_by("objective", "-counted_on", "-pk").distinct("objective")
    return {row.objective_id: progress(yardstick_of(by_number[row.objective_id]), row.value, row.counted_on) for row in rows}
