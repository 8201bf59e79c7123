"""Book, move, cancel and settle appointments; what speaks against a time is shown before anything is saved."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.actions import book_appointment, cancel_appointment, move_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.queries import appointments_seen_by, reminders_of, room_of, sites_open_to, staff_at
from treatment_plans.appointments.series.actions import book_series, cancel_following, move_following
from treatment_plans.appointments.series.queries import following
from treatment_plans.appointments.waitlist.queries import hour_of, who_could_take
from treatment_plans.calendar.booking.forms import BookForm, CancelForm, MoveForm, initial_times
from treatment_plans.calendar.booking.queries import Checked, check, what_moves
from treatment_plans.calendar.clashes.queries import Wish, hints_of
from treatment_plans.calendar.queries import address_of_day, line_of
from treatment_plans.rooms.queries import rooms_at

BOOKING = "treatment_plans/appointments/"


@page(Can.BOOK_APPOINTMENT)
def book(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Book an appointment or a row of them; what speaks against a time is said once, and what can be stops nobody."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.BOOK_APPOINTMENT), public_id=patient)
    form = _book_form(request, person)
    if request.method != "POST":
        return _show_booking(request, form, person)
    if form.is_valid():
        checked = _check_booking(form, person, request.user)
        if any(not one.is_free for one in checked) and not form.is_wanted_anyway:
            impossible = len(checked) == 1 and checked[0].is_impossible
            if not impossible:
                return _show_booking(request, form, person, checked)
        booked = attempt(form, lambda: _book(form, person, request.user))
        if booked:
            messages.success(request, _("Booked. %(name)s will be reminded if they have agreed to it.") % {"name": person.display_name})
            return HttpResponseRedirect(address_of_day(booked, form.cleaned_data["day"]))
        return _show_booking(request, form, person, checked if len(checked) > 1 else (), status=422)
    return _show_booking(request, form, person, status=422)


@require_POST
@page(Can.BOOK_APPOINTMENT)
def check_booking(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show what speaks against a booking while it is being filled in."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.BOOK_APPOINTMENT), public_id=patient)
    form = _book_form(request, person)
    checked = _check_booking(form, person, request.user) if form.is_valid() else []
    return render(request, f"{BOOKING}_checked.html", {"checked": checked, "is_ready": form.is_valid(), "patient": person})


@page(Can.SEE_CALENDAR)
def appointment(request: StaffRequest, appointment: int) -> HttpResponse:
    """Show one appointment, what may become of it, what became of its reminders, and who could take its hour when it is free."""
    found = get_object_or_404(appointments_seen_by(request.user), pk=appointment)
    note_read(by=request.user, at=timezone.now(), what="appointment", patient_id=found.patient_id)
    return _show(request, found)


@page(Can.BOOK_APPOINTMENT)
def move(request: StaffRequest, appointment: int) -> HttpResponse:
    """Move an appointment, alone or with those that follow it, to another time, room or colleague."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    form = _move_form(request, found)
    checked: Sequence[Checked] = ()
    if request.method == "POST" and form.is_valid():
        checked = _check_move(form, found, request.user)
        impossible = len(checked) == 1 and checked[0].is_impossible
        if form.is_wanted_anyway or impossible or all(one.is_free for one in checked):
            if attempt(form, lambda: _move(form, found, request.user)):
                messages.success(request, _("Moved. Reminders of the old time stay silent."))
                return HttpResponseRedirect(address_of_day(found.site, form.cleaned_data["day"]))
            checked = checked if len(checked) > 1 else ()
    context = {"form": form, "appointment": found, "checked": checked, "check": reverse("treatment_plans:check_move", args=[found.pk])}
    return render(request, f"{BOOKING}move.html", context, status=422 if form.errors else 200)


@require_POST
@page(Can.BOOK_APPOINTMENT)
def check_move(request: StaffRequest, appointment: int) -> HttpResponse:
    """Show what speaks against a move while it is being filled in."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    form = _move_form(request, found)
    checked = _check_move(form, found, request.user) if form.is_valid() else []
    return render(request, f"{BOOKING}_checked.html", {"checked": checked, "is_ready": form.is_valid(), "appointment": found})


@page(Can.BOOK_APPOINTMENT)
def cancel(request: StaffRequest, appointment: int) -> HttpResponse:
    """Cancel an appointment, alone or with those that follow it; then its page says who could take the hour."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    form = CancelForm(_typed(request), in_series=found.series_id is not None)
    cancelled = attempt(form, lambda: _cancel(form, found, request.user)) if form.is_valid() else None
    if cancelled:
        words = ngettext("Cancelled. No reminder of it goes out.", "%(count)s cancelled. No reminder of them goes out.", cancelled)
        messages.success(request, words % {"count": cancelled})
        return HttpResponseRedirect(reverse("treatment_plans:appointment", args=[found.pk]))
    context = {"form": form, "appointment": found}
    return render(request, f"{BOOKING}cancel.html", context, status=422 if form.errors else 200)


@require_POST
@page(Can.BOOK_APPOINTMENT)
def settle(request: StaffRequest, appointment: int) -> HttpResponse:
    """Say what became of an appointment, with one press of a button in the calendar."""
    found = get_object_or_404(appointments_seen_by(request.user, can=Can.BOOK_APPOINTMENT), pk=appointment)
    late = request.POST.get("late_minutes", "")
    minutes = int(late) if late.isdecimal() and 0 < int(late) <= 720 else None
    state = request.POST.get("state", "")
    try:
        settled = settle_appointment(appointment=found, state=state, late_minutes=minutes, by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, found, refused=refused, status=422)
    messages.success(request, f"{found.patient.display_name}: {settled.get_state_display()}.")
    day = found.starts_at.astimezone(found.site.zone).date()
    clinician = found.clinician if request.POST.get("clinician") == str(found.clinician.public_id) else None
    return HttpResponseRedirect(address_of_day(found.site, day, clinician))


