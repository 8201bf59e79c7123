"""Take complaints, and look into them."""

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.queries import running_clock
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, state
from patients.complaints.actions import answer_complaint, look_into_complaint, name_staff_in_complaint, take_complaint
from patients.complaints.forms import AnswerForm, ComplaintForm, FindingsForm, NameStaffForm
from patients.complaints.models import Complaint, ComplaintState
from patients.complaints.queries import complaints_seen_by, complaints_taken_by

TONES = {ComplaintState.RECEIVED: "warn", ComplaintState.UNDER_WAY: "note", ComplaintState.CLOSED: "good"}


def how_it_stands(complaint: Complaint) -> SafeString:
    """Draw where a complaint stands."""
    return state(TONES[ComplaintState(complaint.state)], complaint.get_state_display())


class TakenTable(tables.Table):
    """List complaints by number, day and state only: what their taker may say of them."""

    number = tables.Column(verbose_name=gettext_lazy("Number"), accessor="pk")
    received_on = tables.Column(verbose_name=gettext_lazy("Received"))
    about = tables.Column(verbose_name=gettext_lazy("About"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    next_url = ""
    empty_help = gettext_lazy("A complaint is written down while the person is there, in their own words.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No complaints")

    def render_received_on(self, record: Complaint) -> SafeString:
        """Say the day."""
        return moment(record.received_on)

    def render_state(self, record: Complaint) -> SafeString:
        """Say where it stands."""
        return how_it_stands(record)


class ComplaintTable(TakenTable):
    """List complaints for those who look into them."""

    class Meta(TakenTable.Meta):
        pass

    def render_number(self, record: Complaint) -> SafeString:
        """Lead to the complaint."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("patients:complaint", args=[record.pk]), record.pk)


@page(Can.OVERSEE_PRIVACY)
def complaints(request: StaffRequest) -> HttpResponse:
    """List complaints, the newest first; those in which one is named oneself are not there."""
    rows = complaints_seen_by(request.user).defer("name", "words", "findings", "answer")
    found = slice_of(rows, by="-received_on", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="complaints", detail={"rows": len(found.rows)})
    table = ComplaintTable(found.rows)
    table.next_url = f"?after={found.next_key}" if found.next_key else ""
    return render(request, "patients/complaints/list.html", {"table": table})


@page(Can.TAKE_COMPLAINT)
def complaints_taken(request: StaffRequest) -> HttpResponse:
    """Show how the complaints stand that one took oneself."""
    found = slice_of(complaints_taken_by(request.user), by="-received_on", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="complaints_taken", detail={"rows": len(found.rows)})
    table = TakenTable(found.rows)
    table.next_url = f"?after={found.next_key}" if found.next_key else ""
    return render(request, "patients/complaints/taken.html", {"table": table})


@page(Can.TAKE_COMPLAINT)
def take(request: StaffRequest) -> HttpResponse:
    """Write down a complaint."""
    initial = {"received_on": timezone.localdate(), "patient": request.GET.get("patient", "")}
    form = ComplaintForm(request.POST or None, user=request.user, right=Can.TAKE_COMPLAINT, initial=initial)
    if form.is_valid():
        made = attempt(form, lambda: _take(request, form.facts()))
        if made is not None:
            messages.success(request, _("Complaint %(number)s is with the privacy officer.") % {"number": made.pk})
            return redirect("patients:complaints_taken")
    return render(request, "patients/complaints/take.html", {"form": form}, status=422 if form.errors else 200)


@page(Can.OVERSEE_PRIVACY)
def complaint(request: StaffRequest, complaint: int) -> HttpResponse:
    """Show one complaint and what may be done with it."""
    return _show(request, _seen(request, complaint))


@require_POST
@page(Can.OVERSEE_PRIVACY)
def look_into(request: StaffRequest, complaint: int) -> HttpResponse:
    """Write down what was looked into."""
    found = _seen(request, complaint)
    form = FindingsForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: look_into_complaint(complaint=found, **facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("Saved."))
            return redirect("patients:complaint", found.pk)
    return _show(request, found, findings=form)


@require_POST
@page(Can.OVERSEE_PRIVACY)
def answer(request: StaffRequest, complaint: int) -> HttpResponse:
    """Close a complaint with its answer."""
    found = _seen(request, complaint)
    form = AnswerForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: answer_complaint(complaint=found, **facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("The complaint is answered and closed."))
            return redirect("patients:complaints")
    return _show(request, found, answer=form)


@require_POST
@page(Can.OVERSEE_PRIVACY)
def name_staff(request: StaffRequest, complaint: int) -> HttpResponse:
    """Say who else a complaint is about."""
    found = _seen(request, complaint)
    form = NameStaffForm(request.POST, asking=request.user)
    if form.is_valid():
        facts = form.facts()
        if attempt(form, lambda: name_staff_in_complaint(complaint=found, **facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("They do not find this complaint any more."))
            return redirect("patients:complaint", found.pk)
    return _show(request, found, staff=form)


def _take(request: StaffRequest, facts: dict[str, Any]) -> Complaint:
    """Write down a complaint for the program in hand, at the site where it is taken."""
    here = next((row for row in request.user.reach(Can.TAKE_COMPLAINT) if row.program_id == request.program.pk), None)
    here = here or request.user.reach(Can.TAKE_COMPLAINT)[0]
    return take_complaint(program=here.program, site=here.site, **facts, by=request.user, at=timezone.now())


def _seen(request: StaffRequest, key: int) -> Complaint:
    """Return a complaint that this person may see, or nothing at all."""
    rows = complaints_seen_by(request.user).select_related("patient", "program", "recorded_by", "closed_by")
    return get_object_or_404(rows, pk=key)


def _show(request: StaffRequest, row: Complaint, **forms: Any) -> HttpResponse:
    """Show a complaint, with what was typed when it was refused."""
    note_read(by=request.user, at=timezone.now(), what="complaint", patient_id=row.patient_id, subject=f"patients.complaint:{row.pk}")
    begun = {"findings": row.findings, "retaliation": row.retaliation, "told_of_secretary": row.told_of_secretary}
    context = {
        "complaint": row,
        "stands": how_it_stands(row),
        "clock": running_clock(ClockKind.COMPLAINT, f"patients.complaint:{row.pk}"),
        "staff": [named.user for named in row.staff_named.select_related("user")],
        "is_open": row.state != ComplaintState.CLOSED,
        "findings_form": forms.get("findings") or FindingsForm(initial=begun),
        "answer_form": forms.get("answer") or AnswerForm(initial=begun),
        "staff_form": forms.get("staff") or NameStaffForm(asking=request.user),
        "opens": dict.fromkeys(forms, True),
    }
    return render(request, "patients/complaints/complaint.html", context, status=422 if forms else 200)
