"""Book, move, cancel and settle appointments; decide which reminders go out."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
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
from patients.transmissions.events import NewsForPartners
from patients.transmissions.models import EventKind
from patients.transmissions.queries import is_awaited
from treatment_plans.appointments import rules
from treatment_plans.appointments.events import AppointmentMissed, AppointmentReminderDue
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import ReminderWorld, add_frequency, conflicts, reminder_subject, reminder_world

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
    by: User,
    at: datetime,
) -> Appointment:
    """Book a meeting of a patient with a member of staff, and record when the patient may be reminded of it."""
    fresh = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    reasons = _wrong_times(starts_at, ends_at)
    if kind not in AppointmentKind.values:
        reasons.append(Reason(_("Choose what the meeting is for."), field="kind"))
    if fresh.deceased_on is not None:
        reasons.append(Reason(_("This person has died. No appointment can be booked.")))
    if not site.is_active:
        reasons.append(Reason(_("This site is no longer in use. Choose another."), field="site"))
    if not clinician.is_active:
        reasons.append(Reason(_("This member of staff no longer works here. Choose another."), field="clinician"))
    reasons += _conflicts_in_words(fresh, starts_at, ends_at)
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
    _record_reminders(appointment, at)
    _let_partners_know(appointment, at)
    return appointment


@action(Can.BOOK_APPOINTMENT)
def move_appointment(*, appointment: Appointment, starts_at: datetime, ends_at: datetime, by: User, at: datetime) -> Appointment:
    """Move a booked appointment to another time.

    Its version goes up, so that reminders of the old time stay silent; those of the new one are recorded.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=appointment.patient_id)
    fresh = _locked(appointment)
    reasons = _wrong_times(starts_at, ends_at)
    if fresh.state != AppointmentState.BOOKED:
        reasons.append(Reason(_("Only a booked appointment can be moved. This one is: %(state)s.") % {"state": fresh.get_state_display()}))
    reasons += _conflicts_in_words(patient, starts_at, ends_at, but=fresh)
    if reasons:
        raise Refused(*reasons)
    fresh.starts_at, fresh.ends_at, fresh.version = starts_at, ends_at, fresh.version + 1
    fresh.save(update_fields=["starts_at", "ends_at", "version"])
    _record_reminders(fresh, at)
    _let_partners_know(fresh, at)
    return fresh


@action(Can.BOOK_APPOINTMENT)
def cancel_appointment(*, appointment: Appointment, by_patient: bool, by: User, at: datetime) -> Appointment:
    """Cancel a booked appointment, on the person's word or on ours."""
    fresh = _locked(appointment)
    if fresh.state != AppointmentState.BOOKED:
        raise Refused(_("Only a booked appointment can be cancelled. This one is: %(state)s.") % {"state": fresh.get_state_display()})
    fresh.state = AppointmentState.CANCELLED_BY_PATIENT if by_patient else AppointmentState.CANCELLED_BY_STAFF
    fresh.save(update_fields=["state"])
    _let_partners_know(fresh, at)
    return fresh


@action(Can.BOOK_APPOINTMENT)
def settle_appointment(*, appointment: Appointment, state: str, by: User, at: datetime) -> Appointment:
    """Say what became of an appointment; a wrong entry can be put right."""
    fresh = _locked(appointment)
    if fresh.state == state:
        return fresh
    if state not in rules.MOVES[fresh.state]:
        raise Refused(
            Reason(
                _("An appointment that is “%(state)s” cannot become that. Book it anew.") % {"state": fresh.get_state_display()},
                field="state",
            )
        )
    day, today = (moment.astimezone(fresh.site.zone).date() for moment in (fresh.starts_at, at))
    if (state == AppointmentState.NO_SHOW and at < fresh.starts_at) or (state == AppointmentState.KEPT and today < day):
        raise Refused(Reason(_("The appointment is still to come. Say afterwards what became of it."), field="state"))
    fresh.state = AppointmentState(state)
    fresh.save(update_fields=["state"])
    if state == AppointmentState.NO_SHOW:
        missed = AppointmentMissed(appointment_id=fresh.pk, patient_id=fresh.patient_id)
        record_fact(missed, at=at, key=f"missed:{fresh.pk}:{fresh.version}")
    _let_partners_know(fresh, at)
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
            _record_reminders(row, at)
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
    return Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=appointment.pk)


def _record_reminders(appointment: Appointment, at: datetime) -> None:
    """Record at which local hours the patient may be reminded of this version of the appointment."""
    zone = ZoneInfo(appointment.patient.time_zone)
    facts = []
    for lead in rules.LEADS:
        due_at = rules.reminder_due_at(appointment.starts_at, lead, zone, booked_at=at)
        if due_at is not None:
            event = AppointmentReminderDue(
                appointment_id=appointment.pk, patient_id=appointment.patient_id, version=appointment.version, lead=lead
            )
            facts.append((event, due_at, rules.reminder_key(appointment.pk, appointment.version, lead)))
    if facts:
        record_facts(facts, at=at)


def _let_partners_know(appointment: Appointment, at: datetime) -> None:
    """Record that partners' systems may be told that something changed, if one of them asks for it."""
    if is_awaited(EventKind.APPOINTMENT):
        news = NewsForPartners(
            news=EventKind.APPOINTMENT,
            patient_id=appointment.patient_id,
            program_id=appointment.site.program_id,
            organization_id=0,
            subject=f"treatment_plans.appointment:{appointment.pk}",
        )
        record_fact(news, at=at)


def _wrong_times(starts_at: datetime, ends_at: datetime) -> list[Reason]:
    """Return a reason when the end does not follow the start."""
    return [] if ends_at > starts_at else [Reason(_("The end must come after the start."), field="ends_at")]


def _conflicts_in_words(patient: Patient, starts_at: datetime, ends_at: datetime, *, but: Appointment | None = None) -> list[Reason]:
    """Return a sentence for each booked appointment of the patient that overlaps."""
    reasons = []
    for other in conflicts(patient, starts_at, ends_at, but=but):
        begins, finishes = other.starts_at.astimezone(other.site.zone), other.ends_at.astimezone(other.site.zone)
        words = {
            "person": patient.display_name,
            "kind": other.get_kind_display(),
            "clinician": other.clinician.full_name,
            "from": date_format(begins, "TIME_FORMAT"),
            "until": date_format(finishes, "TIME_FORMAT"),
        }
        text = _("%(person)s has another appointment then, from %(from)s to %(until)s: %(kind)s with %(clinician)s.") % words
        reasons.append(Reason(text, field="starts_at", code="patient_is_busy"))
    return reasons
