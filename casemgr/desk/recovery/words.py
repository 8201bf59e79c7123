"""Say in words what the recovery chart shows: days, runs of days, and what was seen of the cycle."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.recovery.lanes.lane import Point, Series, Words
from casemgr.desk.recovery.rules import Mark, Order, Rise

DAY = timedelta(days=1)
MARK_WORDS: dict[Order, Words] = {
    Order.SYMPTOMS_FIRST: gettext_lazy("Symptoms rose before use"),
    Order.USE_FIRST: gettext_lazy("Use before symptoms rose"),
}
"""What is written at a mark. Never a cause: both may have come from something third."""


def day_words(day: date) -> str:
    """Return a day as the table and the hover say it."""
    return date_format(day, "DATE_FORMAT")


def days_words(first: date, last: date) -> str:
    """Return a stretch of days."""
    if first == last:
        return day_words(first)
    return _("%(first)s to %(last)s") % {"first": day_words(first), "last": day_words(last)}


def when(point: Point) -> str:
    """Return the day of a point, or its first and last one."""
    return days_words(point.on, point.until or point.on)


@dataclass(frozen=True)
class Row:
    """Hold one row of the table: a day, or a run of days of which the same is to be said."""

    first: date
    last: date
    words: str

    @property
    def when(self) -> str:
        """Return its days in words."""
        return days_words(self.first, self.last)

    @property
    def days(self) -> int:
        """Return how many days it holds."""
        return (self.last - self.first).days + 1


def rows_of(series: Series) -> list[Row]:
    """Return the table of a lane, the latest first; days in a row that say the same are one row."""
    return list(_runs(series.points))[::-1]


def _runs(points: Iterable[Point]) -> Iterator[Row]:
    """Yield runs of points, the earliest first."""
    run: Row | None = None
    for point in points:
        if run is not None and point.until is None and point.words == run.words and point.on == run.last + DAY:
            run = Row(run.first, point.on, run.words)
            continue
        if run is not None:
            yield run
        run = Row(point.on, point.until or point.on, point.words)
    if run is not None:
        yield run


def say_mark(mark: Mark, titles: Mapping[str, Words]) -> str:
    """Say what was seen, on which dates, in its order."""
    use = _("%(when)s: %(what)s") % {"when": day_words(mark.use.on), "what": mark.use.words}
    rises = [say_rise(rise, titles[rise.instrument]) for rise in sorted(mark.rises, key=lambda rise: (rise.to.on, rise.instrument))]
    return "; ".join([*rises, use] if mark.order == Order.SYMPTOMS_FIRST else [use, *rises])


def say_rise(rise: Rise, title: Words) -> str:
    """Say by how much a total rose, from when to when."""
    return _("%(when)s: %(title)s %(value)s, %(points)s more than on %(since)s") % {
        "when": day_words(rise.to.on),
        "title": title,
        "value": f"{rise.to.value:g}",
        "points": f"{rise.points:g}",
        "since": day_words(rise.since.on),
    }
