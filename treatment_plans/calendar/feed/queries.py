"""Find whose calendar a secret address opens, and write it in neutral words."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.calendar.feed.rules import DAYS_AHEAD, DAYS_BACK, MAKER, fingerprint, name_of_event

Hour = tuple[str, datetime, datetime, int, datetime]
"""What makes it the same hour, from when until when, how often it moved, since when it is known."""


def open_feed_of(user: User) -> CalendarFeed | None:
    """Return the address that stands open for somebody's calendar."""
    return CalendarFeed.objects.filter(user=user, closed_at__isnull=True).first()


def feed_with(token: str) -> CalendarFeed | None:
    """Return the open address of this secret, as long as its owner works here and may see a calendar."""
    found = CalendarFeed.objects.filter(fingerprint=fingerprint(token), closed_at__isnull=True).select_related("user").first()
    return found if found is not None and found.user.may(Can.SEE_CALENDAR) else None


def calendar_file(feed: CalendarFeed, at: datetime) -> bytes:
    """Return somebody's hours as a calendar file: when, and no word of whom, where or what for."""
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    with translation.override(feed.user.language):
        for hour in _once_each(_hours_of(feed.user, at)):
            calendar.add_component(_event(feed, hour))
    written: bytes = calendar.to_ical()
    return written


def _hours_of(user: User, at: datetime) -> QuerySet[Appointment]:
    """Return what is booked with somebody, a fortnight back and half a year ahead, where they still may see it."""
    programs = {membership.program_id for membership in user.reach(Can.SEE_CALENDAR)}
    rows = Appointment.objects.filter(clinician=user, site__program__in=programs, starts_at__range=(at - DAYS_BACK, at + DAYS_AHEAD))
    rows = rows.filter(state__in=[AppointmentState.BOOKED, AppointmentState.KEPT])
    return rows.only("pk", "starts_at", "ends_at", "version", "recorded_at").order_by("starts_at", "pk")


def _once_each(rows: Iterable[Appointment]) -> list[Hour]:
    """Return each hour once: how many come to a group is nobody's business."""
    hours: dict[tuple[datetime, datetime], Hour] = {}
    for row in rows:
        hour = (f"appointment:{row.pk}", row.starts_at, row.ends_at, row.version - 1, row.recorded_at)
        hours.setdefault((row.starts_at, row.ends_at), hour)
    return list(hours.values())


def _event(feed: CalendarFeed, hour: Hour) -> Event:
    """Return one hour as the calendar file says it."""
    key, starts_at, ends_at, moved, known_at = hour
    event = Event()
    event.add("uid", name_of_event(feed.fingerprint, key))
    event.add("dtstamp", known_at + timedelta(seconds=moved))
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("sequence", moved)
    event.add("summary", _("Appointment"))
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event
