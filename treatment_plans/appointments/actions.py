"""Book, move, cancel and settle appointments; decide which reminders go out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.messaging.queueing import Draft, queue_messages
from casemgr.core.messaging.templates import day_and_time, language_of
from casemgr.core.outbox.draining import Due
from casemgr.core.outbox.recording import record_fact, record_facts
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments import rules
from treatment_plans.appointments.events import AppointmentMissed, AppointmentReminderDue
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import (
    ReminderWorld,
    Times,
    add_frequency,
    conflict_in_words,
    conflicts,
    news_of,
    reminder_facts,
    reminder_subject,
    reminder_world,
    room_of,
    why_not_book,
)
from treatment_plans.rooms.actions import release_room, use_room
from treatment_plans.rooms.models import Room, RoomPurpose, RoomUse
from treatment_plans.rooms.queries import taken_in_words, what_takes

TEMPLATES = {"72h": "appointment_in_days", "24h": "appointment_tomorrow"}


@action(Can.BOOK_APPOINTMENT)
def book_appointment(
    *,
    patient: Patient,
    site: Site,
    clinician: User,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
    room: Room | None = None,
    by: User,
    at: datetime,
) -> Appointment:
    """Book a meeting of a patient with a member of staff, and record when the patient may be reminded of it."""
    fresh = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    reasons = _wrong_times(starts_at, ends_at) + why_not_book(fresh, site, clinician, kind) + _wrong_room(room, site, kind)
    reasons += _conflicts(fresh, (starts_at, ends_at)) + _taken(room, (starts_at, ends_at))
    if reasons:
        raise Refused(*reasons)
    appointment = Appointment.objects.create(
        patient=fresh,
        site=site,
        clinician=clinician,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    if room is not None:
        appointment.room_use = _take_room(appointment, room, by, at)
        appointment.save(update_fields=["room_use"])
    _record_news(appointment, at, reminders=True)
    return appointment


@action(Can.BOOK_APPOINTMENT)
def move_appointment(
    *,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
    room: Room | Literal["same"] | None = "same",
    clinician: User | None = None,
) -> Appointment:
    """Move a booked appointment to another time, another room or another colleague; of a series it moves this one alone.

    Its version goes up with its time, so that reminders of the old time stay silent; those of the new one are recorded.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id)
    fresh = _locked(appointment)
    wanted = room_of(fresh) if room == "same" else room
    reasons = _wrong_times(starts_at, ends_at) + _wrong_room(wanted, fresh.site, fresh.kind)
    if fresh.state != AppointmentState.BOOKED:
        reasons.append(Reason(_("Only a booked appointment can be moved. This one is: %(state)s.") % {"state": fresh.get_state_display()}))
    if clinician is not None and not clinician.is_active:
        reasons.append(Reason(_("This member of staff no longer works here. Choose another."), field="clinician"))
    reasons += _conflicts(patient, (starts_at, ends_at), but=fresh) + _taken(wanted, (starts_at, ends_at), but=fresh.room_use)
    if reasons:
        raise Refused(*reasons)
    another_time = (fresh.starts_at, fresh.ends_at) != (starts_at, ends_at)
    fresh.starts_at, fresh.ends_at, fresh.version = starts_at, ends_at, fresh.version + another_time
    fresh.clinician, fresh.moved_alone = clinician or fresh.clinician, fresh.series_id is not None
    fresh.room_use = _take_room(fresh, wanted, by, at)
    fresh.save(update_fields=["starts_at", "ends_at", "version", "clinician", "moved_alone", "room_use"])
    _record_news(fresh, at, reminders=another_time)
    return fresh


@action(Can.BOOK_APPOINTMENT)
def cancel_appointment(*, appointment: Appointment, by_patient: bool, by: User, at: datetime, why: str = "") -> Appointment:
    """Cancel a booked appointment, on the person's word or on ours; its room is free again."""
    fresh = _locked(appointment)
    if fresh.state != AppointmentState.BOOKED:
        raise Refused(_("Only a booked appointment can be cancelled. This one is: %(state)s.") % {"state": fresh.get_state_display()})
    fresh.state = AppointmentState.CANCELLED_BY_PATIENT if by_patient else AppointmentState.CANCELLED_BY_STAFF
    _close(fresh, by, at, why)
    _record_news(fresh, at)
    return fresh


