"""Find whose calendar a secret address opens, and write it in neutral words."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.calendar.feed.rules import DAYS_AHEAD, DAYS_BACK, MAKER, fingerprint, name_of_event
from treatment_plans.groups.models import GroupMeeting, MeetingState
from treatment_plans.groups.queries import led_by

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


def _hours_of(user: User, at: datetime) -> Iterator[Hour]:
    """Yield what is booked with somebody and which groups they lead, where they still may see a calendar."""
    programs = {membership.program_id for membership in user.reach(Can.SEE_CALENDAR)}
    around = (at - DAYS_BACK, at + DAYS_AHEAD)
    rows = Appointment.objects.filter(clinician=user, site__program__in=programs, starts_at__range=around)
    rows = rows.filter(state__in=[AppointmentState.BOOKED, AppointmentState.KEPT]).order_by("pk")
    for key, starts_at, ends_at, version, known_at in rows.values_list("pk", "starts_at", "ends_at", "version", "recorded_at"):
        yield f"appointment:{key}", starts_at, ends_at, version - 1, known_at
    groups = GroupMeeting.objects.filter(
        series__in=led_by(user).values("series"), series__site__program__in=programs, starts_at__range=around
    )
    groups = groups.exclude(state=MeetingState.CANCELLED).annotate(moved=_changes_of_meeting()).order_by("pk")
    for key, starts_at, ends_at, moved, known_at in groups.values_list("pk", "starts_at", "ends_at", "moved", "recorded_at"):
        yield f"group:{key}", starts_at, ends_at, moved, known_at


def _changes_of_meeting() -> Coalesce:
    """Count how often the row of a meeting was changed: its history grows with every change, so that an hour that moved is newer."""
    history: Any = GroupMeeting.pgh_event_model  # type: ignore[attr-defined]  # `@tracked` puts it there
    changes = history.objects.filter(pgh_obj_id=OuterRef("pk"), pgh_label="update").order_by().values("pgh_obj_id")
    return Coalesce(Subquery(changes.annotate(number=Count("pk")).values("number")), 0)


def _once_each(found: Iterable[Hour]) -> list[Hour]:
    """Return each hour once, in order: how many come to a group is nobody's business."""
    hours: dict[tuple[datetime, datetime], Hour] = {}
    for hour in found:
        hours.setdefault(hour[1:3], hour)
    return sorted(hours.values(), key=lambda hour: hour[1])


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
