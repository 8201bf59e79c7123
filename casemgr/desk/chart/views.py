"""Show one person's chart."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.chart.acts import buttons_for
from casemgr.desk.chart.head import head_of, now_of
from casemgr.desk.chart.queries import order_to_give, patient_seen_by, read_chart


@page(Can.SEE_PATIENTS)
def chart(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show everything on record of one person that the reader may see; opening it is put on the record."""
    found = patient_seen_by(request.user, patient)
    if found is None:
        raise Http404
    person, rights = found
    now = timezone.now()
    read = read_chart(request.user, person, rights, now=now, today=timezone.localdate(now))
    note_read(by=request.user, at=now, what="chart", patient_id=person.pk)
    context = {
        "chart": read,
        "patient": person,
        "head": head_of(read),
        "current": now_of(read),
        "buttons": buttons_for(request.user, person, order_to_give(read)),
        "sees": {str(right): True for right in rights}
        | {"has_medication": bool(read.orders or read.statements), "has_results": bool(read.observations or read.answers)},
    }
    return render(request, "desk/chart/chart.html", context)
