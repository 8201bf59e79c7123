"""Draw the stays in care."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from patients.episodes.models import Episode
from patients.episodes.queries import episodes_for
from patients.record.models import Patient


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return the stays, those that last still up to today."""
    points = tuple(_point(stay, today) for stay in episodes_for(patient).filter(program__in=programs).order_by("admitted_on", "id"))
    return [Series("care", gettext_lazy("In care"), Kind.SPANS, points)] if points else []


def _point(stay: Episode, today: date) -> Point:
    """Return one stay."""
    where = str(stay.site)
    if stay.discharged_on is None:
        return Point(stay.admitted_on, _("In care, %(place)s, since then") % {"place": where}, Shape.SPAN, until=today, label=where)
    why = stay.get_discharge_reason_display()
    words = _("In care, %(place)s; %(reason)s") % {"place": where, "reason": why}
    return Point(stay.admitted_on, words, Shape.SPAN, until=stay.discharged_on, label=where)


CARE = Lane(Can.SEE_PATIENTS, read)
