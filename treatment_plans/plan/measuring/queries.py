"""Read how far somebody has come towards what can be measured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from patients.instruments.data import instruments, known
from patients.record.models import Patient
from patients.screenings.queries import ScorePoint, scores_for
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.measuring.rules import Progress, Yardstick, is_turned_round, missing_of, progress
from treatment_plans.plan.models import MeasuredAs, Objective, Plan, TargetWay

TOTAL = "total"


@dataclass(frozen=True)
class Score:
    """Hold one score that an objective may be measured by: what it is called, which way is better, and where it stands."""

    instrument: str
    score: str
    label: str
    better: str
    latest: Decimal | None = None

    @property
    def key(self) -> str:
        """Return the word that names it in a form."""
        return f"{self.instrument}|{self.score}"


def measurable_scores(latest: Mapping[tuple[str, str], Decimal] | None = None) -> list[Score]:
    """Return what an objective may be measured by, with the direction in which its author says it gets better."""
    ways = {"lower": TargetWay.DOWN.value, "higher": TargetWay.UP.value}
    return [
        Score(one.id, score, score_in_words(one.id, score), ways[way], (latest or {}).get((one.id, score)))
        for one in instruments().values()
        if one.is_scored and not one.compartment
        for score, way in one.change.get("better", {}).items()
    ]


def scores_to_choose(patient: Patient) -> list[Score]:
    """Return what an objective of this person may be measured by, with where each score stands."""
    return measurable_scores({(point.instrument, point.score): Decimal(str(point.value)) for point in scores_for(patient)})


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
    known_scores = {(one.instrument, one.score) for one in measurable_scores()}
    if yardstick.instrument and (yardstick.instrument, yardstick.score or TOTAL) not in known_scores:
        found.append("instrument")
    return [*found, "start_value"] if is_turned_round(yardstick) else found


def progress_of(patient: Patient, objectives: Iterable[Objective]) -> dict[int, Progress]:
    """Return how far somebody has come towards each objective that is measured by a number or a score; the statements do not grow."""
    measured = [one for one in objectives if one.measured_as in (MeasuredAs.NUMBER, MeasuredAs.INSTRUMENT)]
    found = {**_from_scores(patient, measured), **_from_values(measured)}
    return {key: done for key, done in found.items() if done is not None}


def show_progress(plan: Plan) -> None:
    """Let each objective of a plan that was read with its parts say by what it is measured and how far somebody has come."""
    objectives = [one for problem in plan.problems.all() for goal in problem.goals.all() for one in goal.objectives.all()]
    found = progress_of(plan.patient, objectives)
    for one in objectives:
        done = found.get(one.pk)
        said = {"yardstick_words": yardstick_in_words(one), "progress": done, "latest_words": figure(done.latest) if done else ""}
        vars(one).update(said)


def yardstick_in_words(objective: Objective) -> str:
    """Return by what an objective is measured, as one says it: PHQ-9 from 18 to at most 9."""
    if objective.measured_as not in (MeasuredAs.NUMBER, MeasuredAs.INSTRUMENT):
        return ""
    by_score = objective.measured_as == MeasuredAs.INSTRUMENT
    what = score_in_words(objective.instrument, objective.score) if by_score else objective.unit
    text = _("at least %(target)s") if objective.direction == TargetWay.UP else _("at most %(target)s")
    target = text % {"target": figure(objective.target_value)}
    if objective.start_value is not None:
        target = _("from %(start)s to %(target)s") % {"start": figure(objective.start_value), "target": target}
    return f"{what}: {target}" if what else target


def figure(value: Decimal | None) -> str:
    """Return a number without zeros that say nothing."""
    return "" if value is None else f"{value.normalize():f}"


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
    values = ObjectiveValue.objects.filter(objective__in=by_number).order_by("objective_id", "-counted_on", "-pk")
    rows: Any = values.distinct("objective_id")
    return {row.objective_id: progress(yardstick_of(by_number[row.objective_id]), row.value, row.counted_on) for row in rows}
