"""Name what is worth a second look about a diagnosis; nothing of it ever stops anybody."""

from datetime import date, timedelta
from enum import StrEnum

from patients.diagnoses.rules.reviewing import ABSTINENT_DAYS
from patients.diagnoses.rules.severity import MILD_FROM, Stage, stage_of
from patients.diagnoses.rules.suggesting import Specifiers


class Warned(StrEnum):
    """Name one thing to look at."""

    CODE_DIFFERS = "code_differs"
    REASON_MISSING = "reason_missing"
    TOO_FEW_CRITERIA = "too_few_criteria"
    NO_REMISSION_YET = "no_remission_yet"
    USE_OF_LATE = "use_of_late"
    RELATION_NOT_SAID = "relation_not_said"
    ONSET_NOT_SAID = "onset_not_said"


def warnings_about(
    found: Specifiers,
    *,
    axis: str,
    certainty: str,
    code: str,
    suggested: str,
    has_onset: bool,
    last_use_on: date | None,
    today: date,
) -> list[Warned]:
    """Return what is worth a second look, in the order in which one would ask."""
    differs = bool(suggested and suggested != code)
    count = found.count
    of_late = last_use_on is not None and today < last_use_on + timedelta(days=ABSTINENT_DAYS)
    unsure = (axis, certainty) == ("mental_health", "provisional")
    checks = (
        (differs, Warned.CODE_DIFFERS),
        (differs and not found.code_reason.strip(), Warned.REASON_MISSING),
        (count is not None and count < MILD_FROM, Warned.TOO_FEW_CRITERIA),
        (stage_of(found.remission_since, today) == Stage.NOT_YET, Warned.NO_REMISSION_YET),
        (unsure and of_late, Warned.USE_OF_LATE),
        (axis == "mental_health" and not found.relation_to_use, Warned.RELATION_NOT_SAID),
        (axis in ("mental_health", "substance_use") and not has_onset, Warned.ONSET_NOT_SAID),
    )
    return [warned for holds, warned in checks if holds]
