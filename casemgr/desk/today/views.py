"""Show what matters to the signed-in person now."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.today.queries import today_of
from casemgr.desk.today.scope import Scope


@page(Can.SEE_OWN_ACCOUNT)
def today(request: StaffRequest) -> HttpResponse:
    """Show what waits, why, since when, and the next step; it names patients, so the look is put on the record."""
    now = timezone.localtime(timezone.now())
    scope = Scope(request.user, now, now.date())
    found = today_of(scope, request.user.role_codes)
    named = sorted({row.patient.pk for section in found.sections for row in section.rows if row.patient})
    note_read(by=request.user, at=now, what="today", people=named)
    return render(request, "desk/today/today.html", {"today": found, "now": now})
