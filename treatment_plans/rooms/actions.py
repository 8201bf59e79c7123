"""Look after rooms; take one for a time, and give it back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.rooms.models import Room, RoomPurpose, RoomUse
from treatment_plans.rooms.queries import LONGEST_USE, taken_in_words, what_takes


@action(Can.MANAGE_ROOMS)
def add_room(*, site: Site, name: str, by: User, at: datetime, seats: int | None = None, note: str = "") -> Room:
    """Name a room of a site."""
    if Room.objects.filter(site=site, name=name.strip()).exists():
        raise Refused(Reason(_("The site already has a room of this name."), field="name"))
    return Room.objects.create(site=site, name=name.strip(), seats=seats, note=note.strip(), recorded_by=by, recorded_at=at)


@action(Can.MANAGE_ROOMS)
def change_room(*, room: Room, name: str, seats: int | None, note: str, is_active: bool, by: User, at: datetime) -> Room:
    """Say anew what a room is called and whether it is in use; what is booked in it stays."""
    fresh = Room.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=room.pk)
    if Room.objects.filter(site=fresh.site_id, name=name.strip()).exclude(pk=fresh.pk).exists():
        raise Refused(Reason(_("The site already has a room of this name."), field="name"))
    fresh.name, fresh.seats, fresh.note, fresh.is_active = name.strip(), seats, note.strip(), is_active
    fresh.save(update_fields=["name", "seats", "note", "is_active"])
    return fresh


@action(Can.BOOK_APPOINTMENT)
def use_room(
    *, room: Room, starts_at: datetime, ends_at: datetime, by: User, at: datetime, purpose: str = RoomPurpose.GROUP, field: str = "room"
) -> RoomUse:
    """Take a room for a time; it is refused when somebody else has it then."""
    return _take(room, [(starts_at, ends_at)], purpose, by, at, field)[0]


@action(Can.BOOK_APPOINTMENT)
def use_room_often(
    *,
    room: Room,
    times: Sequence[tuple[datetime, datetime]],
    by: User,
    at: datetime,
    purpose: str = RoomPurpose.GROUP,
    field: str = "room",
) -> list[RoomUse]:
    """Take a room for many times at once, all or none; every time at which somebody else has it is named."""
    return _take(room, times, purpose, by, at, field)


@action(Can.BOOK_APPOINTMENT)
def release_room(*, use: RoomUse, by: User, at: datetime) -> RoomUse:
    """Give a room back; that it was taken stays on the record."""
    fresh = RoomUse.objects.select_for_update(no_key=True, of=("self",)).select_related("room__site").get(pk=use.pk)
    if fresh.released_at is None:
        fresh.released_at = at
        fresh.save(update_fields=["released_at"])
    return fresh


def _take(room: Room, times: Sequence[tuple[datetime, datetime]], purpose: str, by: User, at: datetime, field: str) -> list[RoomUse]:
    """Write down that a room is taken; the room is held, and behind that stands the constraint."""
    fresh = Room.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=room.pk)
    reasons = [
        Reason(_("A room is taken for a day at most, and must be given back after it was taken."), field=field)
        for starts_at, ends_at in times
        if not starts_at < ends_at <= starts_at + LONGEST_USE
    ]
    if not fresh.is_active:
        reasons.append(Reason(_("This room is no longer in use. Choose another."), field=field))
    reasons += [Reason(taken_in_words(fresh, use), field=field, code="room_is_taken") for use in what_takes(fresh, times).values()]
    if reasons:
        raise Refused(*reasons)
    rows = [
        RoomUse(room=fresh, starts_at=starts_at, ends_at=ends_at, purpose=purpose, recorded_by=by, recorded_at=at)
        for starts_at, ends_at in times
    ]
    try:
        with transaction.atomic():
            return RoomUse.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(Reason(_("The room is taken at one of these times."), field=field, code="room_is_taken")) from None
