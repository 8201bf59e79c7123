"""Draw the totals of instruments with their bands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Band, Kind, Lane, Point, Programs, Series, Words
from casemgr.desk.recovery.rules import MEANINGFUL, Score
from patients.record.models import Patient
from patients.screenings.models import ObservationKind
from patients.screenings.queries import observations_for


@dataclass(frozen=True)
class Scale:
    """Hold what the lane of one instrument needs to know."""

    key: str
    title: Words
    code: str
    high: float
    bands: tuple[Band, ...]
    note: Words = ""


SCALES: tuple[Scale, ...] = (
    Scale(
        "phq9",
        "PHQ-9",
        "44261-6",
        27,
        (
            Band(0, 4, gettext_lazy("None-minimal")),
            Band(5, 9, gettext_lazy("Mild")),
            Band(10, 14, gettext_lazy("Moderate")),
            Band(15, 19, gettext_lazy("Moderately severe")),
            Band(20, 27, gettext_lazy("Severe")),
        ),
        gettext_lazy("Depression over the last 2 weeks, 0 to 27."),
    ),
    Scale(
        "gad7",
        "GAD-7",
        "70274-6",
        21,
        (
            Band(0, 4, gettext_lazy("Minimal")),
            Band(5, 9, gettext_lazy("Mild")),
            Band(10, 14, gettext_lazy("Moderate")),
            Band(15, 21, gettext_lazy("Severe")),
        ),
        gettext_lazy("Anxiety over the last 2 weeks, 0 to 21."),
    ),
    Scale(
        "pcl5",
        "PCL-5",
        "101698-9",
        80,
        (
            Band(0, 30, gettext_lazy("Below the provisional cut-point")),
            Band(31, 80, gettext_lazy("At or above the provisional cut-point 31-33")),
        ),
        gettext_lazy("Symptoms after trauma over the past month, 0 to 80."),
    ),
)


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return the course of each total, in one statement."""
    courses: dict[str, list[Score]] = defaultdict(list)
    wanted = {scale.code for scale in SCALES}
    rows = observations_for(patient, kind=ObservationKind.SURVEY).filter(code__in=wanted, value_number__isnull=False)
    for code, at, value in rows.order_by("observed_at", "id").values_list("code", "observed_at", "value_number"):
        courses[code].append(Score(timezone.localtime(at).date(), float(value or 0)))
    return [course(scale, courses[scale.code]) for scale in SCALES if courses[scale.code]]


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


def band_of(bands: Iterable[Band], value: float) -> Words:
    """Return the name of the band that a value lies in."""
    return next((band.word for band in bands if band.low <= value <= band.high), "")


SCORES = Lane(Can.SEE_CHART, read)
