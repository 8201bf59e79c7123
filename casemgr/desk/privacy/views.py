"""Show the privacy officer everything that waits and everything that is owed, in one place."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.administration.deadlines.actions import extend_deadline
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.verifying import last_verification
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.desk.privacy.forms import ExtendForm
from casemgr.desk.privacy.queries import clocks_of_privacy, matters_behind, people_behind, within
from casemgr.desk.privacy.queues import MOST, QUEUES
from casemgr.desk.privacy.tables import ClockTable, days_in_words, place_of, source_of

SHOWN = {
    "all": gettext_lazy("All"),
    "overdue": gettext_lazy("Overdue"),
    "week": gettext_lazy("Within 7 days"),
    "later": gettext_lazy("Later"),
}


@page(Can.OVERSEE_PRIVACY)
def privacy(request: StaffRequest) -> HttpResponse:
    """Show what waits, queue by queue, and every clock, the next due first."""
    today = timezone.localdate()
    shown = request.GET.get("show", "all")
    shown = shown if shown in SHOWN else "all"
    rows = within(clocks_of_privacy(request.user), shown, today)
    found = slice_of(rows, by="ends_on", after=request.GET.get("after", ""))
    table = ClockTable(found.rows, people=people_behind(found.rows, request.user), matters=matters_behind(found.rows), today=today)
    table.next_url = f"?show={shown}&after={found.next_key}" if found.next_key else ""
    note_read(by=request.user, at=timezone.now(), what="privacy", detail={"show": shown}, people=[row.patient_id for row in found.rows])
    mine = [queue for queue in QUEUES if request.user.may(queue.right)]
    queues = [(queue, number, f"{MOST}+" if number > MOST else number) for queue in mine for number in [queue.count(request.user, today)]]
    context = {"table": table, "shown": shown, "views": SHOWN, "queues": queues, "verified": last_verification()}
    return render(request, "desk/privacy/privacy.html", context)


@page(Can.OVERSEE_PRIVACY)
def deadline(request: StaffRequest, clock: int) -> HttpResponse:
    """Show one clock, and give it its extension when there is one."""
    row = get_object_or_404(clocks_of_privacy(request.user).select_related("program"), pk=clock)
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        done = attempt(form, lambda: extend_deadline(clock=row, **form.cleaned_data, by=request.user, at=timezone.now()))
        if done is not None:
            messages.success(request, _("More time is given. Tell whoever waits why, and until when."))
            return redirect("desk:deadline", row.pk)
    people = people_behind([row], request.user)
    patient = people.get(row.patient_id or 0)
    note_read(by=request.user, at=timezone.now(), what="deadline", patient_id=row.patient_id, subject=f"casemgr.clock:{row.pk}")
    today = timezone.localdate()
    context = {
        "clock": row,
        "patient": patient,
        "place": place_of(row, patient),
        "words": days_in_words(row, today),
        "source": source_of(row),
        "form": form,
        "can_extend": row.can_be_extended(today),
    }
    return render(request, "desk/privacy/deadline.html", context, status=422 if form.errors else 200)
