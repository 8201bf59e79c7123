"""Plan further meetings of a group; what speaks against them is shown before anything is saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, page
from treatment_plans.calendar.meetings.queries import check_meetings
from treatment_plans.groups.actions import plan_meetings
from treatment_plans.groups.queries import series_seen_by, times_to_plan


@require_POST
@page(Can.WRITE_SESSION)
def plan_group(request: StaffRequest, group: int) -> HttpResponse:
    """Plan the meetings of the next weeks; what speaks against one is said once, and what can be stops nobody."""
    at = timezone.now()
    found = get_object_or_404(series_seen_by(request.user, can=Can.WRITE_SESSION).filter(ends_on__isnull=True), pk=group)
    dates = times_to_plan(found, at)
    if "anyway" not in request.POST:
        checked, people = check_meetings(found, dates, request.user)
        if any(not one.is_free for one in checked):
            note_read(by=request.user, at=at, what="appointments", people=[one.pk for one in people])
            return render(request, "treatment_plans/calendar/plan_group.html", {"series": found, "checked": checked})
    said = set(request.POST.getlist("leave_out"))
    try:
        leave_out = [one.day for one in dates if one.day.isoformat() in said]
        planned = plan_meetings(series=found, leave_out=leave_out, by=request.user, at=at)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("%(number)s meetings more are planned.") % {"number": len(planned)})
    return redirect("treatment_plans:group_series", found.pk)
