"""Find what speaks against times that somebody wishes, before anything is saved; a fixed number of statements for one time or a hundred."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Q
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose, Site, User
from casemgr.core.accounts.queries import sites_reached
from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from patients.world.models import Barrier, BarrierKind, LifeEvent, LifeEventKind
from patients.world.queries import facts_of
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.busy.queries import busy_of
from treatment_plans.appointments.busy.rules import when_busy
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import Times, conflict_in_words, conflicts
from treatment_plans.calendar.clashes.rules import COVERS, Clash, against_the_dose, is_within
from treatment_plans.groups.models import GroupMeeting, MeetingState, PlaceState
from treatment_plans.groups.queries import led_by
from treatment_plans.medication.queries import orders_in_force, orders_seen_by
from treatment_plans.rooms.models import Room
from treatment_plans.rooms.queries import taken_in_words, what_takes

Local = tuple[datetime, datetime]


@dataclass(frozen=True)
class Wish:
    """Say what somebody would like to book, or to move where."""

    patient: Patient
    site: Site
    clinician: User
    kind: str
    times: Sequence[Times]
    room: Room | None = None
    but: Collection[Appointment] = field(default=())

    def local(self, times: Times) -> Local:
        """Return a time by the clock of the site."""
        return times[0].astimezone(self.site.zone), times[1].astimezone(self.site.zone)


def clashes_of(wish: Wish, reader: User) -> list[Clash]:
    """Return all that speaks against these times, in their order: what stops them first, then what is to be weighed."""
    if not wish.times:
        return []
    finders: Sequence[Callable[[Wish, User], Iterator[Clash]]] = (_hard, _clinician, _own_groups, _house, _person, _dose)
    found = [clash for finder in finders for clash in finder(wish, reader)]
    return sorted(found, key=lambda clash: clash.time[0])


def warnings_of(clashes: Sequence[Clash]) -> list[str]:
    """Return what is to be weighed, in sentences; what stops a time is said by the verb itself."""
    return list(dict.fromkeys(clash.text for clash in clashes if not clash.is_hard))


def hints_of(patient: Patient, reader: User, today: date) -> list[str]:
    """Return what is known of this person that whoever books should bear in mind; only for those who may know of their life."""
    if not reader.may(Can.SEE_CHART):
        return []
    programs = {membership.program_id for membership in reader.reach(Can.SEE_CHART)}
    hints = [
        _("Getting here is hard for this person: %(words)s.") % {"words": barrier.words or barrier.get_kind_display()}
        for barrier in facts_of(Barrier, patient, programs).filter(kind=BarrierKind.TRANSPORT, resolved_on__isnull=True)[:1]
    ]
    jobs = facts_of(LifeEvent, patient, programs).filter(kind=LifeEventKind.JOB, ended_on__isnull=True, began_on__lte=today)
    if not busy_of(patient, today).filter(reason="work").exists():
        hints += [_("The person works (%(words)s): ask about the shift.") % {"words": job.words or _("no hours known")} for job in jobs[:1]]
    return hints


def _hard(wish: Wish, _reader: User) -> Iterator[Clash]:
    """Yield where the person is elsewhere or the room is taken: the verb refuses these too."""
    for times, other in conflicts(wish.patient, wish.times, but=[row.pk for row in wish.but]):
        yield Clash(times, "patient", conflict_in_words(wish.patient, other), is_hard=True)
    if wish.room is not None:
        own = [row.room_use_id for row in wish.but if row.room_use_id]
        for times, use in what_takes(wish.room, wish.times, but=own).items():
            yield Clash(times, "room", taken_in_words(wish.room, use), is_hard=True)


def _clinician(wish: Wish, _reader: User) -> Iterator[Clash]:
    """Yield where the colleague meets somebody else; a group is many at once."""
    if wish.kind == AppointmentKind.GROUP:
        return
    wanted = Q()
    for starts_at, ends_at in wish.times:
        wanted |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    booked = Appointment.objects.filter(wanted, clinician=wish.clinician, state=AppointmentState.BOOKED)
    groups = GroupMeeting.objects.filter(wanted, series__in=led_by(wish.clinician).values("series"), state=MeetingState.PLANNED)
    both = booked.exclude(pk__in=[row.pk for row in wish.but]).order_by().values_list("starts_at", "ends_at")
    rows = list(both.union(groups.order_by().values_list("starts_at", "ends_at")))
    for times in wish.times:
        if any(starts_at < times[1] and times[0] < ends_at for starts_at, ends_at in rows):
            yield Clash(times, "clinician", _("%(name)s has another appointment then.") % {"name": wish.clinician.full_name})


def _own_groups(wish: Wish, reader: User) -> Iterator[Clash]:
    """Yield where a group meets in which the person has a place; a group that begins then is what is being booked for a group."""
    wanted = Q()
    for starts_at, ends_at in wish.times:
        wanted |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    mine = Q(series__places__patient=wish.patient, series__places__state=PlaceState.MEMBER)
    rows = GroupMeeting.objects.filter(wanted, mine, state=MeetingState.PLANNED, series__site__in=sites_reached(reader, Can.SEE_CALENDAR))
    meets = list(rows.order_by().values_list("starts_at", "ends_at"))
    for times in wish.times:
        for starts_at, ends_at in meets:
            is_it = wish.kind == AppointmentKind.GROUP and starts_at == times[0]
            if starts_at < times[1] and times[0] < ends_at and not is_it:
                yield Clash(times, "group", _("A group in which the person has a place meets then."))
                break


def against_house(site: Site, asked: Sequence[Times]) -> Iterator[Clash]:
    """Yield where a site is closed or not open."""
    local = {times: (times[0].astimezone(site.zone), times[1].astimezone(site.zone)) for times in asked}
    days = {starts.date() for starts, _ends in local.values()}
    closed = dict(Closure.objects.filter(site=site, day__in=days).values_list("day", "reason"))
    hours = _hours(site, Purpose.CLINIC)
    for times, (starts, ends) in local.items():
        if reason := closed.get(starts.date()):
            yield Clash(times, "closed", _("%(site)s is closed on that day: %(reason)s.") % {"site": site.name, "reason": reason})
            continue
        of_day = hours.get(starts.weekday(), [])
        if hours and not is_within(starts.time(), ends.time(), of_day):
            said = ", ".join(f"{time_format(opens)}–{time_format(closes)}" for opens, closes in of_day) or _("not at all")
            words = {"site": site.name, "hours": said}
            yield Clash(times, "hours", _("%(site)s is not open then (that weekday: %(hours)s).") % words)


def _house(wish: Wish, _reader: User) -> Iterator[Clash]:
    """Yield where the site is closed or not open."""
    yield from against_house(wish.site, wish.times)


def _person(wish: Wish, _reader: User) -> Iterator[Clash]:
    """Yield where the person works, cares for somebody or has no way to get here."""
    busy = list(BusyTime.objects.filter(patient=wish.patient))
    for times in wish.times:
        on = wish.local(times)[0].date()
        for row in busy:
            holds = row.since <= on and (row.ended_on is None or on < row.ended_on)
            if holds and any(when_busy(frozenset(row.weekdays), row.starts, row.ends, times, wish.site.zone)):
                words = {"what": row.note or row.get_reason_display(), "from": time_format(row.starts), "until": time_format(row.ends)}
                text = _("The person cannot come then, from %(from)s to %(until)s: %(what)s.") % words
                yield Clash(times, row.reason, text)


def _dose(wish: Wish, reader: User) -> Iterator[Clash]:
    """Yield where a meeting leaves no time for the dose of the day, or means a second trip; for those who may know of doses."""
    if not (reader.may(Can.SEE_MEDICATION, program_id=wish.site.program_id) and reader.may(Can.SEE_CHART)):
        return
    last = max(times[0] for times in wish.times).astimezone(wish.site.zone).date()
    orders = orders_in_force(orders_seen_by(reader).filter(patient=wish.patient), last)
    order = orders.select_related("site").order_by("-starts_on").first()
    hours = _hours(order.site, Purpose.DOSING) if order else {}
    if order is None:
        return
    for times in wish.times:
        starts, ends = (moment.astimezone(order.site.zone) for moment in times)
        of_day = hours.get(starts.weekday(), [])
        code = against_the_dose(starts, ends, of_day)
        if code:
            said = ", ".join(f"{time_format(opens)}–{time_format(closes)}" for opens, closes in of_day)
            yield Clash(times, "dose", _dose_in_words(code) % {"hours": said})


def _dose_in_words(code: str) -> str:
    """Return the sentence for what a meeting does to the dose of the day."""
    if code == COVERS:
        return _("No time is left for the dose of that day (%(hours)s).")
    return _("This means coming twice that day: doses are given %(hours)s.")


def _hours(site: Site, purpose: str) -> dict[int, list[tuple[time, time]]]:
    """Return when a site is open for a purpose, by weekday."""
    found: dict[int, list[tuple[time, time]]] = {}
    rows = OpeningHours.objects.filter(site=site, purpose=purpose).order_by("weekday", "opens")
    for weekday, opens, closes in rows.values_list("weekday", "opens", "closes"):
        found.setdefault(weekday, []).append((opens, closes))
    return found


def say_when(wish: Wish, times: Times) -> str:
    """Return the day and hour of a time by the clock of the site."""
    starts = wish.local(times)[0]
    return f"{date_format(starts, 'D, M j')}, {time_format(starts.time())}"
