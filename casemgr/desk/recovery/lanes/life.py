"""Draw what happened in the person's life: housing, work, jail, hospital, custody, loss."""

from datetime import date

from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from patients.record.models import Patient
from patients.world.models import LifeEvent, LifeEventKind
from patients.world.queries import life_events_of

PASSES = {LifeEventKind.LOSS}
"""What happened on a day and lasts in no column."""


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return a lane for each kind of event, for they overlap; what has not ended lasts up to today."""
    rows: dict[str, list[LifeEvent]] = {}
    for row in life_events_of(patient, programs):
        rows.setdefault(row.kind, []).append(row)
    found = [(kind, tuple(_point(row, today) for row in rows[kind])) for kind in LifeEventKind if kind in rows]
    return [Series(f"life_{kind}", kind.label, Kind.SPANS, points) for kind, points in found]


def _point(row: LifeEvent, today: date) -> Point:
    """Return one event."""
    words = _("%(kind)s: %(words)s") % {"kind": row, "words": row.words} if row.words else str(row)
    until = row.ended_on or (row.began_on if row.kind in PASSES else today)
    return Point(row.began_on, words, Shape.SPAN, until=max(until, row.began_on), label=row.words or str(row))


LIFE = Lane(Can.SEE_CHART, read)
