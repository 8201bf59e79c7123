"""Look after sites: when they are open, when they stay closed, which rooms they have, how a program is called back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import OpeningHours, Purpose
from casemgr.core.accounts.rules import Can
from casemgr.core.administration.accounts.actions import close_site, reopen_site, set_message_words, set_opening_hours
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.calendar.places.forms import ClosureForm, HoursForm, MessageWordsForm, RoomForm
from treatment_plans.calendar.places.queries import booked_on, closures_run_by, places_of, programs_run_by, sites_run_by
from treatment_plans.rooms.actions import add_room, change_room
from treatment_plans.rooms.queries import all_rooms_seen_by

FORM = "treatment_plans/calendar/place_form.html"


@page(Can.MANAGE_ROOMS)
def places(request: StaffRequest) -> HttpResponse:
    """Show the sites with their hours, closures and rooms."""
    may_set = request.user.may(Can.ADMINISTER_ACCOUNTS)
    context = {
        "places": places_of(request.user, timezone.localdate()),
        "programs": programs_run_by(request.user) if may_set else [],
        "may_set": may_set,
    }
    return render(request, "treatment_plans/calendar/places.html", context)


@page(Can.ADMINISTER_ACCOUNTS)
def hours(request: StaffRequest, site: int, hours_for: str) -> HttpResponse:
    """Say anew when a site is open."""
    found = get_object_or_404(sites_run_by(request.user), pk=site)
    if hours_for not in Purpose.values:
        raise Http404
    known = list(OpeningHours.objects.filter(site=found, purpose=hours_for).order_by("weekday", "opens"))
    form = HoursForm(_typed(request), hours=known)
    if form.is_valid():
        said = list(form.hours)
        facts: dict[str, Any] = {"purpose": hours_for, "by": request.user, "at": timezone.now()}
        if attempt(form, lambda: [*set_opening_hours(site=found, hours=said, **facts), True]):
            return _done(request, _("Saved. Whoever books is told when a time lies outside."))
    title = _("Dosing hours") if hours_for == Purpose.DOSING else _("Opening hours")
    return _show(request, form, title, found.name)


@page(Can.ADMINISTER_ACCOUNTS)
def close(request: StaffRequest, site: int) -> HttpResponse:
    """Say that a site stays closed on a day or several, and how many appointments are booked then."""
    found = get_object_or_404(sites_run_by(request.user), pk=site)
    form = ClosureForm(_typed(request))
    if form.is_valid():
        said = form.cleaned_data
        days = [said["day"] + timedelta(days=number) for number in range(((said["until"] or said["day"]) - said["day"]).days + 1)]
        for day in days:
            close_site(site=found, day=day, reason=said["reason"], by=request.user, at=timezone.now())
        booked = sum(booked_on(found, day) for day in days)
        words = ngettext("%(count)s appointment is booked then.", "%(count)s appointments are booked then.", booked) % {"count": booked}
        moved = _("Nobody was moved: call them.") if booked else ""
        return _done(request, " ".join((_("Saved."), words, moved)).strip())
    return _show(request, form, _("Close a site for a day"), found.name)


@require_POST
@page(Can.ADMINISTER_ACCOUNTS)
def reopen(request: StaffRequest, closure: int) -> HttpResponse:
    """Say that a site works on a day after all."""
    found = get_object_or_404(closures_run_by(request.user), pk=closure)
    reopen_site(closure=found, by=request.user, at=timezone.now())
    return _done(request, _("The site works on that day after all."))


@page(Can.MANAGE_ROOMS)
def room_new(request: StaffRequest, site: int) -> HttpResponse:
    """Name a room of a site."""
    found = get_object_or_404(sites_run_by(request.user, Can.MANAGE_ROOMS), pk=site)
    form = RoomForm(_typed(request))
    del form.fields["is_active"]
    facts: dict[str, Any] = {"by": request.user, "at": timezone.now(), **(form.cleaned_data if form.is_valid() else {})}
    done = attempt(form, lambda: add_room(site=found, **facts)) if form.is_valid() else None
    if done:
        return _done(request, _("Saved."))
    return _show(request, form, _("Add a room"), found.name)


@page(Can.MANAGE_ROOMS)
def room(request: StaffRequest, room: int) -> HttpResponse:
    """Say anew what a room is called and whether it is in use."""
    found = get_object_or_404(all_rooms_seen_by(request.user), pk=room)
    now = {"name": found.name, "seats": found.seats, "note": found.note, "is_active": found.is_active}
    form = RoomForm(_typed(request), initial=now)
    done = (
        attempt(form, lambda: change_room(room=found, by=request.user, at=timezone.now(), **form.cleaned_data)) if form.is_valid() else None
    )
    if done:
        return _done(request, _("Saved."))
    return _show(request, form, _("Change a room"), f"{found.name} · {found.site.name}")


@page(Can.ADMINISTER_ACCOUNTS)
def message_words(request: StaffRequest, program: int) -> HttpResponse:
    """Say under which name a program writes, and which number can be called back."""
    found = get_object_or_404(programs_run_by(request.user), pk=program)
    form = MessageWordsForm(_typed(request), initial={"neutral_name": found.neutral_name, "callback_phone": found.callback_phone})
    done = (
        attempt(form, lambda: set_message_words(program=found, by=request.user, at=timezone.now(), **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if done:
        return _done(request, _("Saved."))
    return _show(request, form, _("Name and phone for messages"), found.name)


def _typed(request: StaffRequest) -> Any:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None


def _done(request: StaffRequest, words: str) -> HttpResponse:
    """Go back to the sites."""
    messages.success(request, words)
    return HttpResponseRedirect(reverse("treatment_plans:places"))


def _show(request: StaffRequest, form: Any, title: str, about: str) -> HttpResponse:
    """Draw one of the forms."""
    return render(request, FORM, {"form": form, "title": title, "about": about}, status=422 if form.errors else 200)
