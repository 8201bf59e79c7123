"""Find who looked at one person's chart, gathered by day and by who it was."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from casemgr.core.accounts.models import ROLE_CHOICES
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.desk.audit.words import Words, part_of
from casemgr.desk.watched.words import NOT_SHOWN, ON_A_LIST, reason_words
from patients.record.models import Patient

MOST_EVENTS = 2000
"""Events that one page reads; who asks for a shorter time sees all of it."""
ROLES = dict(ROLE_CHOICES)


@dataclass
class Look:
    """Tell of one colleague on one day: the role, which parts, and why they were allowed to."""

    day: date
    who: str
    role: Words = ""
    parts: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    tried: int = 0


@dataclass
class Day:
    """Hold one day with those who looked."""

    on: date
    looks: list[Look]


def who_looked_at(patient: Patient, *, since: datetime, zone: ZoneInfo) -> tuple[list[Day], bool]:
    """Return who saw or wrote in a person's chart since a moment, the newest day first, and whether there is more than is shown.

    A list or a search that showed the person counts as a look, also under a record that was merged into this one.
    """
    shown = Q(patient_id__in=patient.keys) | Q(~Q(people=[]), people__overlap=patient.keys)
    rows = AuditEvent.objects.filter(shown, at__gte=since, actor_id__isnull=False).exclude(verb__in=NOT_SHOWN)
    found = list(rows.order_by("-at", "-pk")[: MOST_EVENTS + 1])
    return _by_day(found[:MOST_EVENTS], zone), len(found) > MOST_EVENTS


def first_moment(today: date, days: int, zone: ZoneInfo) -> datetime:
    """Return the beginning of a time that ends today."""
    return datetime.combine(today - timedelta(days=days), datetime.min.time(), tzinfo=zone)


def _by_day(events: Iterable[AuditEvent], zone: ZoneInfo) -> list[Day]:
    """Gather events by day and by who it was."""
    looks: dict[tuple[date, str], Look] = {}
    for event in events:
        day = event.at.astimezone(zone).date()
        look = looks.setdefault((day, event.actor_name), Look(day, event.actor_name))
        _add(look, event)
    days: dict[date, Day] = {}
    for look in looks.values():
        days.setdefault(look.day, Day(look.day, [])).looks.append(look)
    return list(days.values())


def _add(look: Look, event: AuditEvent) -> None:
    """Add what one event tells to the line of its day and person."""
    names = [token.partition(":")[0] for token in event.rests_on.split()]
    look.role = look.role or next((ROLES[name] for name in names if name in ROLES), "")
    if event.outcome in (Outcome.DENIED, Outcome.REFUSED):
        look.tried += 1
        return
    part = str(part_of(event.verb) if event.patient_id is not None else ON_A_LIST)
    reason = str(reason_words(names))
    if part not in look.parts:
        look.parts.append(part)
    if reason not in look.reasons:
        look.reasons.append(reason)
