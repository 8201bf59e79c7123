"""Show who waits for an hour, put somebody on the list, and write down at which hours somebody cannot come."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.episodes.queries import programs_of
from patients.record.models import Patient
from treatment_plans.appointments.busy.actions import end_busy_time, record_busy_time
from treatment_plans.appointments.busy.queries import busy_of, busy_times_seen_by
from treatment_plans.appointments.queries import sites_open_to, staff_at
from treatment_plans.appointments.waitlist.actions import end_waiting, wait_for_appointment
from treatment_plans.appointments.waitlist.queries import waiting_seen_by
from treatment_plans.calendar.booking.forms import BusyForm, EndWaitingForm, WaitForm

FORM = "treatment_plans/calendar/person_form.html"


@page(Can.SEE_CALENDAR)
def waitlist(request: StaffRequest) -> HttpResponse:
    """Show who waits, longest first."""
    found = slice_of(waiting_seen_by(request.user), by="recorded_at", after=request.GET.get("after", ""))
    people = [entry.patient_id for entry in found.rows]
    note_read(by=request.user, at=timezone.now(), what="appointment_waitlist", people=people)
    context = {"entries": found.rows, "next_key": found.next_key, "may_book": request.user.may(Can.BOOK_APPOINTMENT)}
    return render(request, "treatment_plans/calendar/waitlist.html", context)


@page(Can.BOOK_APPOINTMENT)
def wait(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Put somebody on the waitlist."""
    person = _person(request, patient)
    sites = sites_open_to(request.user, Can.BOOK_APPOINTMENT)
    form = WaitForm(_typed(request), sites=sites, staff=staff_at(sites))
    if form.is_valid():
        facts: dict[str, Any] = {"program": _program(request, person), "by": request.user, "at": timezone.now(), **form.cleaned_data}
        if attempt(form, lambda: wait_for_appointment(patient=person, **facts)):
            messages.success(request, _("On the list. When an hour becomes free, its page names who could take it."))
            return HttpResponseRedirect(reverse("treatment_plans:waitlist"))
    return _show(request, form, person, _("Put on the waitlist"))


@page(Can.BOOK_APPOINTMENT)
def stop_waiting(request: StaffRequest, entry: int) -> HttpResponse:
    """Take somebody off the waitlist."""
    found = get_object_or_404(waiting_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=entry)
    form = EndWaitingForm(_typed(request))
    done = (
        attempt(form, lambda: end_waiting(entry=found, by=request.user, at=timezone.now(), **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if done:
        messages.success(request, _("Taken off the list."))
        return HttpResponseRedirect(reverse("treatment_plans:waitlist"))
    return _show(request, form, found.patient, _("Take off the waitlist"))


@page(Can.BOOK_APPOINTMENT)
def busy(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show at which hours of the week somebody cannot come, and write down more."""
    person, today = _person(request, patient), timezone.localdate()
    form = BusyForm(_typed(request), initial={"since": today})
    if form.is_valid():
        facts: dict[str, Any] = {"program": _program(request, person), "by": request.user, "at": timezone.now(), **form.cleaned_data}
        if attempt(form, lambda: record_busy_time(patient=person, **facts)):
            messages.success(request, _("Saved. Whoever books is told."))
            return HttpResponseRedirect(reverse("treatment_plans:busy", args=[person.public_id]))
    rows = list(busy_of(person, today))
    return _show(request, form, person, _("Hours at which the person cannot come"), rows=rows)


@require_POST
@page(Can.BOOK_APPOINTMENT)
def stop_busy(request: StaffRequest, busy: int) -> HttpResponse:
    """Say that these hours are free again from today on."""
    found = get_object_or_404(busy_times_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=busy)
    end_busy_time(busy=found, on=max(timezone.localdate(), found.since), by=request.user, at=timezone.now())
    messages.success(request, _("These hours are free again."))
    return HttpResponseRedirect(reverse("treatment_plans:busy", args=[found.patient.public_id]))


def _person(request: StaffRequest, patient: uuid.UUID) -> Patient:
    """Return a person for whom the user may book."""
    return get_object_or_404(patients_seen_by(request.user, can=Can.BOOK_APPOINTMENT), public_id=patient)


def _program(request: StaffRequest, person: Patient) -> Program:
    """Return in whose calendar this is written: the program in hand if it knows the person, else another that does."""
    reached = list(programs_reached(request.user, Can.BOOK_APPOINTMENT).order_by("pk"))
    known = set(programs_of(person).values_list("pk", flat=True))
    return sorted(reached, key=lambda program: (program.pk not in known, program != request.program))[0]


def _typed(request: StaffRequest) -> Any:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None


def _show(request: StaffRequest, form: Any, person: Patient, title: str, **more: Any) -> HttpResponse:
    """Draw a form about one person."""
    return render(request, FORM, {"form": form, "patient": person, "title": title, **more}, status=422 if form.errors else 200)
