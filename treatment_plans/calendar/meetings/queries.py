"""Find what speaks against further meetings of a group before they are planned: as many statements for two people as for twelve."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import sites_reached
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.busy.rules import when_busy
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import Times, conflict_in_words
from treatment_plans.calendar.booking.queries import Checked
from treatment_plans.calendar.clashes.queries import against_house
from treatment_plans.calendar.clashes.rules import Clash
from treatment_plans.groups.models import GroupMeeting, GroupPlace, GroupSeries, MeetingState, PlaceState
from treatment_plans.groups.queries import facilitators_of
from treatment_plans.rooms.queries import taken_in_words, what_takes
from treatment_plans.rooms.recurrence.rules import Occurrence


def check_meetings(series: GroupSeries, dates: Sequence[Occurrence], reader: User) -> tuple[list[Checked], list[Patient]]:
    """Return every date with what speaks against it, and of whom the reader is told by that."""
    times = [(one.starts_at, one.ends_at) for one in dates]
    if not times:
        return [], []
    placed = set(GroupPlace.objects.filter(series=series, state=PlaceState.MEMBER).values_list("patient", flat=True))
    seen = {row.pk: row for row in patients_seen_by(reader, can=Can.WRITE_SESSION).filter(pk__in=placed)}
    told = [*_members(series, times, placed, seen, reader), *_busy(series, times, seen)]
    clashes = [*_room(series, times), *_leaders(series, times), *(clash for clash, _one in told), *against_house(series.site, times)]
    by_time: dict[Times, dict[str, Clash]] = {time: {} for time in times}
    for clash in clashes:
        by_time[clash.time].setdefault(clash.text, clash)
    checked = [Checked(one.day, time, [*by_time[time].values()]) for one, time in zip(dates, times, strict=True)]
    return checked, [*{one.pk: one for _clash, one in told if one is not None}.values()]


def _room(series: GroupSeries, times: Sequence[Times]) -> Iterator[Clash]:
    """Yield where the room of the group is taken: the verb refuses these too."""
    if series.room is not None:
        for time, use in what_takes(series.room, times).items():
            yield Clash(time, "room", taken_in_words(series.room, use), is_hard=True)


def _leaders(series: GroupSeries, times: Sequence[Times]) -> Iterator[Clash]:
    """Yield where somebody who leads the group has an appointment or leads another group."""
    leads = {user.pk: user for user in facilitators_of(series)}
    wanted = _over(times)
    booked = Appointment.objects.filter(wanted, clinician__in=leads, state=AppointmentState.BOOKED).exclude(kind=AppointmentKind.GROUP)
    others = GroupMeeting.objects.filter(
        wanted, state=MeetingState.PLANNED, series__facilitators__user__in=leads, series__facilitators__until__isnull=True
    )
    taken = booked.order_by().values_list("clinician", "starts_at", "ends_at")
    rows = taken.union(others.exclude(series=series).order_by().values_list("series__facilitators__user", "starts_at", "ends_at"))
    for time, user in _at(times, rows):
        yield Clash(time, "clinician", _("%(name)s has another appointment then.") % {"name": leads[user].full_name})


def _members(
    series: GroupSeries, times: Sequence[Times], placed: Collection[int], seen: dict[int, Patient], reader: User
) -> Iterator[tuple[Clash, Patient | None]]:
    """Yield where somebody with a place is elsewhere; of whom the reader may not see it is not said who, nor where.

    Of a group at a site whose calendar the reader may not see nothing is said, as when one person is booked.
    """
    somebody = _("Somebody in this group whom you may not see has something else then.")
    wanted = _over(times)
    booked = Appointment.objects.filter(wanted, patient__in=placed, state=AppointmentState.BOOKED).select_related("site", "clinician")
    for row in booked.order_by("starts_at", "pk"):
        for time in times:
            is_it = row.kind == AppointmentKind.GROUP and row.starts_at == time[0]
            if row.starts_at < time[1] and time[0] < row.ends_at and not is_it:
                one = seen.get(row.patient_id)
                yield Clash(time, "patient", conflict_in_words(one, row) if one else somebody), one
    others = GroupMeeting.objects.filter(
        wanted,
        state=MeetingState.PLANNED,
        series__places__patient__in=placed,
        series__places__state=PlaceState.MEMBER,
        series__site__in=sites_reached(reader, Can.SEE_CALENDAR),
    ).exclude(series=series)
    rows = others.order_by("starts_at", "pk").values_list("series__places__patient", "starts_at", "ends_at")
    text = _("%(name)s has a place in another group that meets then.")
    for time, patient in _at(times, rows):
        one = seen.get(patient)
        yield Clash(time, "group", text % {"name": one.display_name} if one else somebody), one


def _busy(series: GroupSeries, times: Sequence[Times], seen: dict[int, Patient]) -> Iterator[tuple[Clash, Patient | None]]:
    """Yield where somebody with a place works, cares for somebody or has no way to get here."""
    for row in BusyTime.objects.filter(patient__in=seen).order_by("pk"):
        for time in times:
            on = time[0].astimezone(series.site.zone).date()
            holds = row.since <= on and (row.ended_on is None or on < row.ended_on)
            if holds and any(when_busy(frozenset(row.weekdays), row.starts, row.ends, time, series.site.zone)):
                words = {"name": seen[row.patient_id].display_name, "what": row.note or row.get_reason_display()}
                words |= {"from": time_format(row.starts), "until": time_format(row.ends)}
                text = _("%(name)s cannot come then, from %(from)s to %(until)s: %(what)s.") % words
                yield Clash(time, row.reason, text), seen[row.patient_id]


def _over(times: Sequence[Times]) -> Q:
    """Match what overlaps with one of these times."""
    wanted = Q()
    for starts_at, ends_at in times:
        wanted |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return wanted


def _at(times: Sequence[Times], rows: Iterable[tuple[int, datetime, datetime]]) -> Iterator[tuple[Times, int]]:
    """Yield at which of these times whoever stands in a row has something else."""
    for who, starts_at, ends_at in rows:
        for time in times:
            if starts_at < time[1] and time[0] < ends_at:
                yield time, who
