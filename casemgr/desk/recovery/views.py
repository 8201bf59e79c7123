"""Show the recovery chart: a page with picture and table, and the picture alone for the chart."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.chart.queries import patient_seen_by
from casemgr.desk.recovery.data import data_of
from casemgr.desk.recovery.drawing import draw
from casemgr.desk.recovery.queries import Recovery, read_recovery
from casemgr.desk.recovery.words import MARK_WORDS, rows_of, say_mark
from patients.record.models import Patient

RANGES: dict[str, tuple[int, Any]] = {
    "3": (92, gettext_lazy("3 months")),
    "6": (183, gettext_lazy("6 months")),
    "12": (366, gettext_lazy("1 year")),
    "24": (731, gettext_lazy("2 years")),
    "all": (0, gettext_lazy("Everything")),
}
FIRST_RANGE = "12"


@page(Can.SEE_CHART)
def recovery(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show one person's symptoms, use, treatment and life on one axis; opening it is put on the record."""
    person, read = _read(request, patient)
    chosen = request.GET.get("months", FIRST_RANGE)
    chosen = chosen if chosen in RANGES else FIRST_RANGE
    picture = draw(read, *_days(read, chosen))
    titles = {series.key: series.title for series in read.series}
    context = {
        "patient": person,
        "recovery": read,
        "picture": picture,
        "ranges": [(key, words, key == chosen, days) for key, (days, words) in RANGES.items()],
        "marks": [(MARK_WORDS[mark.order], say_mark(mark, titles)) for mark in read.marks],
        "tables": [(series, rows_of(series)) for series in read.series],
        "data": data_of(picture),
    }
    return render(request, "desk/recovery/recovery.html", context)


@page(Can.SEE_CHART)
def picture(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show the picture of the last year alone, for the chart; reading it is put on the record."""
    person, read = _read(request, patient)
    context = {"patient": person, "recovery": read, "picture": draw(read, *_days(read, FIRST_RANGE))}
    return render(request, "desk/recovery/_on_chart.html", context)


def _read(request: StaffRequest, public_id: uuid.UUID) -> tuple[Patient, Recovery]:
    """Return the person and what the reader may see of them on the axis."""
    found = patient_seen_by(request.user, public_id)
    if found is None or Can.SEE_CHART not in found[1]:
        raise Http404(_("Nobody is found here."))
    person, rights = found
    now = timezone.now()
    read = read_recovery(request.user, person, rights, timezone.localdate(now))
    note_read(by=request.user, at=now, what="recovery_chart", patient_id=person.pk)
    return person, read


def _days(read: Recovery, chosen: str) -> tuple[date, date]:
    """Return the days that a range shows."""
    days = RANGES[chosen][0]
    return (read.today - timedelta(days=days) if days else read.first), read.last
