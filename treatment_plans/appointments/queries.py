"""Read appointments, and what the world says of those that somebody should be reminded of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Membership, Site, User
from casemgr.core.accounts.rules import Can, Role
from casemgr.core.messaging.models import Message, MessageState
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact, FactState
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import ContactKind, ContactPoint, Patient
from patients.transmissions.events import NewsForPartners
from patients.transmissions.models import EventKind
from patients.transmissions.queries import is_awaited
from treatment_plans.appointments import rules
from treatment_plans.appointments.events import AppointmentReminderDue
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.rooms.models import Room

Times = tuple[datetime, datetime]
REMINDER = "appointment"
MEETS_PATIENTS = (Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.NURSE, Role.PRESCRIBER)
UTC_ZONE = ZoneInfo("UTC")
CHANNELS = {ContactKind.PHONE.value: "sms", ContactKind.EMAIL.value: "email"}


def appointments_seen_by(user: User, *, can: Can = Can.SEE_CALENDAR) -> QuerySet[Appointment]:
    """Return the appointments of those patients whose calendar this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    seen = patients_seen_by(user, can=can)
    return Appointment.objects.filter(site__program__in=programs, patient__in=seen).select_related(
        "patient", "site__program", "clinician", "room_use__room"
    )


def appointments_for(patient: Patient) -> QuerySet[Appointment]:
    """Return a patient's appointments, the latest first."""
    return Appointment.objects.filter(patient=patient).select_related("site", "clinician").order_by("-starts_at", "-pk")


def next_appointment_of(patient: Patient, at: datetime) -> Appointment | None:
    """Return the next appointment that is booked, or nothing."""
    return appointments_for(patient).filter(state=AppointmentState.BOOKED, starts_at__gte=at).order_by("starts_at", "pk").first()


