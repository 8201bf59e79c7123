"""Decide what a person's wish not to be told of obliges the program to (42 CFR 2.26, 45 CFR 164.522(a))."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

TREATMENT_PAYMENT_OPERATIONS = frozenset({"treatment", "payment", "operations"})
"""The purposes that a restriction is about; what the law asks for or permits for others it does not stop (42 CFR 2.26(a)(1), (a)(5))."""

PAYMENT_OPERATIONS = frozenset({"payment", "operations"})
HEALTH_PLAN = "health_plan"

ANYBODY, HEALTH_PLANS, NAMED = "anybody", "health_plans", "named"

REQUEST_SOURCE = "42 CFR 2.26(a)(1)"
OWED_SOURCE = "42 CFR 2.26(a)(6)"
EMERGENCY_SOURCE = "42 CFR 2.26(a)(3)-(4)"
END_SOURCE = "42 CFR 2.26(b)"

BY_PATIENT_IN_WRITING, BY_PATIENT_ORALLY, BY_NOTICE = "patient_in_writing", "patient_orally", "program_notice"

EMERGENCY_REQUEST = (
    "The patient has restricted this information. It is told to you for emergency treatment only: please do not further use or disclose it."
    " (42 CFR 2.26(a)(4))"
)
"""What goes along when a restricted record is told in an emergency."""


class RestrictionFacts(NamedTuple):
    """Hold one restriction that the program agreed to."""

    id: int
    program_id: int
    to_whom: str
    organization_id: int | None
    purposes: Collection[str]
    categories: Collection[str]
    """Without any the whole record is meant."""
    paid_in_full: bool
    records_until: date | None = None
    """Set when the program gave notice: what was recorded before this day stays restricted."""


def restricts(
    restriction: RestrictionFacts,
    *,
    recipient_id: int | None,
    recipient_kind: str,
    purpose: str,
    categories: Collection[str],
    records_since: date | None = None,
) -> bool:
    """Say whether a restriction stands against telling this."""
    newer_only = restriction.records_until is not None and records_since is not None and records_since >= restriction.records_until
    return (
        purpose in restriction.purposes
        and purpose in TREATMENT_PAYMENT_OPERATIONS
        and _meets_recipient(restriction, recipient_id, recipient_kind)
        and touches(restriction, categories)
        and not newer_only
    )


def touches(restriction: RestrictionFacts, categories: Collection[str]) -> bool:
    """Say whether a restriction is about any of these parts of the record."""
    return not restriction.categories or not set(restriction.categories).isdisjoint(categories)


def _meets_recipient(restriction: RestrictionFacts, recipient_id: int | None, recipient_kind: str) -> bool:
    """Say whether a recipient is one of those who are not to be told."""
    if restriction.to_whom == NAMED:
        return recipient_id is not None and restriction.organization_id == recipient_id
    return restriction.to_whom == ANYBODY or recipient_kind == HEALTH_PLAN


class Part(NamedTuple):
    """Hold one part of a request: who is not to be told, what for, and whether the program must agree to it."""

    to_whom: str
    purposes: frozenset[str]
    is_owed: bool


def parts_of(*, to_whom: str, names_health_plan: bool, purposes: Collection[str], paid_in_full: bool) -> list[Part]:
    """Return the part of a request that the law binds to, and whatever more was asked as a part of its own.

    The program must agree about a health plan, payment or operations, and what somebody else paid in full (42 CFR 2.26(a)(6)); that the
    person asks for more takes none of it away.
    """
    asked = frozenset(purposes)
    reaches_plans = to_whom in (ANYBODY, HEALTH_PLANS) or (to_whom == NAMED and names_health_plan)
    owed = asked & PAYMENT_OPERATIONS if paid_in_full and reaches_plans else frozenset()
    if not owed:
        return [Part(to_whom, asked, is_owed=False)]
    rest = asked if to_whom == ANYBODY else asked - owed
    binding = Part(HEALTH_PLANS if to_whom == ANYBODY else to_whom, owed, is_owed=True)
    return [binding, Part(to_whom, rest, is_owed=False)] if rest else [binding]


def may_end(*, basis: str, is_owed: bool) -> bool:
    """Say whether a restriction may end in this way; the program's own notice never ends one that it owes (42 CFR 2.26(b))."""
    return basis in {BY_PATIENT_IN_WRITING, BY_PATIENT_ORALLY} or (basis == BY_NOTICE and not is_owed)
