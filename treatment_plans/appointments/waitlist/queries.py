"""Read who waits, and who could take an hour that became free."""

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from treatment_plans.appointments.busy.queries import busy_times_of
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.appointments.waitlist.rules import Hour, suits

MOST_NAMED = 20
"""How many people are named for one free hour, those who wait longest first. The figure is ours."""


def waitlist_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[WaitlistEntry]:
    """Return who waits, of those whose calendar this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    rows = WaitlistEntry.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can))
    return rows.select_related("patient", "site", "clinician")


def waiting_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[WaitlistEntry]:
    """Return who still waits, longest first."""
    return waitlist_seen_by(user, can=can).filter(ended_at__isnull=True).order_by("recorded_at", "pk")


def hour_of(appointment: Appointment) -> Hour:
    """Return the hour that an appointment takes, or left free."""
    site = appointment.site
    return Hour(appointment.kind, site.pk, appointment.clinician_id, appointment.starts_at, appointment.ends_at, site.zone)


def who_could_take(hour: Hour, user: User, at: datetime) -> list[WaitlistEntry]:
    """Return who waits and could take this hour, longest first; one that began or was taken again suits nobody. Four statements."""
    booked = Appointment.objects.filter(state=AppointmentState.BOOKED, starts_at__lt=hour.ends_at, ends_at__gt=hour.starts_at)
    if hour.starts_at <= at or booked.filter(clinician=hour.clinician_id).exists():
        return []
    alive = waiting_seen_by(user, can=Can.BOOK_APPOINTMENT).filter(patient__deceased_on__isnull=True)
    waiting = list(alive.filter(kind=hour.kind, program__sites=hour.site_id))
    people = {entry.patient_id for entry in waiting}
    if not people:
        return []
    taken: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for patient_id, starts_at, ends_at in booked.filter(patient__in=people).values_list("patient_id", "starts_at", "ends_at"):
        taken[patient_id].append((starts_at, ends_at))
    for patient_id, times in busy_times_of(people, hour.starts_at, hour.ends_at, hour.zone).items():
        taken[patient_id] += times
    return [entry for entry in waiting if suits(entry.wanted, hour, taken[entry.patient_id])][:MOST_NAMED]
