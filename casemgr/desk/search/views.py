"""Find a person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.search.queries import found_people
from casemgr.desk.search.tables import PeopleTable

MOST = 20


@page(Can.SEE_PATIENTS)
def search(request: StaffRequest) -> HttpResponse:
    """Show whom a name, a birth date or a number may mean, among those whom the person may see; the search is put on the record.

    What is typed comes in the body of the request: addresses stand in logs and in the history of the browser.
    """
    text = request.POST.get("q", "").replace("\x00", "").strip()[:200]
    people = found_people(request.user, text, limit=MOST) if text else []
    if text:
        note_read(
            by=request.user,
            at=timezone.now(),
            what="search",
            detail={"text": text, "found": len(people)},
            people=[row.patient.pk for row in people],
        )
    table = PeopleTable(people)
    context = {
        "text": text,
        "table": table,
        "found": len(people),
        "is_cut": len(people) == MOST,
        "can_register": request.user.may(Can.REGISTER_PATIENT),
        "can_break_glass": request.user.may(Can.BREAK_GLASS),
    }
    template = "desk/search/_found.html" if request.htmx else "desk/search/search.html"
    return render(request, template, context)
