"""Read days and weeks: of a site, of the whole program, of a room, of a colleague, of one person."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from casemgr.core.accounts.models import Closure, Site, User
from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.groups.models import GroupMeeting, MeetingState
from treatment_plans.groups.queries import led_by
from treatment_plans.rooms.models import Room, RoomPurpose, RoomUse
from treatment_plans.rooms.queries import rooms_at, uses_of_rooms
from treatment_plans.sessions.queries import may_lead_to_a_note, with_session

MOST_SHOWN = 500
"""How many meetings one page shows at most. The figure is ours."""

STATES = {
    AppointmentState.BOOKED: "note",
    AppointmentState.KEPT: "good",
    AppointmentState.NO_SHOW: "warn",
    AppointmentState.CANCELLED_BY_PATIENT: "quiet",
    AppointmentState.CANCELLED_BY_STAFF: "quiet",
}


@dataclass(frozen=True)
class Asked:
    """Say whose days are asked for."""

    sites: QuerySet[Site]
    zone: ZoneInfo
    first: date
    days: int
    clinician: User | None = None
    room: Room | None = None
    patient: Patient | None = None

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return from when until when."""
        ends = self.first + timedelta(days=self.days)
        return datetime.combine(self.first, time.min, tzinfo=self.zone), datetime.combine(ends, time.min, tzinfo=self.zone)


@dataclass
class Day:
    """Hold one day: what is on it, and whether a site is closed."""

    day: date
    is_today: bool
    url: str = ""
    closures: list[Closure] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)


def days_of(asked: Asked, appointments: QuerySet[Appointment], reader: User, at: datetime) -> list[Day]:
    """Return the days with their meetings and with what else rooms are used for. Four statements for a day or a week."""
    today = at.astimezone(asked.zone).date()
    days = {day: Day(day, day == today) for day in (asked.first + timedelta(days=number) for number in range(asked.days))}
    for closure in Closure.objects.filter(site__in=asked.sites.values("pk"), day__in=days).select_related("site"):
        days[closure.day].closures.append(closure)
    booked = list(with_session(_narrowed(asked, appointments))[:MOST_SHOWN])
    meetings = list(_meetings(asked))
    lines = [line_of(row, at, reader) for row in booked] + [_line_of_meeting(row) for row in meetings]
    known = {row.room_use_id for row in booked if row.room_use_id} | {row.room_use_id for row in meetings if row.room_use_id}
    lines += [_line_of_use(use) for use in _uses(asked, known)]
    for line in sorted(lines, key=lambda line: line["starts_at"]):
        day = line["starts_at"].astimezone(asked.zone).date()
        if day in days:
            days[day].lines.append(line)
    return list(days.values())


def people_on(days: Iterable[Day]) -> list[int]:
    """Return whom these days show."""
    return [line["appointment"].patient_id for day in days for line in day.lines if line.get("appointment")]


def line_of(appointment: Appointment, at: datetime, reader: User) -> dict[str, Any]:
    """Return what one line of a calendar needs to know of an appointment."""
    may_write = appointment.clinician_id == reader.pk and reader.may(Can.WRITE_SESSION, program_id=appointment.program_id)
    may_write = may_write and appointment.kind != AppointmentKind.GROUP
    read: Any = appointment if not may_write or hasattr(appointment, "written_in") else with_session(_only(appointment)).get()
    use = appointment.room_use
    return {
        "appointment": appointment,
        "starts_at": appointment.starts_at,
        "state": STATES[AppointmentState(appointment.state)],
        "has_begun": appointment.starts_at <= at,
        "is_booked": appointment.state == AppointmentState.BOOKED,
        "is_cancelled": appointment.state.startswith("cancelled"),
        "may_write": may_write,
        "may_begin_note": may_write and appointment.starts_at <= at and may_lead_to_a_note(read),
        "written_in": read.written_in if may_write else None,
        "room": use.room if use is not None and use.released_at is None else None,
    }


def _only(appointment: Appointment) -> QuerySet[Appointment]:
    """Return one appointment as rows."""
    return Appointment.objects.filter(pk=appointment.pk)


def address_of_day(site: Site | None, day: date, clinician: User | None = None, **more: str) -> str:
    """Return the address of a day in the calendar of a site."""
    asked = {"day": day.isoformat(), "site": str(site.pk) if site else "", "clinician": str(clinician.public_id) if clinician else ""}
    return f"{reverse('treatment_plans:calendar')}?{urlencode({name: value for name, value in (asked | more).items() if value})}"


def _narrowed(asked: Asked, appointments: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Return the appointments that were asked for, in order."""
    starts_at, ends_at = asked.span
    rows = appointments.filter(site__in=asked.sites.values("pk"), starts_at__gte=starts_at, starts_at__lt=ends_at)
    wanted = {"clinician": asked.clinician, "patient": asked.patient, "room_use__room": asked.room}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return (rows.filter(room_use__released_at__isnull=True) if asked.room else rows).order_by("starts_at", "pk")


def _meetings(asked: Asked) -> Iterable[GroupMeeting]:
    """Return the meetings of groups that were asked for; a calendar says that a group meets, never who is in it."""
    if asked.patient is not None:
        return []
    starts_at, ends_at = asked.span
    rows = GroupMeeting.objects.filter(series__site__in=asked.sites.values("pk"), starts_at__gte=starts_at, starts_at__lt=ends_at)
    rows = rows.exclude(state=MeetingState.CANCELLED).select_related("series__site", "room_use__room").order_by("starts_at", "pk")
    if asked.clinician is not None:
        rows = rows.filter(series__in=led_by(asked.clinician).values("series"))
    return rows.filter(room_use__room=asked.room, room_use__released_at__isnull=True) if asked.room else rows


def _uses(asked: Asked, known: Collection[int]) -> Iterator[RoomUse]:
    """Yield what else rooms are used for: by staff or not at all, and of one room also the meetings that the reader may not see."""
    if asked.clinician is not None or asked.patient is not None:
        return
    rooms = Room.objects.filter(pk=asked.room.pk) if asked.room else rooms_at(asked.sites)
    uses = uses_of_rooms(rooms, *asked.span).exclude(pk__in=known)
    yield from uses if asked.room else uses.exclude(purpose=RoomPurpose.APPOINTMENT)


def _line_of_meeting(meeting: GroupMeeting) -> dict[str, Any]:
    """Return what one line of a calendar needs to know of a meeting of a group."""
    use = meeting.room_use
    room = use.room if use is not None and use.released_at is None else None
    return {"meeting": meeting, "starts_at": meeting.starts_at, "room": room, "state": "note" if meeting.state == "planned" else "good"}


def _line_of_use(use: RoomUse) -> dict[str, Any]:
    """Return what one line of a calendar needs to know of a room that is used."""
    return {"use": use, "starts_at": use.starts_at, "room": use.room, "state": "quiet"}
