"""Decide what a referral tells, and how long one waits for an answer."""

WAITS_TOO_LONG_DAYS = 7
"""Days after which an unanswered referral is marked. The figure is ours."""

ALWAYS_TOLD = ("demographics", "contact")
TOLD_FOR = {
    "treatment": ("medications", "diagnoses", "plan"),
    "housing": ("housing",),
    "employment": ("employment",),
}
"""Parts of the record that a referral tells for each purpose, and no more than these (42 CFR 2.13(a))."""

MINIMUM_SOURCE = "42 CFR 2.13(a)"
ANSWERS = ("accepted", "declined")


def what_is_told(purpose: str) -> tuple[str, ...]:
    """Return the parts of the record that a referral for this purpose tells."""
    return (*ALWAYS_TOLD, *TOLD_FOR.get(purpose, ()))


def waits_too_long(days: int) -> bool:
    """Say whether a referral has waited longer than it should."""
    return days > WAITS_TOO_LONG_DAYS