@action(Can.BOOK_APPOINTMENT)
def settle_appointment(*, appointment: Appointment, state: str, by: User, at: datetime, late_minutes: int | None = None) -> Appointment:
    """Say what became of an appointment, and how late somebody was who came; a wrong entry can be put right."""
    fresh = _locked(appointment)
    if state not in AppointmentState.values:
        raise Refused(Reason(_("Say what became of it."), field="state"))
    late = late_minutes if state == AppointmentState.KEPT else None
    if fresh.state == state and fresh.late_minutes == late:
        return fresh
    stays_kept = fresh.state == state == AppointmentState.KEPT
    if state not in rules.MOVES[fresh.state] and not stays_kept:
        raise Refused(
            Reason(
                _("An appointment that is “%(state)s” cannot become that. Book it anew.") % {"state": fresh.get_state_display()},
                field="state",
            )
        )
    day, today = (moment.astimezone(fresh.site.zone).date() for moment in (fresh.starts_at, at))
    if (state == AppointmentState.NO_SHOW and at < fresh.starts_at) or (state == AppointmentState.KEPT and today < day):
        raise Refused(Reason(_("The appointment is still to come. Say afterwards what became of it."), field="state"))
    fresh.state, fresh.late_minutes = AppointmentState(state), late
    if state.startswith("cancelled"):
        _close(fresh, by, at)
    fresh.save(update_fields=["state", "late_minutes"])
    if state == AppointmentState.NO_SHOW:
        missed = AppointmentMissed(appointment_id=fresh.pk, patient_id=fresh.patient_id)
        record_fact(missed, at=at, key=f"missed:{fresh.pk}:{fresh.version}")
    _record_news(fresh, at)
    return fresh


@action(Can.BOOK_APPOINTMENT)
def take_over_appointments_in_bulk(
    *, patient: Patient, new: Sequence[Appointment], changed: Sequence[Appointment], by: User, at: datetime
) -> list[Appointment]:
    """Take over meetings with our staff that were agreed on elsewhere, in whatever state; the patient is reminded of those to come."""
    fresh = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if any(row.state not in AppointmentState.values or row.ends_at <= row.starts_at for row in (*new, *changed)):
        raise Refused(_("Each appointment needs its state, and must end after it starts."))
    known = {
        row.pk: row for row in Appointment.objects.select_for_update(no_key=True).filter(patient=fresh, pk__in=[r.pk for r in changed])
    }
    held = [row for row in changed if row.pk in known]
    for row in held:
        was = known[row.pk]
        row.patient, row.version = fresh, was.version + ((was.starts_at, was.ends_at) != (row.starts_at, row.ends_at))
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = fresh, at, by
    try:
        with transaction.atomic():
            Appointment.objects.bulk_update(held, ["starts_at", "ends_at", "state", "version", "note", "clinician"])
            rows = Appointment.objects.bulk_create(new)
    except IntegrityError:
        raise Refused(Reason(_("Two booked appointments of this person overlap."), field="starts_at", code="patient_is_busy")) from None
    for row in (*rows, *(row for row in held if row.version > known[row.pk].version)):
        if row.state == AppointmentState.BOOKED and row.starts_at > at:
            record_facts(reminder_facts(row, at), at=at)
    return rows


@action(Can.RUN_SCHEDULE)
def decide_reminders(*, facts: Sequence[Due], by: User, at: datetime) -> dict[int, str]:
    """Look at the world for many reminders at once; queue those that may go out and say of the others why not.

    The patients are locked, so that two workers cannot both find that nobody was written to today.
    """
    events: dict[int, AppointmentReminderDue] = dict(facts)
    patient_ids = sorted({event.patient_id for event in events.values()})
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=patient_ids).order_by("pk").values_list("pk"))
    world = reminder_world({event.appointment_id for event in events.values()}, patient_ids, at)
    add_frequency(world, patient_ids, at)
    outcomes: dict[int, str] = {}
    drafts: dict[int, Draft] = {}
    for fact_id, event in sorted(events.items(), key=lambda item: item[1].lead != rules.LAST_LEAD):
        decision = _decide(event, world, at)
        if isinstance(decision, Draft):
            drafts[fact_id] = decision
        else:
            outcomes[fact_id] = f"silent: {decision}"
    new = queue_messages(list(drafts.values()), at=at)
    return outcomes | {fact_id: "queued" if draft.key in new else "queued before" for fact_id, draft in drafts.items()}


