"""Decide what a pregnancy asks for."""

from datetime import date, timedelta

LINK_WITHIN_DAYS = 7
SOURCE = "Program policy (SAF-09) after 42 CFR 8.12(f)(3) and TIP 63; the figure is ours"
"""Days within which a pregnant person has prenatal care arranged and the plan looked at."""


def linkage_due_on(noted_on: date, today: date) -> date:
    """Return by when prenatal care is arranged."""
    return max(noted_on + timedelta(days=LINK_WITHIN_DAYS), today)
