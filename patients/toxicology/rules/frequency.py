"""Count random tests against what the program wants in a year."""

from dataclasses import dataclass
from datetime import date, timedelta

TESTS_A_YEAR = 8
YEAR = timedelta(days=365)
SOURCE = "Program policy (MED-08), after 42 CFR 8.12(f)(6), from memory"
MARK = "M"


@dataclass(frozen=True)
class Tests:
    """Hold how many random tests were taken in the last year, how many by now are wanted, and how many in a full year."""

    taken: int
    by_now: int
    a_year: int = TESTS_A_YEAR

    @property
    def is_behind(self) -> bool:
        """Say whether fewer were taken than wanted by now."""
        return self.taken < self.by_now


def year_before(today: date) -> date:
    """Return the first day of the year that ends today."""
    return today - YEAR + timedelta(days=1)


def random_tests(*, taken: int, in_care_since: date | None, today: date) -> Tests:
    """Return the count for somebody, pro rata for who has not been in care for a year."""
    if in_care_since is None or in_care_since > today:
        return Tests(taken, 0)
    days = min((today - in_care_since).days + 1, YEAR.days)
    return Tests(taken, TESTS_A_YEAR * days // YEAR.days)
