"""Decide how soon somebody is spoken with after an overdose."""

from datetime import date, timedelta

FIRST_CONTACT_DAYS = 2
ESCALATE_AFTER_DAYS = 7
CLOSED_AFTER_DAYS = 30
SOURCE = "Program policy (SAF-04); contact within 7 and 30 days is measured by HEDIS FUA"
"""Days after the overdose by which somebody speaks with the person, after which it is urgent, and after which nobody is reminded."""


def contact_due_on(happened_on: date, today: date) -> date:
    """Return by when somebody speaks with the person: two days after the overdose, or today when it is told later."""
    return max(happened_on + timedelta(days=FIRST_CONTACT_DAYS), today)


def is_too_long_ago(happened_on: date, today: date) -> bool:
    """Say whether an overdose lies so far back that it is history and asks for no contact."""
    return (today - happened_on).days > CLOSED_AFTER_DAYS
