"""Say times as people say them."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Spoken:
    """Hold a moment for people, for machines, and exactly."""

    words: str
    machine: str
    exact: str


def say_moment(value: dt.datetime | dt.date, *, now: dt.datetime | None = None, style: str = "near") -> Spoken:
    """Say a moment in the current time zone; `near` counts days and minutes, the others do not."""
    if not isinstance(value, dt.datetime):
        today = timezone.localtime(now).date()
        words = _day_words(value, today) if style == "near" else _date(value, today)
        return Spoken(words, value.isoformat(), date_format(value, "DATE_FORMAT"))
    local = timezone.localtime(value)
    clock = timezone.localtime(now)
    exact = f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'TIME_FORMAT')} {local.tzname()}"
    return Spoken(_words(local, clock, style), local.isoformat(timespec="seconds"), exact)


def _words(local: dt.datetime, clock: dt.datetime, style: str) -> str:
    time = date_format(local, "TIME_FORMAT")
    if style == "time":
        return time
    if style == "day":
        return _date(local.date(), clock.date())
    if style == "exact":
        return _("%(day)s, %(time)s") % {"day": _date(local.date(), clock.date()), "time": time}
    minutes = round((local - clock).total_seconds() / 60)
    if -1 < minutes < 1:
        return _("now")
    if -60 < minutes < 0:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", -minutes) % {"count": -minutes}
    if 0 < minutes < 60:
        return ngettext("in %(count)s minute", "in %(count)s minutes", minutes) % {"count": minutes}
    return _("%(day)s, %(time)s") % {"day": _day_words(local.date(), clock.date()), "time": time}


def _day_words(day: dt.date, today: dt.date) -> str:
    distance = (day - today).days
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if distance in near:
        return near[distance]
    if 1 < distance < 7:
        return date_format(day, "l")
    return _date(day, today)


def _date(day: dt.date, today: dt.date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT") if day.year == today.year else date_format(day, "DATE_FORMAT")
