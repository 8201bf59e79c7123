"""Decide who still has to sign a plan, when its review is due, and which score belongs to which disorder."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

CLINICIAN, PERSON, REPRESENTATIVE = "clinician", "person", "representative"
SIGNED, LATER, DECLINED = "signed", "later", "declined"

SIGNATURES = "42 CFR 8.12(f)(4); program policy"
"""Why a plan is signed: it is written together with the person. How, the program decides (M)."""

SUBSTANCE_USE, MENTAL_HEALTH = "substance_use", "mental_health"

DOMAINS: dict[str, tuple[str, ...]] = {
    SUBSTANCE_USE: (
        "alcohol",
        "drug_use_screen",
        "opioid_misuse_risk",
        "opioid_withdrawal",
        "substance_use_progress",
        "substance_use_screen",
    ),
    MENTAL_HEALTH: ("anxiety", "bipolar_screen", "bpd_screen", "depression", "ptsd", "suicide_risk", "trauma_history"),
}
"""The domains of questionnaires that look at one of the two disorders; sleep, needs and quality of life belong to neither."""


class Due(StrEnum):
    """Say how a review stands against its day."""

    LATER = "later"
    SOON = "soon"
    OVERDUE = "overdue"


def still_to_sign(answers: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """Return who has not signed yet, from (party, outcome) of every answer; whoever declined is not asked again."""
    settled = {party for party, outcome in answers if outcome in (SIGNED, DECLINED)}
    missing = [] if (CLINICIAN, SIGNED) in answers else [CLINICIAN]
    return tuple(missing if settled & {PERSON, REPRESENTATIVE} else [*missing, PERSON])


def due(review_on: date, today: date, warn_days: int) -> Due:
    """Return how a review stands on a day."""
    if review_on < today:
        return Due.OVERDUE
    return Due.SOON if review_on <= today + timedelta(days=warn_days) else Due.LATER


def is_untouched(touched_at: datetime | None, since: datetime, at: datetime, days: int) -> bool:
    """Say whether nothing touched an axis for so many days; what was never touched counts from the day on which the plan began."""
    return at - (touched_at or since) > timedelta(days=days)
