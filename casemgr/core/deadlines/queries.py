"""Read which clocks run."""

from datetime import date, datetime

from django.db.models import Q

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.deadlines.models import Clock, ClockQuerySet
from casemgr.core.deadlines.rules import KINDS, longest_warning


def clocks_seen_by(user: User) -> ClockQuerySet:
    """Return the clocks of the programs whose privacy somebody oversees."""
    return Clock.objects.filter(program__in=programs_reached(user, Can.OVERSEE_PRIVACY))


def running_clock(kind: str, subject: str) -> Clock | None:
    """Return the clock of this kind that runs for a subject."""
    return Clock.objects.running().filter(kind=kind, subject=subject).first()


def running_clocks_about(subject: str) -> ClockQuerySet:
    """Return every clock that runs for a subject, the next due first."""
    return Clock.objects.running().filter(subject=subject).order_by("ends_on", "id")


def running_clocks_of(patient_id: int) -> ClockQuerySet:
    """Return what is owed to one patient."""
    return Clock.objects.running().filter(patient_id=patient_id)


def clocks_to_make_loud(program: Program, at: datetime) -> list[int]:
    """Return the keys of clocks that should warn by now and do not yet."""
    today = at.astimezone(program.zone).date()
    silent = Clock.objects.running().filter(program=program, loud_since__isnull=True).filter(_near(today))
    return list(silent.values_list("pk", flat=True))


def _near(today: date) -> Q:
    """Return the condition for clocks within the time in which their kind warns."""
    wanted = Q()
    for kind in KINDS:
        wanted |= Q(kind=kind, ends_on__lte=today + longest_warning(kind))
    return wanted
