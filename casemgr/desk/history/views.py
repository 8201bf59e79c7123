"""Show everything that was ever changed in one person's record."""

import uuid
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.chart.panels import PANELS
from casemgr.desk.chart.queries import patient_seen_by
from casemgr.desk.history.queries import changes_of_patient


@page(Can.SEE_PATIENTS)
def history(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show who changed what and when, in all of the record or in one panel of it; reading it is put on the record."""
    found = patient_seen_by(request.user, patient)
    if found is None:
        raise Http404
    person, rights = found
    panel = next((panel for panel in PANELS if panel.history and panel.key == request.GET.get("of")), None)
    only = panel.history if panel else ()
    changes, next_key = changes_of_patient(request.user, person, rights, before=request.GET.get("before", ""), only=only)
    note_read(by=request.user, at=timezone.now(), what="history", patient_id=person.pk)
    of = {"of": panel.key} if panel else {}
    next_url = f"?{urlencode({**of, 'before': next_key})}" if next_key else ""
    context = {"patient": person, "changes": changes, "next_url": next_url, "of": panel}
    return render(request, "desk/history/history.html", context)