def _book_form(request: StaffRequest, person: Patient) -> BookForm:
    """Return the form of a booking, filled in as far as it is known."""
    sites = sites_open_to(request.user, Can.BOOK_APPOINTMENT)
    options: dict[str, Any] = {"sites": sites, "staff": staff_at(sites), "rooms": rooms_at(sites)}
    if request.method == "POST":
        return BookForm(request.POST, **options)
    site = sites.filter(pk=person.registered_site_id).first() or sites.first()
    return BookForm(initial={**initial_times(timezone.now(), site), "site": site, "clinician": request.user.pk}, **options)


def _check_booking(form: BookForm, person: Patient, reader: User) -> list[Checked]:
    """Return each date that is asked for with what speaks against it."""
    said, dates = form.cleaned_data, form.dates()
    times = [(one.starts_at, one.ends_at) for one in dates]
    return check(Wish(person, said["site"], said["clinician"], said["kind"], times, said["room"]), dates, reader)


def _book(form: BookForm, person: Patient, by: User) -> Site:
    """Book what the form asks for; return where."""
    said, at = form.cleaned_data, timezone.now()
    facts = {name: said[name] for name in ("site", "clinician", "kind", "note", "room")}
    if form.rhythm is None:
        starts_at, ends_at = form.times_at(said["site"])
        return book_appointment(patient=person, starts_at=starts_at, ends_at=ends_at, by=by, at=at, **facts).site
    when = {"first_on": said["day"], "starts": said["starts_at"], "minutes": said["minutes"]}
    return book_series(patient=person, rhythm=form.rhythm, leave_out=form.left_out, by=by, at=at, **when, **facts).site


def _move_form(request: StaffRequest, found: Appointment) -> MoveForm:
    """Return the form of a move, filled in with how it is now."""
    sites = Site.objects.filter(pk=found.site_id)
    local = found.starts_at.astimezone(found.site.zone)
    length = round((found.ends_at - found.starts_at).total_seconds() / 60)
    now: dict[str, Any] = {
        "day": local.date(),
        "starts_at": local.time(),
        "minutes": length,
        "clinician": found.clinician_id,
        "room": room_of(found),
    }
    staff = staff_at(sites) | User.objects.filter(pk=found.clinician_id)
    data = _typed(request)
    if data is not None and "clinician" not in data:
        data = data.copy()
        data["clinician"] = str(found.clinician_id)
        data.setdefault("room", str(now["room"].pk) if now["room"] else "")
        data.setdefault("scope", "this")
    return MoveForm(data, initial=now, staff=staff, rooms=rooms_at(sites), in_series=found.series_id is not None)


def _check_move(form: MoveForm, found: Appointment, reader: User) -> list[Checked]:
    """Return each date to which something moves with what speaks against it."""
    said, slot = form.cleaned_data, form.slot_at(found.site)
    rows, dates = what_moves(found, said["day"], slot, with_following=form.with_following)
    times = [(one.starts_at, one.ends_at) for one in dates]
    return check(Wish(found.patient, found.site, said["clinician"], found.kind, times, said["room"], but=rows), dates, reader)


def _move(form: MoveForm, found: Appointment, by: User) -> bool:
    """Move what the form asks for."""
    said, at = form.cleaned_data, timezone.now()
    clinician = said["clinician"] if said["clinician"] != found.clinician else None
    if form.with_following:
        when = {"day": said["day"], "starts": said["starts_at"], "minutes": said["minutes"]}
        move_following(appointment=found, clinician=said["clinician"], room=said["room"], leave_out=form.left_out, by=by, at=at, **when)
        return True
    starts_at, ends_at = form.times_at(found.site)
    move_appointment(appointment=found, starts_at=starts_at, ends_at=ends_at, room=said["room"], clinician=clinician, by=by, at=at)
    return True


def _cancel(form: CancelForm, found: Appointment, by: User) -> int:
    """Cancel what the form asks for; return how many."""
    facts = {"appointment": found, "by_patient": form.cleaned_data["by_patient"], "why": form.cleaned_data["why"]}
    if form.with_following:
        return len(cancel_following(**facts, by=by, at=timezone.now()))
    cancel_appointment(**facts, by=by, at=timezone.now())
    return 1


def _show(request: StaffRequest, found: Appointment, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """Draw the page of one appointment."""
    at = timezone.now()
    may_book = request.user.may(Can.BOOK_APPOINTMENT, program_id=found.program_id)
    is_free = found.state.startswith("cancelled") and may_book
    context = {
        **line_of(found, at, request.user),
        "reminders": reminders_of(found),
        "refused": refused,
        "calendar_url": address_of_day(found.site, found.starts_at.astimezone(found.site.zone).date()),
        "may_book": may_book,
        "waiting": who_could_take(hour_of(found), request.user, at) if is_free else None,
        "following": following(found).count() if found.series_id else 0,
    }
    return render(request, f"{BOOKING}appointment.html", context, status=status)


def _show_booking(
    request: StaffRequest, form: BookForm, person: Patient, checked: Sequence[Checked] = (), *, status: int = 200
) -> HttpResponse:
    """Draw the page on which an appointment is booked."""
    context = {
        "form": form,
        "patient": person,
        "checked": checked,
        "check": reverse("treatment_plans:check_booking", args=[person.public_id]),
        "hints": hints_of(person, request.user, timezone.localdate()),
    }
    return render(request, f"{BOOKING}book.html", context, status=status)


def _typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
