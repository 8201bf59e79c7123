"""Show who did and saw what."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.audit.forms import AuditForm
from casemgr.desk.audit.queries import events_seen_by, narrowed, patients_audited_by
from casemgr.desk.audit.tables import AuditTable


@page(Can.SEE_AUDIT)
def audit_list(request: StaffRequest) -> HttpResponse:
    """Show the record, newest first; looking at it is on the record too."""
    patients = patients_audited_by(request.user)
    form = AuditForm(request.GET, patients=patients)
    asked = form.cleaned_data if form.is_valid() else {}
    if "patient" in form.errors:
        raise Http404
    zone = request.program.zone if request.program else timezone.get_current_timezone()
    after = request.GET.get("after", "")
    events = slice_of(narrowed(events_seen_by(request.user), asked, zone=zone), by="-pk", after=after)
    people = patients.in_bulk({event.patient_id for event in events.rows if event.patient_id})
    rows = [(event, people.get(event.patient_id)) for event in events.rows]
    table = AuditTable(rows)
    query = urlencode({name: value for name, value in request.GET.items() if name != "after" and value})
    table.next_url = f"?{query}&{urlencode({'after': events.next_key})}" if events.next_key else ""
    table.previous_url = f"?{query}" if after else ""
    patient = asked.get("patient")
    note_read(by=request.user, at=timezone.now(), what="audit:list", patient_id=patient.pk if patient else None, detail={"asked": query})
    return render(request, "audit/list.html", {"form": form, "table": table, "patient": patient}, status=200 if form.is_valid() else 422)