def on_day(appointments: QuerySet[Appointment], day: date, zone: ZoneInfo) -> QuerySet[Appointment]:
    """Return those that begin on a day of this time zone, in order."""
    begins = datetime.combine(day, time.min, tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return appointments.filter(starts_at__gte=begins, starts_at__lt=ends).order_by("starts_at", "pk")


def conflicts(patient: Patient, times: Sequence[Times], *, but: Collection[int] = ()) -> list[tuple[Times, Appointment]]:
    """Return for each of these times what the person has booked already that overlaps with it. One statement."""
    wanted = Q()
    for starts_at, ends_at in times:
        wanted |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    held = Appointment.objects.filter(wanted, patient=patient, state=AppointmentState.BOOKED).exclude(pk__in=but)
    found = list(held.select_related("site", "clinician").order_by("starts_at", "pk")) if times else []
    return [(time, row) for time in times for row in found if rules.overlaps(*time, row.starts_at, row.ends_at)]


def conflict_in_words(patient: Patient, other: Appointment) -> str:
    """Say where else a person is booked."""
    words = {
        "person": patient.display_name,
        "kind": other.get_kind_display(),
        "clinician": other.clinician.full_name,
        "from": date_format(other.starts_at.astimezone(other.site.zone), "TIME_FORMAT"),
        "until": date_format(other.ends_at.astimezone(other.site.zone), "TIME_FORMAT"),
    }
    return _("%(person)s has another appointment then, from %(from)s to %(until)s: %(kind)s with %(clinician)s.") % words


def why_not_book(patient: Patient, site: Site, clinician: User, kind: str) -> list[Reason]:
    """Return in sentences what stands against meetings of this person, here, with this colleague."""
    reasons = []
    if kind not in AppointmentKind.values:
        reasons.append(Reason(_("Choose what the meeting is for."), field="kind"))
    if patient.deceased_on is not None:
        reasons.append(Reason(_("This person has died. No appointment can be booked.")))
    if not site.is_active:
        reasons.append(Reason(_("This site is no longer in use. Choose another."), field="site"))
    if not clinician.is_active:
        reasons.append(Reason(_("This member of staff no longer works here. Choose another."), field="clinician"))
    return reasons


def room_of(appointment: Appointment) -> Room | None:
    """Return the room that an appointment has."""
    use = appointment.room_use
    return use.room if use is not None and use.released_at is None else None


def reminder_facts(appointment: Appointment, at: datetime) -> list[tuple[Event, datetime, str | None]]:
    """Return at which local hours the patient may be reminded of this version of the appointment."""
    zone = ZoneInfo(appointment.patient.time_zone)
    facts: list[tuple[Event, datetime, str | None]] = []
    for lead in rules.LEADS:
        due_at = rules.reminder_due_at(appointment.starts_at, lead, zone, booked_at=at)
        if due_at is not None:
            event = AppointmentReminderDue(
                appointment_id=appointment.pk, patient_id=appointment.patient_id, version=appointment.version, lead=lead
            )
            facts.append((event, due_at, rules.reminder_key(appointment.pk, appointment.version, lead)))
    return facts


def news_of(appointments: Iterable[Appointment], at: datetime) -> list[tuple[Event, datetime, str | None]]:
    """Return the facts that let partners' systems be told that something changed, if one of them asks for it."""
    if not is_awaited(EventKind.APPOINTMENT):
        return []
    return [
        (
            NewsForPartners(
                news=EventKind.APPOINTMENT,
                patient_id=appointment.patient_id,
                program_id=appointment.site.program_id,
                organization_id=0,
                subject=f"treatment_plans.appointment:{appointment.pk}",
            ),
            at,
            None,
        )
        for appointment in appointments
    ]


@dataclass(frozen=True)
class Remindable:
    """Hold one appointment with what a reminder of it needs to know."""

    patient_id: int
    booking: rules.Booking
    site_zone: ZoneInfo
    patient_zone: ZoneInfo
    language: str
    first_name: str
    sender: str
    phone: str


@dataclass
class ReminderWorld:
    """Hold what the world says at one moment of many appointments and the persons they are for."""

    appointments: dict[int, Remindable]
    contacts: dict[int, list[rules.Contact]]
    messages: dict[int | None, list[datetime]] = field(default_factory=dict)
    upcoming: dict[int, list[datetime]] = field(default_factory=dict)

    def person(self, patient_id: int, known: Remindable | None) -> rules.Person:
        """Return what the rules need to know of the person a reminder is for."""
        zone = known.patient_zone if known else UTC_ZONE
        written_on = [moment.astimezone(zone).date() for moment in self.messages.get(patient_id, ())]
        return rules.Person(zone, self.contacts.get(patient_id, ()), written_on, self.upcoming.get(patient_id, ()))


COLUMNS = (
    "pk", "patient_id", "state", "version", "starts_at", "kind", "site__time_zone", "site__phone", "site__program_id",
    "site__program__neutral_name", "site__program__callback_phone", "patient__time_zone", "patient__language",
    "patient__given_name", "patient__chosen_name", "patient__deceased_on",
)  # fmt: skip


def reminder_subject(appointment_id: int, version: int) -> str:
    """Return how a message says which version of which appointment it is about."""
    return f"{REMINDER}:{appointment_id}:{version}"


def reminder_world(appointment_ids: Collection[int], patient_ids: Collection[int], at: datetime) -> ReminderWorld:
    """Read in three statements what decides whether reminders may go out."""
    care = _care_of(patient_ids, at)
    rows = Appointment.objects.filter(pk__in=appointment_ids).values_list(*COLUMNS)
    return ReminderWorld({row[0]: _remindable(row, care) for row in rows}, _contacts_of(patient_ids))


def add_frequency(world: ReminderWorld, patient_ids: Collection[int], at: datetime) -> None:
    """Add in two statements how often these persons were written to, and what they have ahead."""
    sent: dict[int | None, list[datetime]] = defaultdict(list)
    ahead: dict[int, list[datetime]] = defaultdict(list)
    counted = Message.objects.filter(patient_id__in=patient_ids, due_at__gt=at - rules.WEEK - timedelta(days=1))
    counted = counted.exclude(state__in=[MessageState.WITHHELD, MessageState.FAILED])
    for patient_id, due_at in counted.values_list("patient_id", "due_at"):
        sent[patient_id].append(due_at)
    booked = Appointment.objects.filter(patient__in=patient_ids, state=AppointmentState.BOOKED)
    booked = booked.filter(starts_at__gt=at, starts_at__lt=at + timedelta(hours=60))
    for patient_id, starts_at in booked.values_list("patient_id", "starts_at"):
        ahead[patient_id].append(starts_at)
    world.messages, world.upcoming = sent, ahead


def reasons_not_to_remind(messages: Sequence[Message], at: datetime) -> dict[int, str | datetime]:
    """Look at the world again for reminders that are about to be sent; return why each stays, or until when it waits.

    Three statements for any number of messages.
    """
    about = {message.pk: subject for message in messages if (subject := _reminder_subject_of(message))}
    if not about:
        return {}
    world = reminder_world({appointment for appointment, _v in about.values()}, {m.patient_id for m in messages if m.patient_id}, at)
    verdicts: dict[int, str | datetime] = {}
    for message in messages:
        if message.pk in about and (verdict := _reason_not_to_remind(message, *about[message.pk], world, at)):
            verdicts[message.pk] = verdict
    return verdicts


def _reminder_subject_of(message: Message) -> tuple[int, int] | None:
    """Return which appointment in which version a message is about, or nothing when it is about something else."""
    kind, *numbers = message.subject.split(":")
    return (int(numbers[0]), int(numbers[1])) if kind == REMINDER and message.patient_id is not None else None


def _reason_not_to_remind(message: Message, appointment_id: int, version: int, world: ReminderWorld, at: datetime) -> str | datetime:
    """Return why one reminder stays, until when it waits, or an empty string."""
    known = world.appointments.get(appointment_id)
    person = world.person(message.patient_id or 0, known)
    same = [contact for contact in person.contacts if (contact.channel, contact.to) == (message.channel, message.to)]
    speak = rules.may_remind(known.booking if known else None, version, replace(person, contacts=same), at)
    if isinstance(speak, str):
        return rules.ENDED_CONTACT if speak == rules.NO_CONTACT else speak
    return speak.due_at if speak.due_at > at else ""


def _remindable(row: tuple[object, ...], care: dict[tuple[int, int], bool]) -> Remindable:
    """Return one row of the world as values."""
    known: dict[str, object] = dict(zip(COLUMNS, row, strict=True))
    is_in_care = care.get((known["patient_id"], known["site__program_id"]), True)  # type: ignore[arg-type]
    booking = rules.Booking(
        state=str(known["state"]),
        version=int(known["version"]),  # type: ignore[call-overload]
        starts_at=known["starts_at"],  # type: ignore[arg-type]
        is_deceased=known["patient__deceased_on"] is not None,
        is_discharged=known["kind"] != AppointmentKind.INTAKE and not is_in_care,
    )
    return Remindable(
        patient_id=int(known["patient_id"]),  # type: ignore[call-overload]
        booking=booking,
        site_zone=ZoneInfo(str(known["site__time_zone"])),
        patient_zone=ZoneInfo(str(known["patient__time_zone"])),
        language=str(known["patient__language"]),
        first_name=str(known["patient__chosen_name"] or known["patient__given_name"]),
        sender=str(known["site__program__neutral_name"]),
        phone=str(known["site__program__callback_phone"] or known["site__phone"]),
    )


def _care_of(patient_ids: Collection[int], at: datetime) -> dict[tuple[int, int], bool]:
    """Say for each patient and program that ever had an episode whether one is open."""
    care: dict[tuple[int, int], bool] = {}
    rows = Episode.objects.filter(patient__in=patient_ids).values_list("patient_id", "program_id", "discharged_on")
    for patient_id, program_id, discharged_on in rows:
        is_open = discharged_on is None or discharged_on > at.date()
        care[patient_id, program_id] = care.get((patient_id, program_id), False) or is_open
    return care


def _contacts_of(patient_ids: Collection[int]) -> dict[int, list[rules.Contact]]:
    """Return the phones and e-mail addresses of these patients, and what is safe on each."""
    contacts: dict[int, list[rules.Contact]] = defaultdict(list)
    points = ContactPoint.objects.filter(patient__in=patient_ids, kind__in=CHANNELS).order_by("-pk")
    columns = ("patient_id", "kind", "value", "wants_reminders", "ok_to_text", "is_unsafe", "ended_at", "greet_by_name", "is_shared")
    for patient_id, kind, value, wants, ok, unsafe, ended_at, by_name, shared in points.values_list(*columns):
        is_safe, may_name = ok and not unsafe, by_name and not shared
        contacts[patient_id].append(rules.Contact(CHANNELS[kind], value, wants, is_safe, ended_at is not None, may_name))
    return contacts


def sites_open_to(user: User, can: Can) -> QuerySet[Site]:
    """Return the sites at which this user holds a right."""
    reach = user.reach(can)
    sites = {membership.site_id for membership in reach if membership.site_id is not None}
    programs = {membership.program_id for membership in reach if membership.site_id is None}
    return Site.objects.filter(Q(pk__in=sites) | Q(program__in=programs), is_active=True).select_related("program").order_by("name")


def staff_at(sites: QuerySet[Site]) -> QuerySet[User]:
    """Return who sees patients in the programs of these sites today."""
    held = Membership.objects.current().filter(role__in=MEETS_PATIENTS, program__in=sites.values("program"), user=OuterRef("pk"))
    return User.objects.filter(Exists(held), is_active=True).order_by("full_name", "pk")


@dataclass(frozen=True)
class ReminderLine:
    """Tell of one reminder what has become of it, for the person at the desk."""

    lead: str
    due_at: datetime
    state: str
    reason: str


def reminders_of(appointment: Appointment) -> list[ReminderLine]:
    """Return what is known of the reminders of an appointment as it stands now: to come, sent, or silent and why."""
    keys = {rules.reminder_key(appointment.pk, appointment.version, lead): lead for lead in rules.LEADS}
    facts = {fact.key: fact for fact in Fact.objects.filter(key__in=keys)}
    messages = {message.key: message for message in Message.objects.filter(key__in=keys)}
    return [_reminder_line(lead, facts[key], messages.get(key)) for key, lead in keys.items() if key in facts]


def _reminder_line(lead: str, fact: Fact, message: Message | None) -> ReminderLine:
    """Return one line from the fact and the message that came of it."""
    if message is not None:
        return ReminderLine(lead, message.sent_at or message.due_at, message.state, message.reason)
    state = "silent" if fact.state == FactState.DONE else fact.state
    return ReminderLine(lead, fact.done_at or fact.due_at, state, fact.outcome.removeprefix("silent: "))
