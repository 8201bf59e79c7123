"""Show all entries of one kind in one person's record."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.chart.queries import patient_seen_by, programs_open_to
from casemgr.desk.entries.kinds import KINDS


@page(Can.SEE_CHART, Can.SEE_CALENDAR, Can.SEE_CASEWORK)
def entries(request: StaffRequest, patient: uuid.UUID, entries: str) -> HttpResponse:
    """Show all entries of a kind, the latest first; what the reader has no right to see is nothing to them."""
    found, kind = patient_seen_by(request.user, patient), KINDS.get(entries)
    if found is None or kind is None or not kind.rights <= found[1]:
        raise Http404
    person, rights = found
    part = slice_of(kind.rows(person, programs_open_to(request.user, *kind.rights)), by=kind.by, after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what=kind.seen, patient_id=person.pk)
    context = {
        "patient": person,
        "kind": kind,
        "kinds": {name: each.title for name, each in KINDS.items() if each.rights <= rights},
        "chosen": entries,
        "lines": [kind.line(row) for row in part.rows],
        "next_key": part.next_key,
    }
    return render(request, "desk/entries/entries.html", context)
