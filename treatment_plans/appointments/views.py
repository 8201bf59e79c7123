"""Show the day of a site; book, move, cancel and settle appointments."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Closure, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.forms import BookForm, CalendarForm, CancelForm, TimesForm, initial_times
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import (
    appointments_seen_by,
    booking_warnings,
    on_day,
    reminders_of,
    sites_open_to,
    staff_at,
)

MOST_ON_A_DAY = 300
STATES = {
    AppointmentState.BOOKED: "note",
    AppointmentState.KEPT: "good",
    AppointmentState.NO_SHOW: "warn",
    AppointmentState.CANCELLED_BY_PATIENT: "quiet",
    AppointmentState.CANCELLED_BY_STAFF: "quiet",
}


@page(Can.SEE_CALENDAR)
def calendar(request: StaffRequest) -> HttpResponse:
    """Show one day of one site: everybody's appointments that the reader may see, or one colleague's."""
    at = timezone.now()
    sites = sites_open_to(request.user, Can.SEE_CALENDAR)
    form = CalendarForm(request.GET, sites=sites, staff=staff_at(sites))
    site = form.chosen("site") or sites.first()
    if site is None:
        return render(request, "treatment_plans/appointments/calendar.html", {"form": form, "site": None})
    today = at.astimezone(site.zone).date()
    day, clinician = form.chosen("day") or today, form.chosen("clinician")
    rows = on_day(appointments_seen_by(request.user).filter(site=site), day, site.zone)
    rows = rows.filter(clinician=clinician) if clinician else rows
    appointments = list(rows[:MOST_ON_A_DAY])
    people = [appointment.patient_id for appointment in appointments]
    note_read(by=request.user, at=at, what="calendar", detail={"day": day, "site": site.pk}, people=people)
    context = {
        "form": CalendarForm(initial={"day": day, "site": site, "clinician": clinician}, sites=sites, staff=staff_at(sites)),
        "site": site,
        "day": day,
        "is_today": day == today,
        "appointments": [_row(appointment, at, request.user) for appointment in appointments],
        "closures": [closure.reason for closure in Closure.objects.filter(site=site, day=day)],
        "earlier": _address_of_day(site, day - timedelta(days=1), clinician),
        "later": _address_of_day(site, day + timedelta(days=1), clinician),
        "today_url": _address_of_day(site, today, clinician),
        "may_book": request.user.may(Can.BOOK_APPOINTMENT),
    }
    return render(request, "treatment_plans/appointments/calendar.html", context)


@page(Can.BOOK_APPOINTMENT)
def book(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Book an appointment; what speaks against the time is said once, and does not stop anybody."""
    at = timezone.now()
    person = get_object_or_404(patients_seen_by(request.user, can=Can.BOOK_APPOINTMENT), public_id=patient)
    sites = sites_open_to(request.user, Can.BOOK_APPOINTMENT)
    site = sites.filter(pk=person.registered_site_id).first() or sites.first()
    options: dict[str, Any] = {"sites": sites, "staff": staff_at(sites)}
    if request.method != "POST":
        initial = {**initial_times(at, site), "site": site, "clinician": request.user.pk}
        return _show_booking(request, BookForm(initial=initial, **options), person)
    form = BookForm(request.POST, **options)
    if form.is_valid():
        starts_at, ends_at = form.times_at(form.cleaned_data["site"])
        facts = {name: form.cleaned_data[name] for name in ("site", "clinician", "kind", "note")}
        warnings = booking_warnings(facts["site"], facts["clinician"], starts_at, ends_at, kind=facts["kind"])
        if warnings and not form.is_wanted_anyway:
            return _show_booking(request, form, person, warnings)
        booked = attempt(
            form, lambda: book_appointment(patient=person, starts_at=starts_at, ends_at=ends_at, by=request.user, at=at, **facts)
        )
        if booked:
            messages.success(request, _("Booked. %(name)s will be reminded if they have agreed to it.") % {"name": person.display_name})
            return HttpResponseRedirect(_address_of_day(booked.site, form.cleaned_data["day"]))
    return _show_booking(request, form, person, status=422)


@page(Can.SEE_CALENDAR)
def appointment(request: StaffRequest, appointment: int) -> HttpResponse:
    """Show one appointment, what may become of it, and what became of its reminders."""
    found = get_object_or_404(appointments_seen_by(request.user), pk=appointment)
    note_read(by=request.user, at=timezone.now(), what="appointment", patient_id=found.patient_id)
    return _show(request, found)


