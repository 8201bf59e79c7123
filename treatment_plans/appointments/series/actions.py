"""Book a row of meetings at once; move or cancel one of them with those that follow."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.recording import record_facts
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentSeries, AppointmentState
from treatment_plans.appointments.queries import news_of, reminder_facts, room_of, why_not_book
from treatment_plans.appointments.series.queries import following, those_that_move, why_not_at
from treatment_plans.appointments.series.rules import moved_days, moved_rhythm, place_after
from treatment_plans.rooms.actions import use_room_often
from treatment_plans.rooms.models import Room, RoomPurpose, RoomUse
from treatment_plans.rooms.recurrence.rules import Occurrence, Rhythm, Slot, ended_before, occurrence, occurrences, why_not


@action(Can.BOOK_APPOINTMENT)
def book_series(
    *,
    patient: Patient,
    site: Site,
    clinician: User,
    kind: str,
    rhythm: Rhythm,
    first_on: date,
    starts: time,
    minutes: int,
    by: User,
    at: datetime,
    room: Room | None = None,
    note: str = "",
    leave_out: Collection[date] = (),
) -> AppointmentSeries:
    """Book a row of meetings by the site's own wall clock; all of them or none, but for the days that are left out."""
    fresh = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    reasons = why_not_book(fresh, site, clinician, kind) + _wrong_rhythm(rhythm, first_on, minutes) + _wrong_room(room, site, kind)
    if reasons:
        raise Refused(*reasons)
    dates = [one for one in occurrences(rhythm, first_on, Slot(starts, minutes, site.zone)) if one.day not in leave_out]
    reasons = why_not_at(fresh, site, room, [(one.starts_at, one.ends_at) for one in dates])
    if not dates:
        reasons.append(Reason(_("No day is left. Choose a later end, or leave fewer out."), field="until"))
    if reasons:
        raise Refused(*reasons)
    series = _new_series(fresh, site, clinician, kind, rhythm, first_on, Slot(starts, minutes, site.zone), room, by, at)
    _record(_write_dates(series, dates, note.strip(), by, at), at)
    return series