def _decide(event: AppointmentReminderDue, world: ReminderWorld, at: datetime) -> Draft | str:
    """Return the message that one reminder becomes, or why there is none."""
    known = world.appointments.get(event.appointment_id)
    person = world.person(event.patient_id, known)
    speak = rules.may_remind(known.booking if known else None, event.version, person, at)
    if isinstance(speak, str) or known is None:
        return str(speak)
    against = rules.why_program_cannot_write(known.sender, known.phone) or rules.may_remind_again(speak, event.lead, known.booking, person)
    if against:
        return against
    world.messages[event.patient_id].append(speak.due_at)
    language = language_of(known.language)
    return Draft(
        key=rules.reminder_key(event.appointment_id, event.version, event.lead),
        patient_id=event.patient_id,
        subject=reminder_subject(event.appointment_id, event.version),
        channel=speak.contact.channel,
        to=speak.contact.to,
        template=TEMPLATES[event.lead],
        language=language,
        due_at=speak.due_at,
        blanks={
            "first_name": known.first_name if speak.contact.may_name else "",
            "sender": known.sender,
            "phone": known.phone,
            **day_and_time(known.booking.starts_at.astimezone(known.site_zone), language),
        },
    )


def _locked(appointment: Appointment) -> Appointment:
    """Lock an appointment and return it as it stands."""
    return (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "room_use__room__site")
        .get(pk=appointment.pk)
    )


def _close(appointment: Appointment, by: User, at: datetime, why: str = "") -> None:
    """Write down that an appointment is cancelled, and give its room back."""
    if appointment.room_use is not None:
        release_room(use=appointment.room_use, by=by, at=at)
    appointment.cancelled_at, appointment.why_cancelled = at, why.strip()[:200]
    appointment.save(update_fields=["state", "cancelled_at", "why_cancelled"])


def _record_news(appointment: Appointment, at: datetime, *, reminders: bool = False) -> None:
    """Record the reminders of this version, and that partners' systems may be told."""
    facts = [*(reminder_facts(appointment, at) if reminders else ()), *news_of([appointment], at)]
    if facts:
        record_facts(facts, at=at)


def _wrong_times(starts_at: datetime, ends_at: datetime) -> list[Reason]:
    """Return a reason when the end does not follow the start."""
    return [] if ends_at > starts_at else [Reason(_("The end must come after the start."), field="ends_at")]


def _conflicts(patient: Patient, times: Times, *, but: Appointment | None = None) -> list[Reason]:
    """Return a sentence for each booked appointment of the patient that overlaps."""
    found = conflicts(patient, [times], but=[but.pk] if but else [])
    return [Reason(conflict_in_words(patient, other), field="starts_at", code="patient_is_busy") for _time, other in found]


def _wrong_room(room: Room | None, site: Site, kind: str) -> list[Reason]:
    """Return what is wrong with the choice of a room."""
    if room is None:
        return []
    if kind == AppointmentKind.GROUP:
        return [Reason(_("A group has its room through its series; leave the room out here."), field="room")]
    return [Reason(_("This room belongs to another site. Choose another."), field="room")] if room.site_id != site.pk else []


def _taken(room: Room | None, times: Times, *, but: RoomUse | None = None) -> list[Reason]:
    """Return a sentence when somebody else has the room then."""
    taken = what_takes(room, [times], but=[but.pk] if but else []) if room and times[1] > times[0] else {}
    return [Reason(taken_in_words(use.room, use), field="room", code="room_is_taken") for use in taken.values()]


def _take_room(appointment: Appointment, room: Room | None, by: User, at: datetime) -> RoomUse | None:
    """Give back the room that an appointment has, and take this one for its time."""
    if appointment.room_use is not None:
        release_room(use=appointment.room_use, by=by, at=at)
    if room is None:
        return None
    return use_room(room=room, starts_at=appointment.starts_at, ends_at=appointment.ends_at, purpose=RoomPurpose.APPOINTMENT, by=by, at=at)
