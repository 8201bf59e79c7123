"""Show who did and saw what."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.verifying import last_verification
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.audit.forms import AuditForm
from casemgr.desk.audit.queries import NEWEST_FIRST, SORTS, events_seen_by, narrowed, page_of, patients_audited_by
from casemgr.desk.audit.tables import AuditTable, InOrder
from patients.record.models import Patient
from patients.record.queries import people_under

EXPORTED_AT_ONCE = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would take for a formula."""


@page(Can.SEE_AUDIT)
def audit_list(request: StaffRequest) -> HttpResponse:
    """Show the record, newest first or in the order asked for; looking at it is on the record too."""
    form, events, sort = _asked(request)
    patients, patient = form.patients, form.cleaned_data.get("patient") if form.is_valid() else None
    after = request.GET.get("after", "")
    found = page_of(events, sort=sort, after=after)
    people = people_under(patients, (event.patient_id for event in found.rows))
    table = AuditTable(InOrder([(event, people.get(event.patient_id or 0)) for event in found.rows]), order_by=sort)
    query = urlencode({name: value for name, value in request.GET.items() if name != "after" and value})
    table.next_url = f"?{query}&{urlencode({'after': found.next_key})}" if found.next_key else ""
    table.previous_url = f"?{query}" if after else ""
    note_read(
        by=request.user,
        at=timezone.now(),
        what="audit:list",
        patient_id=patient.pk if patient else None,
        detail={"asked": query},
        people={person.pk for person in people.values()},
    )
    context = {
        "form": form,
        "table": table,
        "patient": patient,
        "query": query,
        "by_person": SORTS[sort.lstrip("-")] == "patient_id",
        "verified": last_verification(),
        "exports": request.user.may(Can.OVERSEE_PRIVACY),
    }
    return render(request, "audit/list.html", context, status=200 if form.is_valid() else 422)


@page(Can.OVERSEE_PRIVACY)
def audit_export(request: StaffRequest) -> StreamingHttpResponse:
    """Give the privacy officer what the page shows, all of it, as a table; that it was taken is on the record."""
    form, events, sort = _asked(request)
    if not form.is_valid():
        raise Http404
    patient = form.cleaned_data.get("patient")
    query = urlencode({name: value for name, value in request.GET.items() if value})
    key = patient.pk if patient else None
    note_read(by=request.user, at=timezone.now(), what="audit:export", patient_id=key, detail={"asked": query})
    response = StreamingHttpResponse(_lines(events, form.patients, sort), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate()}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _asked(request: StaffRequest) -> tuple[AuditForm, QuerySet[AuditEvent], str]:
    """Return what was asked for, within what the person may see, and in which order."""
    form = AuditForm(request.GET, patients=patients_audited_by(request.user))
    asked = form.cleaned_data if form.is_valid() else {}
    if "patient" in form.errors:
        raise Http404
    zone = request.program.zone if request.program else timezone.get_current_timezone()
    sort = request.GET.get("sort", "")
    return form, narrowed(events_seen_by(request.user), asked, zone=zone), sort if sort.lstrip("-") in SORTS else NEWEST_FIRST


def _lines(events: QuerySet[AuditEvent], patients: QuerySet[Patient], sort: str) -> Iterator[str]:
    """Yield the table line by line, a piece of the record at a time."""
    yield _line([_("when"), _("who"), _("what"), _("about"), _("on"), _("outcome"), _("reason"), _("on which fact"), _("door"), _("from")])
    after: str | None = ""
    while after is not None:
        found = page_of(events, sort=sort, after=after, size=EXPORTED_AT_ONCE)
        people = people_under(patients, (event.patient_id for event in found.rows))
        for event in found.rows:
            yield _line(_cells(event, people.get(event.patient_id or 0)))
        after = found.next_key or None


def _cells(event: AuditEvent, patient: Patient | None) -> list[Any]:
    """Return one event as the cells of a line."""
    about = patient.legal_name if patient else ""
    outcome = event.get_outcome_display()
    tail = [event.subject, outcome, event.reason, event.rests_on, event.door, event.address]
    return [event.at.isoformat(), event.actor_name, event.verb, about, *tail]


def _line(cells: list[Any]) -> str:
    """Return one line; a cell that a spreadsheet would compute is made text."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in cells])
    return line.getvalue()
