"""Read series, and what stands against their times."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet
from django.utils.formats import date_format

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentSeries, AppointmentState
from treatment_plans.appointments.queries import Times, conflict_in_words, conflicts
from treatment_plans.rooms.models import Room
from treatment_plans.rooms.queries import taken_in_words, what_takes


def series_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[AppointmentSeries]:
    """Return the series of those patients whose calendar this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    seen = patients_seen_by(user, can=can)
    return AppointmentSeries.objects.filter(site__program__in=programs, patient__in=seen).select_related("patient", "site", "clinician")


def following(appointment: Appointment) -> QuerySet[Appointment]:
    """Return what is booked of a series from the place of this one on, in order."""
    rows = Appointment.objects.filter(series=appointment.series_id, occurs_on__gte=appointment.occurs_on, state=AppointmentState.BOOKED)
    return rows.order_by("occurs_on", "pk")


def those_that_move(appointment: Appointment) -> list[Appointment]:
    """Return which of a series move when this and the following ones do: what somebody moved on its own stays where it is."""
    rows = following(appointment).select_related("site", "room_use__room__site", "patient")
    return [row for row in rows if row.pk == appointment.pk or not row.moved_alone]


def why_not_at(
    patient: Patient, site: Site, room: Room | None, times: Sequence[Times], *, but: Collection[Appointment] = ()
) -> list[Reason]:
    """Return in sentences, each with its day, at which times the person is elsewhere or the room is taken. Two statements."""
    found = conflicts(patient, times, but=[row.pk for row in but])
    reasons = [Reason(_on(time, site, conflict_in_words(patient, other)), "starts_at", "patient_is_busy") for time, other in found]
    taken = what_takes(room, times, but=[row.room_use_id for row in but if row.room_use_id]) if room else {}
    return reasons + [Reason(_on(time, site, taken_in_words(room, use)), "room", "room_is_taken") for time, use in taken.items() if room]


def _on(time: Times, site: Site, text: str) -> str:
    """Return a sentence with its day before it."""
    return f"{date_format(time[0].astimezone(site.zone), 'D, M j')}: {text}"
