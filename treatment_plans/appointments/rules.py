"""Decide when a reminder is due, when it stays silent, and what may become of an appointment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casemgr.core.messaging.rules import after_quiet_hours, revealing_words

LEADS = {"72h": timedelta(hours=72), "24h": timedelta(hours=24)}
"""How long before an appointment a person is reminded of it, by the clock on their wall: at the same hour, also when the clocks change.

Reminders by text raise attendance (Cochrane CD007458); the hours are ours."""

LAST_LEAD = "24h"
"""The reminder that matters most: the other gives way to it."""

MOST_A_DAY = 1
MOST_A_WEEK = 3
"""Texts per patient: 47 CFR 64.1200(a)(9)(iv), the conditions under which a health care provider may send them. Kept for every channel."""

WEEK = timedelta(days=7)

MOVES = {
    "booked": frozenset({"kept", "no_show", "cancelled_by_patient", "cancelled_by_staff"}),
    "kept": frozenset({"no_show", "cancelled_by_patient", "cancelled_by_staff"}),
    "no_show": frozenset({"kept", "cancelled_by_patient", "cancelled_by_staff"}),
    "cancelled_by_patient": frozenset[str](),
    "cancelled_by_staff": frozenset[str](),
}
"""What may become of an appointment; a wrong entry can be put right, a cancelled appointment is booked anew."""

SHORT_NOTICE = timedelta(hours=24)
"""How close to its beginning a cancellation is called short notice. The figure is ours: whoever waits is called the day before."""


def is_short_notice(starts_at: datetime, cancelled_at: datetime) -> bool:
    """Say whether an appointment was cancelled so late that hardly anybody else can come instead."""
    return starts_at - cancelled_at < SHORT_NOTICE


def reminder_due_at(starts_at: datetime, lead: str, zone: ZoneInfo, *, booked_at: datetime) -> datetime | None:
    """Return when a reminder is due in the person's own waking hours, or nothing when that moment is past or comes too late."""
    wanted = starts_at.astimezone(zone) - LEADS[lead]
    if wanted < booked_at:
        return None
    due = after_quiet_hours(wanted, zone)
    return due if due < starts_at else None


def reminder_key(appointment_id: int, version: int, lead: str) -> str:
    """Return the key under which one reminder is decided and sent, once."""
    return f"reminder:{appointment_id}:{version}:{lead}"


@dataclass(frozen=True)
class Booking:
    """Say what the world says of one reminder's appointment and person at this moment."""

    state: str
    version: int
    starts_at: datetime
    is_deceased: bool
    is_discharged: bool


def why_not_about(booking: Booking | None, version: int, at: datetime) -> str:
    """Return why nothing may be said of an appointment any more, or an empty string."""
    if booking is None:
        return "There is no such appointment."
    reasons = {
        "The person has died.": booking.is_deceased,
        "The appointment was moved.": booking.version != version,
        "The appointment was cancelled.": booking.state.startswith("cancelled"),
        "The appointment is settled already.": booking.state in ("kept", "no_show"),
        "The appointment has begun already.": booking.starts_at <= at,
        "The person is no longer in this care.": booking.is_discharged,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


@dataclass(frozen=True)
class Contact:
    """Say what is safe on one way to reach a person."""

    channel: str
    to: str
    wants_reminders: bool
    is_safe: bool
    has_ended: bool
    may_name: bool


NO_CONTACT = "No phone or e-mail is known."
ENDED_CONTACT = "The phone or e-mail is no longer used."
UNSAFE_CONTACT = "The phone or e-mail is not safe to write to."
NOT_WANTED = "The person has not agreed to reminders."


def reachable_by(contacts: Sequence[Contact]) -> Contact | None:
    """Return the way on which the person agreed to be reminded: a text before an e-mail."""
    open_ones = [c for c in contacts if c.wants_reminders and c.is_safe and not c.has_ended]
    return min(open_ones, key=lambda c: c.channel != "sms", default=None)


def why_unreachable(contacts: Sequence[Contact]) -> str:
    """Return why none of these ways may carry a reminder."""
    if not contacts:
        return NO_CONTACT
    current = [c for c in contacts if not c.has_ended]
    if not current:
        return ENDED_CONTACT
    return UNSAFE_CONTACT if not any(c.is_safe for c in current) else NOT_WANTED


def why_too_many(days: Sequence[date], on: date) -> str:
    """Return why one more message on this day would be too many, given the days of those that went out or will."""
    if days.count(on) >= MOST_A_DAY:
        return "The person gets a message on that day already: at most one a day."
    if sum(timedelta(0) <= on - day < WEEK for day in days) >= MOST_A_WEEK:
        return "The person had three messages within seven days already."
    return ""


def gives_way(lead: str, starts_at: datetime, on: date, others: Iterable[datetime], zone: ZoneInfo) -> bool:
    """Say whether an early reminder should leave the day's one message to an appointment on the next day."""
    if lead == LAST_LEAD:
        return False
    tomorrow = on + timedelta(days=1)
    return any(start.astimezone(zone).date() == tomorrow for start in (*others, starts_at))


def why_program_cannot_write(sender: str, phone: str) -> str:
    """Return why a program may not write at all yet: a reminder names a number to call, and a sender that gives nothing away."""
    if not phone:
        return "The program has no callback phone for messages. The administrator enters one."
    if revealing_words(sender):
        return "The program's name for messages gives away what it is. The administrator chooses a neutral one."
    return ""


@dataclass(frozen=True)
class Person:
    """Say of one person where they live, how they may be reached, and how often they were and will be written to."""

    zone: ZoneInfo
    contacts: Sequence[Contact]
    written_on: Sequence[date] = ()
    ahead: Sequence[datetime] = ()


@dataclass(frozen=True)
class Speak:
    """Say that a reminder may go out: on which way, and from when on."""

    contact: Contact
    due_at: datetime


def may_remind(booking: Booking | None, version: int, person: Person, at: datetime) -> Speak | str:
    """Decide whether a reminder may go out now or next morning; else return why not. Asked again at the moment of sending."""
    silent = why_not_about(booking, version, at)
    if silent or booking is None:
        return silent
    contact = reachable_by(person.contacts)
    if contact is None:
        return why_unreachable(person.contacts)
    due_at = after_quiet_hours(at, person.zone)
    if due_at >= booking.starts_at:
        return "It is night where the person is, and the appointment begins before the morning."
    return Speak(contact, due_at)


def may_remind_again(speak: Speak, lead: str, booking: Booking, person: Person) -> str:
    """Return why one more message to this person would be too many, or an empty string."""
    on = speak.due_at.astimezone(person.zone).date()
    if gives_way(lead, booking.starts_at, on, person.ahead, person.zone):
        return "The day's one message is left to the appointment of the next day."
    return why_too_many(person.written_on, on)


def overlaps(starts_at: datetime, ends_at: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Say whether two meetings overlap; one may begin when the other ends."""
    return starts_at < other_end and other_start < ends_at


def next_business_day(day: date, *, closed: Iterable[date] = (), open_weekdays: Iterable[int] = range(5)) -> date:
    """Return the first day after this one on which the site works."""
    shut, weekdays = frozenset(closed), frozenset(open_weekdays) or frozenset(range(5))
    following = day + timedelta(days=1)
    while following.weekday() not in weekdays or following in shut:
        following += timedelta(days=1)
    return following