@page(Can.BOOK_APPOINTMENT)
def move(request: StaffRequest, appointment: int) -> HttpResponse:
    """Move an appointment to another time."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    local = found.starts_at.astimezone(found.site.zone)
    length = round((found.ends_at - found.starts_at).total_seconds() / 60)
    form = TimesForm(_typed(request), initial={"day": local.date(), "starts_at": local.time(), "minutes": length})
    warnings: list[str] = []
    if request.method == "POST" and form.is_valid():
        starts_at, ends_at = form.times_at(found.site)
        warnings = booking_warnings(found.site, found.clinician, starts_at, ends_at, kind=found.kind, but=found)
        if not warnings or form.is_wanted_anyway:
            moved = attempt(
                form,
                lambda: move_appointment(appointment=found, starts_at=starts_at, ends_at=ends_at, by=request.user, at=timezone.now()),
            )
            if moved:
                messages.success(request, _("Moved. Reminders of the old time stay silent."))
                return HttpResponseRedirect(_address_of_day(found.site, form.cleaned_data["day"]))
    context = {"form": form, "appointment": found, "warnings": warnings if form.is_valid() else []}
    return render(request, "treatment_plans/appointments/move.html", context, status=422 if form.errors else 200)


@page(Can.BOOK_APPOINTMENT)
def cancel(request: StaffRequest, appointment: int) -> HttpResponse:
    """Cancel an appointment, on the person's word or on ours."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    form = CancelForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        by_patient = form.cleaned_data["by_patient"]
        if attempt(form, lambda: cancel_appointment(appointment=found, by_patient=by_patient, by=request.user, at=timezone.now())):
            messages.success(request, _("Cancelled. No reminder of it goes out."))
            return HttpResponseRedirect(_address_of_day(found.site, found.starts_at.astimezone(found.site.zone).date()))
    context = {"form": form, "appointment": found}
    return render(request, "treatment_plans/appointments/cancel.html", context, status=422 if form.errors else 200)


@require_POST
@page(Can.BOOK_APPOINTMENT)
def settle(request: StaffRequest, appointment: int) -> HttpResponse:
    """Say what became of an appointment, with one press of a button in the calendar."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    try:
        settled = settle_appointment(appointment=found, state=request.POST.get("state", ""), by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, found, refused=refused, status=422)
    messages.success(request, f"{found.patient.display_name}: {settled.get_state_display()}.")
    day = found.starts_at.astimezone(found.site.zone).date()
    clinician = found.clinician if request.POST.get("clinician") == str(found.clinician.public_id) else None
    return HttpResponseRedirect(_address_of_day(found.site, day, clinician))


def _row(appointment: Appointment, at: datetime, reader: User) -> dict[str, Any]:
    """Return one line of the calendar."""
    may_write = appointment.clinician_id == reader.pk and reader.may(Can.WRITE_SESSION, program_id=appointment.program_id)
    return {
        "appointment": appointment,
        "state": STATES[AppointmentState(appointment.state)],
        "has_begun": appointment.starts_at <= at,
        "is_booked": appointment.state == AppointmentState.BOOKED,
        "may_write": may_write and appointment.kind != AppointmentKind.GROUP,
    }


def _show(request: StaffRequest, found: Appointment, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """Draw the page of one appointment."""
    context = {
        **_row(found, timezone.now(), request.user),
        "reminders": reminders_of(found),
        "refused": refused,
        "calendar_url": _address_of_day(found.site, found.starts_at.astimezone(found.site.zone).date()),
        "may_book": request.user.may(Can.BOOK_APPOINTMENT, program_id=found.program_id),
    }
    return render(request, "treatment_plans/appointments/appointment.html", context, status=status)


def _show_booking(
    request: StaffRequest, form: BookForm, person: Patient, warnings: list[str] | None = None, *, status: int = 200
) -> HttpResponse:
    """Draw the page on which an appointment is booked."""
    context = {"form": form, "patient": person, "warnings": warnings or []}
    return render(request, "treatment_plans/appointments/book.html", context, status=status)


def _address_of_day(site: Site, day: date, clinician: User | None = None) -> str:
    """Return the address of a day in the calendar of a site."""
    asked: dict[str, str] = {"day": day.isoformat(), "site": str(site.pk), **({"clinician": str(clinician.public_id)} if clinician else {})}
    return f"{reverse('treatment_plans:calendar')}?{urlencode(asked)}"


def _typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
