"""Draw the totals of instruments with their bands, and of the Brief Addiction Monitor the days of use, craving and sleep."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.bam import BAMS, monitor_series
from casemgr.desk.recovery.lanes.lane import Band, Kind, Lane, Point, Programs, Series
from casemgr.desk.recovery.rules import MEANINGFUL, Score
from patients.instruments.data import instrument
from patients.record.models import Patient
from patients.screenings.models import Assessment
from patients.screenings.queries import INSTRUMENT_OF_CODE, assessments_for, observations_for

TOTALS = ("phq9", "gad7", "pcl5", "isi")
"""Instruments whose total has a lane; the last is of sleep."""


@dataclass(frozen=True)
class Scale:
    """Hold what the lane of one instrument needs to know."""

    key: str
    title: str
    high: float
    bands: tuple[Band, ...]
    note: str


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return the course of each score in two statements: what was answered here, and totals that were told or imported."""
    assessed = list(assessments_for(patient).filter(program__in=programs, instrument__in=[*TOTALS, *BAMS]))[::-1]
    courses: dict[str, list[Score]] = defaultdict(list)
    for row in assessed:
        if row.total is not None and row.instrument in TOTALS:
            courses[row.instrument].append(Score(_day(row), float(row.total)))
    codes = {code: key for code, key in INSTRUMENT_OF_CODE.items() if key in TOTALS}
    rows = observations_for(patient).filter(code__in=codes, value_number__isnull=False)
    for code, at, value in rows.order_by("observed_at", "id").values_list("code", "observed_at", "value_number"):
        courses[codes[code]].append(Score(timezone.localtime(at).date(), float(value or 0)))
    drawn = [course(scale_of(key), sorted(courses[key], key=lambda score: score.on)) for key in TOTALS if courses[key]]
    return [*monitor_series([(_day(row), row.instrument, row.answers) for row in assessed if row.instrument in BAMS]), *drawn]


def _day(row: Assessment) -> date:
    """Return the day on which an assessment was completed."""
    return timezone.localtime(row.completed_at).date()


def scale_of(key: str) -> Scale:
    """Return range and bands of an instrument, as its data file has them."""
    told = instrument(key)
    words = "label_es" if (get_language() or "").startswith("es") else "label"
    bands = tuple(Band(band["min"], band["max"], band.get(words) or band["label"]) for band in told.bands.get("total", ()))
    low, high = told.range or (0, 0)
    note = _("%(name)s, %(low)s to %(high)s.") % {"name": told.name, "low": low, "high": high}
    return Scale(key, told.short_name, high, bands, note)


def course(scale: Scale, scores: list[Score]) -> Series:
    """Return the lane of one instrument: each total with its band and what it is against the one before."""
    points, past = [], None
    for score in scores:
        points.append(Point(score.on, say_score(scale, score, past), value=score.value))
        past = score
    return Series(
        scale.key,
        scale.title,
        Kind.LINE,
        tuple(points),
        0,
        scale.high,
        scale.bands,
        _latest(scale, scores[-1]),
        scale.note,
        symptoms=tuple(scores) if scale.key in MEANINGFUL else (),
    )


def _latest(scale: Scale, score: Score) -> str:
    """Say the latest value, its band and its day, shortly."""
    said = {"value": f"{score.value:g}", "band": band_of(scale.bands, score.value), "day": date_format(score.on, "SHORT_DATE_FORMAT")}
    return _("%(value)s, %(band)s, %(day)s") % said if said["band"] else _("%(value)s, %(day)s") % said


def say_score(scale: Scale, score: Score, past: Score | None) -> str:
    """Say a total, its band, and the change since the one before."""
    said = {"title": scale.title, "value": f"{score.value:g}", "band": band_of(scale.bands, score.value)}
    words = _("%(title)s %(value)s, %(band)s") % said if said["band"] else _("%(title)s %(value)s") % said
    if past is None or past.value == score.value:
        return words if past is None else _("%(score)s; as before") % {"score": words}
    change = {"score": words, "points": f"{abs(score.value - past.value):g}"}
    if score.value > past.value:
        return _("%(score)s; %(points)s more than before") % change
    return _("%(score)s; %(points)s less than before") % change


def band_of(bands: Iterable[Band], value: float) -> str:
    """Return the name of the band that a value lies in."""
    return str(next((band.word for band in bands if band.low <= value <= band.high), ""))


SCORES = Lane(Can.SEE_CHART, read)
