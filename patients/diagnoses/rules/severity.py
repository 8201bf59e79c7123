"""Count criteria of a substance use disorder, and say how severe it is and how long it has been in remission."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

DSM5 = "DSM-5-TR, substance-related disorders (names and counts; the wording here is our own)"

CRITERIA: tuple[str, ...] = (
    "more_than_meant",
    "cannot_cut_down",
    "takes_much_time",
    "craving",
    "duties_suffer",
    "trouble_with_others",
    "gives_up_activities",
    "physical_danger",
    "harms_health",
    "tolerance",
    "withdrawal",
)
"""What each of the eleven criteria is about, in their order. The text of DSM-5 belongs to the American Psychiatric Association."""

EXPECTED_WHEN_PRESCRIBED = frozenset({"tolerance", "withdrawal"})
"""Criteria 10 and 11, which do not count for a medicine taken as prescribed (DSM-5)."""

WITHOUT_WITHDRAWAL = frozenset({"hallucinogen", "inhalant"})
"""Substances for which DSM-5 knows no withdrawal: criterion 11 is not asked."""

MOST_CRITERIA = len(CRITERIA)
MILD_FROM, MODERATE_FROM, SEVERE_FROM = 2, 4, 6
"""Criteria from which a use disorder is mild, moderate, severe (DSM-5: 2-3, 4-5, 6 or more)."""

EARLY_MONTHS, SUSTAINED_MONTHS = 3, 12
"""Months without criteria (craving may remain) from which remission is early, and from which it is sustained (DSM-5)."""

MILD, MODERATE, SEVERE = "mild", "moderate", "severe"


class Stage(StrEnum):
    """Name how far a remission has come."""

    NOT_YET = "not_yet"
    EARLY = "early"
    SUSTAINED = "sustained"


def counted(criteria: Collection[str], *, as_prescribed: bool = False) -> int:
    """Return how many criteria count; what a medicine taken as prescribed brings with it does not."""
    met = set(criteria) & set(CRITERIA)
    return len(met - EXPECTED_WHEN_PRESCRIBED if as_prescribed else met)


def severity_of(count: int | None) -> str:
    """Return how severe a use disorder with so many criteria is; below two there is none."""
    if count is None or count < MILD_FROM:
        return ""
    if count < MODERATE_FROM:
        return MILD
    return MODERATE if count < SEVERE_FROM else SEVERE


def whole_months(since: date, today: date) -> int:
    """Return how many whole months have passed; a month that lacks the day is over on its last."""
    months = (today.year - since.year) * 12 + today.month - since.month
    is_last_of_month = (today + timedelta(days=1)).day == 1
    return months if today.day >= since.day or is_last_of_month else months - 1


def stage_of(since: date | None, today: date) -> Stage | None:
    """Return how far a remission has come by a day, or nothing when nobody knows since when."""
    if since is None:
        return None
    months = whole_months(since, today)
    if months < EARLY_MONTHS:
        return Stage.NOT_YET
    return Stage.EARLY if months < SUSTAINED_MONTHS else Stage.SUSTAINED
