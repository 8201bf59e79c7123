"""Decide which screening for infections is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from patients.health.rules import months_before

SCREEN_AFTER_MONTHS = 12
SOURCE = "Program policy (ASM-08) after 42 CFR 8.12(f)(2) and TIP 63; the figure is ours"
"""Months after which the status of an infection is asked for again."""

SCREENED = ("hiv", "hcv", "hbv", "tb")
"""What the policy screens for; syphilis is tested when there is a reason."""

SAYS_STATUS = frozenset({"negative", "positive"})


@dataclass(frozen=True)
class KnownTest:
    """Hold what a test said of an infection."""

    infection: str
    result: str
    tested_on: date
    linkage: str = ""


def screenings_due(tests: Iterable[KnownTest], today: date) -> list[str]:
    """Return the infections without a known status in the last 12 months; a positive result that was not cured stays known."""
    since = months_before(today, SCREEN_AFTER_MONTHS)
    known = {
        test.infection
        for test in tests
        if test.result in SAYS_STATUS and (test.tested_on >= since or (test.result == "positive" and test.linkage != "treated"))
    }
    return [infection for infection in SCREENED if infection not in known]
