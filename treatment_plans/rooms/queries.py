"""Read rooms, and what they are used for."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.queries import programs_reached, sites_reached
from casemgr.core.accounts.rules import Can
from treatment_plans.rooms.models import Room, RoomUse

LONGEST_USE = timedelta(days=1)
"""No use is longer than a day, so that what overlaps is found through the index of beginnings."""


def rooms_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[Room]:
    """Return the rooms of the sites at which a user holds a right."""
    return Room.objects.filter(site__in=sites_reached(user, can)).select_related("site")


def all_rooms_seen_by(user: User) -> QuerySet[Room]:
    """Return the rooms of the programs that a user looks after, those out of use too."""
    return Room.objects.filter(site__program__in=programs_reached(user, Can.MANAGE_ROOMS)).select_related("site__program")


def rooms_at(sites: QuerySet[Site]) -> QuerySet[Room]:
    """Return the rooms in use at these sites."""
    return Room.objects.filter(site__in=sites.values("pk"), is_active=True).select_related("site").order_by("site__name", "name")


def uses_of_rooms(rooms: QuerySet[Room], starts_at: datetime, ends_at: datetime) -> QuerySet[RoomUse]:
    """Return how these rooms are used between two moments."""
    held = RoomUse.objects.filter(room__in=rooms.values("pk"), released_at__isnull=True)
    return held.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).select_related("room")


def what_takes(
    room: Room, times: Sequence[tuple[datetime, datetime]], *, but: Collection[int] = ()
) -> dict[tuple[datetime, datetime], RoomUse]:
    """Return for each of these times what the room is used for then; times at which it is free are left out. One statement."""
    if not times:
        return {}
    wanted = Q()
    for starts_at, ends_at in times:
        wanted |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    held = RoomUse.objects.filter(wanted, room=room, released_at__isnull=True).exclude(pk__in=but).order_by("starts_at")
    taken: dict[tuple[datetime, datetime], RoomUse] = {}
    for use in held:
        for time in times:
            if use.starts_at < time[1] and use.ends_at > time[0]:
                taken.setdefault(time, use)
    return taken


def taken_in_words(room: Room, use: RoomUse) -> str:
    """Say until when a room is taken; never by whom."""
    zone = room.site.zone
    words = {
        "room": room.name,
        "from": date_format(use.starts_at.astimezone(zone), "TIME_FORMAT"),
        "until": date_format(use.ends_at.astimezone(zone), "TIME_FORMAT"),
        "what": use.get_purpose_display(),
    }
    return _("%(room)s is taken then, from %(from)s to %(until)s: %(what)s.") % words
