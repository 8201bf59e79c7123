"""Draw mood and craving as the person said them on arriving in a session and on leaving it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.recovery.lanes.lane import Kind, Point, Series, Words

HIGHEST = 10
NOTE = gettext_lazy("From 0 to 10, as the person said on leaving; where nobody asked on leaving, on arriving.")
Row = tuple[datetime, int | None, int | None]


def courses(rows: Iterable[tuple[Any, ...]]) -> list[Series]:
    """Return the courses of mood and craving; a row is the start of a session, mood in and out, craving in and out."""
    told = list(rows)
    moods = _series("session_mood", gettext_lazy("Mood in sessions"), [(row[0], row[1], row[2]) for row in told])
    cravings = _series("session_craving", gettext_lazy("Craving in sessions"), [(row[0], row[3], row[4]) for row in told])
    return [series for series in (moods, cravings) if series.points]


def _series(key: str, title: Words, rows: list[Row]) -> Series:
    """Return one course: the value on leaving, with what it was on arriving in words."""
    said = [row for row in rows if row[1] is not None or row[2] is not None]
    points = tuple(Point(_day(at), _in_words(title, before, after), value=_last(before, after)) for at, before, after in said)
    latest = ""
    if points:
        latest = _("%(value)s, %(day)s") % {"value": f"{points[-1].value:g}", "day": date_format(points[-1].on, "SHORT_DATE_FORMAT")}
    return Series(key, title, Kind.LINE, points, 0, HIGHEST, latest=latest, note=NOTE)


def _day(at: datetime) -> date:
    """Return the day of a session."""
    return timezone.localtime(at).date()


def _last(before: int | None, after: int | None) -> float:
    """Return what was said last."""
    return float(after if after is not None else before or 0)


def _in_words(title: Words, before: int | None, after: int | None) -> str:
    """Say both values, as far as they were asked."""
    told = {"title": title, "before": "—" if before is None else before, "after": "—" if after is None else after}
    return _("%(title)s: %(before)s on arriving, %(after)s on leaving") % told
