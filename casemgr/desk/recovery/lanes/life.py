"""Draw what happened in the person's life: housing, work, jail, hospital, custody, loss."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from patients.record.models import Patient
from patients.world.models import LifeEvent, LifeEventKind
from patients.world.queries import life_events_of

PASSES = {LifeEventKind.LOSS}
"""What happened on a day and lasts in no column."""


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return each event; what has not ended lasts up to today."""
    points = tuple(_point(row, today) for row in life_events_of(patient, programs))
    return [Series("life", gettext_lazy("Life"), Kind.SPANS, points)] if points else []


def _point(row: LifeEvent, today: date) -> Point:
    """Return one event."""
    words = _("%(kind)s: %(words)s") % {"kind": row, "words": row.words} if row.words else str(row)
    until = row.ended_on or (row.began_on if row.kind in PASSES else today)
    return Point(row.began_on, words, Shape.SPAN, until=max(until, row.began_on), label=str(row))


LIFE = Lane(Can.SEE_CHART, read)