@action(Can.BOOK_APPOINTMENT)
def move_following(
    *,
    appointment: Appointment,
    day: date,
    starts: time,
    minutes: int,
    by: User,
    at: datetime,
    room: Room | Literal["same"] | None = "same",
    clinician: User | None = None,
    leave_out: Collection[date] = (),
) -> AppointmentSeries:
    """Move this meeting of a series and those that follow; they become a series of their own, the older ones stay what they were.

    What somebody moved on its own stays where it is, and so does what would fall on a day that is left out. Where this one itself was moved
    on its own before, the others go as far as it goes now, and not to where it stands.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id)
    old = _series_of(appointment)
    rows = those_that_move(appointment)
    wanted = room_of(appointment) if room == "same" else room
    first_on = place_after(_place(appointment), appointment.starts_at.astimezone(old.site.zone).date(), day)
    rhythm = moved_rhythm(old.rhythm, old.first_on, _place(appointment), first_on)
    reasons = _wrong_room(wanted, old.site, old.kind) + _wrong_rhythm(rhythm, first_on, minutes)
    if appointment.pk not in {row.pk for row in rows}:
        reasons.append(
            Reason(_("Only a booked appointment can be moved. This one is: %(state)s.") % {"state": appointment.get_state_display()})
        )
    if reasons:
        raise Refused(*reasons)
    slot = Slot(starts, minutes, old.site.zone)
    days = moved_days(old.rhythm, [_place(row) for row in rows], _place(appointment), first_on)
    goes = {row: day if row.pk == appointment.pk else days[_place(row)] for row in rows}
    plan = {row: occurrence(goes[row], slot) for row in rows if goes[row] not in leave_out}
    reasons = why_not_at(patient, old.site, wanted, [(one.starts_at, one.ends_at) for one in plan.values()], but=list(plan))
    if reasons or not plan:
        raise Refused(*(reasons or [Reason(_("No day is left. Leave fewer out."), field="day")]))
    _end(old, _place(appointment))
    series = _new_series(patient, old.site, clinician or old.clinician, old.kind, rhythm, first_on, slot, wanted, by, at, follows=old)
    _stay(series, [row for row in following(appointment) if row not in plan], days)
    _move(series, plan, days, wanted, by, at)
    return series


@action(Can.BOOK_APPOINTMENT)
def cancel_following(*, appointment: Appointment, by_patient: bool, by: User, at: datetime, why: str = "") -> list[Appointment]:
    """Cancel this meeting of a series and those that follow, also those that were moved on their own; their rooms are free again."""
    Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id)
    old = _series_of(appointment)
    rows = list(following(appointment).select_related("site", "patient"))
    if not rows:
        raise Refused(_("Nothing of this series is booked any more from here on."))
    state = AppointmentState.CANCELLED_BY_PATIENT if by_patient else AppointmentState.CANCELLED_BY_STAFF
    _release(rows, at)
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, cancelled_at=at, why_cancelled=why.strip()[:200])
    _end(old, _place(appointment))
    facts = news_of(rows, at)
    if facts:
        record_facts(facts, at=at)
    return rows


def _series_of(appointment: Appointment) -> AppointmentSeries:
    """Lock the series of a meeting and return it as it stands."""
    if appointment.series_id is None:
        raise Refused(_("This appointment stands alone: nothing follows it."))
    locked = AppointmentSeries.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("site", "clinician", "room").get(pk=appointment.series_id)


def _place(appointment: Appointment) -> date:
    """Return the day that a meeting has in its series."""
    return appointment.occurs_on or appointment.starts_at.date()


def _wrong_rhythm(rhythm: Rhythm, first_on: date, minutes: int) -> list[Reason]:
    """Say what is wrong with how often something comes again."""
    texts = {
        "unit": _("Choose days, weeks or months."),
        "every": _("Choose a step from 1 to 12."),
        "weekdays": _("Choose weekdays."),
        "until": _("Say until when, or how often: the day must not be before the first."),
        "times": _("Choose how often: from 1 to 104 times."),
    }
    wrong = [Reason(texts[field], field=field) for field in why_not(rhythm, first_on)]
    return wrong if minutes > 0 else [*wrong, Reason(_("The end must come after the start."), field="minutes")]


def _wrong_room(room: Room | None, site: Site, kind: str) -> list[Reason]:
    """Return what is wrong with the choice of a room."""
    if room is not None and kind == AppointmentKind.GROUP:
        return [Reason(_("A group has its room through its series; leave the room out here."), field="room")]
    is_elsewhere = room is not None and room.site_id != site.pk
    return [Reason(_("This room belongs to another site. Choose another."), field="room")] if is_elsewhere else []


def _new_series(
    patient: Patient,
    site: Site,
    clinician: User,
    kind: str,
    rhythm: Rhythm,
    first_on: date,
    slot: Slot,
    room: Room | None,
    by: User,
    at: datetime,
    follows: AppointmentSeries | None = None,
) -> AppointmentSeries:
    """Write down what a row of meetings is agreed to be."""
    return AppointmentSeries.objects.create(
        patient=patient,
        site=site,
        clinician=clinician,
        room=room,
        kind=kind,
        first_on=first_on,
        starts=slot.at,
        minutes=slot.minutes,
        time_zone=slot.zone.key,
        unit=rhythm.unit,
        every=rhythm.every,
        weekdays=sorted(rhythm.weekdays),
        until=rhythm.until,
        times=rhythm.times,
        follows=follows,
        recorded_by=by,
        recorded_at=at,
    )


def _write_dates(series: AppointmentSeries, dates: Collection[Occurrence], note: str, by: User, at: datetime) -> list[Appointment]:
    """Write down the meetings of a series, each with its use of the room."""
    uses = _use(series.room, dates, by, at)
    rows = [
        Appointment(
            patient=series.patient,
            site=series.site,
            clinician=series.clinician,
            kind=series.kind,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            note=note,
            series=series,
            occurs_on=one.day,
            room_use=uses.get(one.starts_at),
            recorded_by=by,
            recorded_at=at,
        )
        for one in dates
    ]
    return Appointment.objects.bulk_create(rows)


def _use(room: Room | None, dates: Collection[Occurrence], by: User, at: datetime) -> dict[datetime, RoomUse]:
    """Take a room for all these times; return each use under its beginning."""
    if room is None:
        return {}
    times = [(one.starts_at, one.ends_at) for one in dates]
    return {use.starts_at: use for use in use_room_often(room=room, times=times, purpose=RoomPurpose.APPOINTMENT, by=by, at=at)}


def _release(rows: Collection[Appointment], at: datetime) -> None:
    """Give back the rooms of these meetings."""
    RoomUse.objects.filter(pk__in=[row.room_use_id for row in rows if row.room_use_id], released_at__isnull=True).update(released_at=at)


def _end(series: AppointmentSeries, before: date) -> None:
    """End a series on the day before this one."""
    left = ended_before(series.rhythm, before)
    series.until, series.times = max(left.until or before, series.first_on - timedelta(days=1)), None
    series.save(update_fields=["until", "times"])


def _stay(series: AppointmentSeries, rows: Sequence[Appointment], days: Mapping[date, date]) -> None:
    """Let these meetings go over into the new series and stay where they are."""
    for row in rows:
        row.series, row.occurs_on, row.moved_alone = series, days.get(_place(row), _place(row)), True
    Appointment.objects.bulk_update(rows, ["series", "occurs_on", "moved_alone"])


def _move(
    series: AppointmentSeries, plan: Mapping[Appointment, Occurrence], days: Mapping[date, date], room: Room | None, by: User, at: datetime
) -> None:
    """Move these meetings, one after the other and the foremost first, so that none steps on the next."""
    _release(list(plan), at)
    uses = _use(room, plan.values(), by, at)
    moved: list[Appointment] = []
    forward = any(one.starts_at > row.starts_at for row, one in plan.items())
    for row, one in sorted(plan.items(), key=lambda item: item[1].starts_at, reverse=forward):
        if (row.starts_at, row.ends_at) != (one.starts_at, one.ends_at):
            row.version += 1
            moved.append(row)
        row.starts_at, row.ends_at, row.occurs_on, row.series = one.starts_at, one.ends_at, days[_place(row)], series
        row.clinician, row.room_use, row.moved_alone = series.clinician, uses.get(one.starts_at), one.day != row.occurs_on
        row.save(update_fields=["starts_at", "ends_at", "version", "occurs_on", "series", "clinician", "room_use", "moved_alone"])
    _record(moved, at)


def _record(rows: Sequence[Appointment], at: datetime) -> None:
    """Record the reminders of these meetings, and that partners' systems may be told."""
    facts: list[tuple[Event, datetime, str | None]] = [fact for row in rows for fact in reminder_facts(row, at)]
    facts += news_of(rows, at)
    if facts:
        record_facts(facts, at=at)
