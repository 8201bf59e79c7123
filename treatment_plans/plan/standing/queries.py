"""Read where somebody stands: the last rating of each part, how it changed, and the stage of change per disorder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from patients.diagnoses.models import Axis, Diagnosis
from patients.record.models import Patient
from treatment_plans.plan.models import Plan, PlanState
from treatment_plans.plan.queries import diagnoses_to_name
from treatment_plans.plan.standing import rules
from treatment_plans.plan.standing.models import RatedPart, RatedScale, StageOfChange, StandingRating


@dataclass(frozen=True)
class Rated:
    """Hold one part of a scale: what it is called, and what was last and first said of it."""

    part: str
    label: str
    last: StandingRating | None
    first: StandingRating | None

    @property
    def change(self) -> int | None:
        """Return by how much it changed since the first rating, once there are two."""
        if self.last is None or self.first is None or self.last == self.first or self.last.level is None or self.first.level is None:
            return None
        return self.last.level - self.first.level

    @property
    def fallen(self) -> int:
        """Return by how much it fell."""
        return -(self.change or 0)


@dataclass(frozen=True)
class Standing:
    """Hold where somebody stands."""

    wheel: list[Rated]
    dimensions: list[Rated]
    stages: list[StageOfChange]
    spokes: list[rules.Spoke]
    now: str
    before: str
    not_asked: list[str] = field(default_factory=list)

    @property
    def wheel_is_rated(self) -> bool:
        """Say whether anybody rated the whole person yet."""
        return any(one.last for one in self.wheel)

    @property
    def dimensions_are_rated(self) -> bool:
        """Say whether anybody rated an ASAM dimension yet."""
        return any(one.last for one in self.dimensions)


def ratings_of(patient: Patient, program_id: int, *, until: date | None = None) -> QuerySet[StandingRating]:
    """Return the ratings of somebody in one program, the earliest first."""
    rows = StandingRating.objects.filter(patient=patient, program=program_id).order_by("rated_on", "pk")
    return rows if until is None else rows.filter(rated_on__lte=until)


def stages_of(patient: Patient, program_id: int, *, until: date | None = None) -> QuerySet[StageOfChange]:
    """Return the stages of change of somebody in one program, the latest first."""
    rows = StageOfChange.objects.filter(patient=patient, program=program_id).select_related("diagnosis").order_by("-seen_on", "-pk")
    return rows if until is None else rows.filter(seen_on__lte=until)


def standing_for(plan: Plan) -> Standing:
    """Return in two statements where somebody stands, or stood when a plan ended."""
    until = plan.ended_on if plan.state == PlanState.ENDED else None
    ratings = list(ratings_of(plan.patient, plan.program_id, until=until))
    wheel, dimensions = _rated(RatedScale.WHEEL, ratings), _rated(RatedScale.ASAM, ratings)
    now, before = _levels(wheel, "last"), _levels(wheel, "first")
    spokes = rules.spokes(before, now)
    changed = any(one.change for one in wheel)
    return Standing(
        wheel,
        dimensions,
        _latest_stages(list(stages_of(plan.patient, plan.program_id, until=until))),
        spokes,
        rules.outline(spokes),
        rules.outline(rules.spokes(before, before)) if changed else "",
        [one.label for one in wheel if one.last is None],
    )


def disorders_to_stage(plan: Plan) -> QuerySet[Diagnosis]:
    """Return the disorders whose stage of change can be told: diagnoses on the two axes that are treated together."""
    return diagnoses_to_name(plan).filter(axis__in=(Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH))


def last_levels(plan: Plan, scale: str) -> dict[str, StandingRating]:
    """Return the last rating of each part of a scale."""
    return {row.part: row for row in ratings_of(plan.patient, plan.program_id).filter(scale=scale)}


def parts_of(scale: str) -> list[tuple[str, str]]:
    """Return the parts of a scale, each with what it is called."""
    return [(part, str(RatedPart(part).label)) for part in rules.PARTS[scale]]


def highest(scale: str) -> int:
    """Return the highest rating of a scale."""
    return rules.MOST[scale]


def lies_on(scale: str, part: str, level: int | None) -> bool:
    """Say whether a part belongs to a scale and the rating lies on it."""
    return rules.is_rating(scale, part, level)


def _rated(scale: str, ratings: list[StandingRating]) -> list[Rated]:
    """Return each part of a scale with its first and its last rating."""
    last = {row.part: row for row in ratings if row.scale == scale}
    first = {row.part: row for row in reversed(ratings) if row.scale == scale and row.level is not None}
    return [Rated(part, label, last.get(part), first.get(part)) for part, label in parts_of(scale)]


def _levels(rated: list[Rated], which: str) -> Mapping[str, int]:
    """Return the numbers of the first or the last ratings."""
    rows = {one.part: one.last if which == "last" else one.first for one in rated}
    return {part: row.level for part, row in rows.items() if row is not None and row.level is not None}


def _latest_stages(rows: list[StageOfChange]) -> list[StageOfChange]:
    """Return the latest stage of each disorder."""
    found: dict[tuple[str, int | None], StageOfChange] = {}
    for row in rows:
        found.setdefault((row.axis, row.diagnosis_id), row)
    return sorted(found.values(), key=lambda row: (list(Axis.values).index(row.axis), row.diagnosis_id or 0))
