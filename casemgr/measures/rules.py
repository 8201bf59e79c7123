"""Decide what a figure may tell when it leaves the director's own page."""

from dataclasses import dataclass
from datetime import date, timedelta

SMALL_CELL = 11
"""Counts below this are hidden in what is shared: from 1 to 10 a reader could guess who is meant (CMS Cell Size Suppression Policy)."""

LONGEST_DAILY_SERIES = 62
"""Days up to which a chart shows one point a day; above that a point is a week. The figure is ours: two months still fit a phone."""


def shared(number: int) -> str:
    """Return a count as it may be shared; nothing is not a small group and may be said."""
    return f"<{SMALL_CELL}" if 0 < number < SMALL_CELL else str(number)


def may_share(part: int, whole: int) -> bool:
    """Say whether a part of a whole may be shared: neither it nor what is left may be a small group, or one would tell the other."""
    return not (0 < part < SMALL_CELL or 0 < whole - part < SMALL_CELL)


def share(part: int, whole: int) -> int | None:
    """Return a part in whole per cent, or nothing of nothing."""
    return round(100 * part / whole) if whole else None


@dataclass(frozen=True)
class Period:
    """Hold the days from `since` up to, not including, `until`."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.until - self.since).days

    @property
    def last_day(self) -> date:
        """Return the last day that belongs to it."""
        return self.until - timedelta(days=1)

    def buckets(self) -> list[tuple[date, date]]:
        """Return the days of a chart's points as half-open stretches; the last one may be shorter."""
        step = 1 if self.days <= LONGEST_DAILY_SERIES else 7
        starts = [self.since + timedelta(days=n) for n in range(0, self.days, step)]
        return [(start, min(start + timedelta(days=step), self.until)) for start in starts]
