"""Draw single answers of the Brief Addiction Monitor: days of use, craving, nights without sleep."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.desk.recovery.lanes.lane import Band, Kind, Point, Series
from casemgr.desk.recovery.rules import Score, Use, begun_use
from patients.instruments.data import instrument
from patients.instruments.rules.definition import Item

BAMS = ("bam", "bamr")
ALCOHOL, OTHERS, CRAVING, SLEEP = "4", "6", "8", "2"
"""Questions of the monitor: days of any alcohol, of drugs or misused medication, how much craving, nights of trouble sleeping."""

MOST_DAYS = 30
DAYS = tuple(Band(low, high, f"{low}-{high}") for low, high in ((0, 3), (4, 8), (9, 15), (16, MOST_DAYS)))
"""The ranges of days from which the monitor lets one choose; none and up to three are one band, as they cannot be told apart by eye."""


Told = tuple[date, str, Mapping[str, Any]]
"""A day, the version of the monitor, and the answers."""


def monitor_series(told: Iterable[Told]) -> list[Series]:
    """Return the lanes of the answers that were given, the earliest first."""
    told = list(told)
    found = [_use(told), _craving(told), _sleep(told)]
    return [series for series in found if series.points]


def _use(told: list[Told]) -> Series:
    """Return the days of use of the last 30: the larger of alcohol and all else, for days of both cannot be added up."""
    points, days = [], []
    for on, version, answers in told:
        values = [value for item in (ALCOHOL, OTHERS) if (value := days_of(version, item, answers)) is not None]
        if not values:
            continue
        said = {"alcohol": _words_of(version, ALCOHOL, answers), "others": _words_of(version, OTHERS, answers)}
        words = _("Days of use told, of the last 30: alcohol %(alcohol)s, other substances %(others)s") % said
        points.append(Point(on, words, value=max(values)))
        days.append(Score(on, max(values)))
    begun = {answer.on for answer in begun_use(days)}
    uses = tuple(Use(point.on, "bam", point.words) for point in points if point.on in begun)
    return Series(
        "bam_use",
        _("Days of use, of 30 (BAM)"),
        Kind.LINE,
        tuple(points),
        0,
        MOST_DAYS,
        DAYS,
        latest=_latest(points),
        note=_("As the person told it: the larger of alcohol and other substances; of a range of days its upper end."),
        uses=uses,
    )


def _craving(told: list[Told]) -> Series:
    """Return how much craving bothered."""
    points = []
    for on, version, answers in told:
        if answers.get(CRAVING) is not None:
            words = _("Craving over the last 30 days: %(answer)s") % {"answer": _words_of(version, CRAVING, answers)}
            points.append(Point(on, words, value=float(answers[CRAVING])))
    options = item_of(BAMS[0], CRAVING).options.options
    bands = tuple(Band(option.value - 0.5, option.value + 0.5, option.label) for option in options)
    return Series("bam_craving", _("Craving (BAM)"), Kind.LINE, tuple(points), -0.5, len(options) - 0.5, bands)


def _sleep(told: list[Told]) -> Series:
    """Return the nights of trouble sleeping of the last 30."""
    points = []
    for on, version, answers in told:
        value = days_of(version, SLEEP, answers)
        if value is not None:
            words = _("Nights of trouble sleeping, of the last 30: %(nights)s") % {"nights": _words_of(version, SLEEP, answers)}
            points.append(Point(on, words, value=value))
    title = _("Nights of trouble sleeping, of 30 (BAM)")
    return Series("bam_sleep", title, Kind.LINE, tuple(points), 0, MOST_DAYS, DAYS, latest=_latest(points))


def item_of(version: str, number: str) -> Item:
    """Return a question of a version of the monitor."""
    item = instrument(version).item(number)
    if item is None:
        raise LookupError(f"{version} has no question {number}")
    return item


def days_of(version: str, number: str, answers: Mapping[str, Any]) -> float | None:
    """Return an answer as days: the days themselves, or the upper end of the range that was chosen."""
    value = answers.get(number)
    if value is None:
        return None
    option = item_of(version, number).options.option(value)
    return float(value) if option is None else float(option.label.rpartition("-")[2])


def _words_of(version: str, number: str, answers: Mapping[str, Any]) -> str:
    """Return an answer as it was given."""
    value = answers.get(number)
    option = item_of(version, number).options.option(value)
    return _("not answered") if value is None else option.label if option else str(value)


def _latest(points: list[Point]) -> str:
    """Say the latest value and its day, shortly."""
    if not points or points[-1].value is None:
        return ""
    return _("%(value)s, %(day)s") % {"value": f"{points[-1].value:g}", "day": date_format(points[-1].on, "SHORT_DATE_FORMAT")}
