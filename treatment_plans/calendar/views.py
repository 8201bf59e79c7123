"""Show days and weeks: of a site, of the whole program, of a room, of a colleague, of one person."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.models import Site
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.queries import appointments_seen_by, sites_open_to, staff_at
from treatment_plans.calendar.forms import WEEK, CalendarForm
from treatment_plans.calendar.queries import Asked, address_of_day, days_of, people_on
from treatment_plans.rooms.queries import rooms_at

PAGE = "treatment_plans/calendar/calendar.html"


@page(Can.SEE_CALENDAR)
def calendar(request: StaffRequest) -> HttpResponse:
    """Show a day or a week: everybody's appointments that the reader may see, or those of one site, room, colleague or person."""
    at = timezone.now()
    sites = sites_open_to(request.user, Can.SEE_CALENDAR)
    options: dict[str, Any] = {"sites": sites, "staff": staff_at(sites), "rooms": rooms_at(sites)}
    form = CalendarForm(request.GET, **options)
    here = list(sites)
    if not here:
        return render(request, PAGE, {"form": form, "zone": None})
    asked, site = _asked(request, form, here, at.astimezone(here[0].zone).date())
    days = days_of(asked, appointments_seen_by(request.user), request.user, at)
    whose = {"day": asked.first, "days": asked.days, "site": site.pk if site else 0}
    note_read(by=request.user, at=at, what="calendar", detail=whose, people=people_on(days))
    span = WEEK if asked.days > 1 else ""
    whom = str(asked.patient.public_id) if asked.patient else ""
    more = {"span": span, "room": str(asked.room.pk) if asked.room else "", "patient": whom}
    initial = {"day": asked.first, "span": span, "site": site, "clinician": asked.clinician, "room": asked.room, "patient": whom}
    step = timedelta(days=asked.days)
    for one in days:
        one.url = address_of_day(site, one.day, asked.clinician, **more | {"span": ""})
    context = {
        "form": CalendarForm(initial=initial, **options),
        "site": site,
        "zone": asked.zone.key,
        "asked": asked,
        "is_week": asked.days > 1,
        "days": days,
        "only": days[0],
        "earlier": address_of_day(site, asked.first - step, asked.clinician, **more),
        "later": address_of_day(site, asked.first + step, asked.clinician, **more),
        "today_url": address_of_day(site, at.astimezone(asked.zone).date(), asked.clinician, **more),
        "has_today": any(day.is_today for day in days),
        "may_book": request.user.may(Can.BOOK_APPOINTMENT),
    }
    return render(request, PAGE, context)


def _asked(request: StaffRequest, form: CalendarForm, here: list[Site], today: date) -> tuple[Asked, Site | None]:
    """Return whose days are asked for; without a word the first site, with an empty one the whole program."""
    room = form.chosen("room")
    chosen = form.chosen("site") or (room.site if room else None)
    is_everywhere = "site" in request.GET and not request.GET["site"] and not room
    site = None if is_everywhere else chosen or here[0]
    patient = _person(request, form)
    zone = (site or here[0]).zone
    day, days = form.chosen("day") or today, 1
    if form.chosen("span") == WEEK:
        day, days = day - timedelta(days=day.weekday()), 7
    sites = Site.objects.filter(pk__in=[site.pk] if site and not patient else [one.pk for one in here])
    return Asked(sites, zone, day, days, form.chosen("clinician"), room, patient), site


def _person(request: StaffRequest, form: CalendarForm) -> Patient | None:
    """Return the person whose days are asked for, if the reader may see them."""
    asked = form.chosen("patient")
    return patients_seen_by(request.user, can=Can.SEE_CALENDAR).filter(public_id=asked).first() if asked else None
