"""Say who acts on which fact. The outbox finds this table through `ROOT_REACTIONS`, as Django finds its URLs."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Closure, OpeningHours, Program, Purpose, Site, User
from casemgr.core.deadlines.events import ClockWarningDue
from casemgr.core.deadlines.models import Clock
from casemgr.core.deadlines.recording import make_loud
from casemgr.core.messaging.models import Message
from casemgr.core.messaging.sending import Verdicts
from casemgr.core.outbox.draining import Due, Outcomes, Reaction, each
from casemgr.core.outbox.events import Event
from casemgr.reactions.coming import close_inquiries, owe_notice_to_admitted, take_team_along
from casemgr.reactions.health import (
    arrange_prenatal_care,
    close_what_was_an_error,
    close_what_was_asked,
    look_again_at_overdose,
    look_whether_somebody_spoke,
    naloxone_is_replaced,
    replace_after_overdose,
    replace_what_is_gone,
    speak_after_overdose,
)
from casemgr.reactions.inquiries import name_somebody
from casemgr.reactions.leaving import (
    ask_about_orders_elsewhere,
    ask_about_orders_left,
    call_after_discharge,
    end_team_of_discharged,
    free_places_of_discharged,
    owe_notice_to_discharged_no_longer,
)
from casemgr.reactions.merging import gather_what_came_late
from casemgr.reactions.owners import in_charge, may_take_on
from casemgr.reactions.papers import let_somebody_compare, look_again_whom_papers_are_about, look_whom_it_is_about
from casemgr.reactions.safety import (
    finish_the_follow_up,
    finish_the_task,
    give_the_task_to_whoever_took_it,
    look_whether_somebody_came,
    plan_the_follow_up,
    tell_somebody,
)
from casemgr.reactions.signing import ask_for_cosignatures
from casemgr.reactions.tablet import say_that_answers_are_in, say_that_time_is_over
from casemgr.reactions.toxicology import ask_for_a_confirmation
from casemgr.reactions.world import propose_help
from casemgr.sharing.webhooks import Webhook
from patients.consent.events import ConsentHandedIn, ConsentRevoked, PaperSent
from patients.consent.models import Consent, InformationCategory
from patients.disclosures.queries import what_would_be_told
from patients.episodes.events import PatientAdmitted, PatientDischarged, PatientTransferred
from patients.guarding.events import GlassBroken, GlassNotJustified
from patients.guarding.models import GlassBreak
from patients.health.naloxone.events import NaloxoneGiven, NaloxoneGone
from patients.health.overdoses.events import (
    OverdoseContactNoted,
    OverdoseContactWaits,
    OverdoseInError,
    OverdoseRecorded,
    OverdoseRevised,
)
from patients.health.pregnancy.events import PregnancyNoted
from patients.incidents.actions import report_incident
from patients.incidents.models import IncidentKind
from patients.inquiries.events import InquiryToldOfDanger
from patients.merging.events import RecordsMerged
from patients.record.models import Patient
from patients.record.queries import person_behind
from patients.safety.events import (
    SafetyConcernClosed,
    SafetyConcernRaised,
    SafetyConcernTaken,
    SafetyConcernWaits,
    SafetyFollowUpDone,
    SafetyFollowUpPlanned,
)
from patients.tablet.events import TabletHandedBack, TabletLinkWaits
from patients.toxicology.events import ToxicologyConfirmationAsked
from patients.transmissions.actions import queue_transmission, withhold_transmissions
from patients.transmissions.events import NewsForPartners, TransmissionNotSent
from patients.transmissions.models import EventKind, Transmission, TransmissionState
from patients.transmissions.queries import webhooks_for
from patients.world.events import BarrierNamed
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency
from treatment_plans.appointments.actions import decide_reminders
from treatment_plans.appointments.events import AppointmentMissed, AppointmentReminderDue
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import reasons_not_to_remind
from treatment_plans.appointments.rules import next_business_day
from treatment_plans.medication.events import DoseMissed
from treatment_plans.medication.models import Order, OrderState
from treatment_plans.medication.rules import DEFAULT_POLICY
from treatment_plans.sessions.events import NotesSigned, SessionMissed
from treatment_plans.sessions.models import Attendance, AttendanceState, Session
from treatment_plans.sessions.queries import stands

RUNNING = (OrderState.ACTIVE, OrderState.ON_HOLD)
OUTREACH_WITHIN = timedelta(days=30)
"""How old an absence may be to still need a call when the fact of it is drained; older ones were imported or lay long in the queue."""


NEWS = {
    EventKind.REFERRAL: InformationCategory.DEMOGRAPHICS.value,
    EventKind.APPOINTMENT: InformationCategory.APPOINTMENTS.value,
    EventKind.ORDER: InformationCategory.MEDICATIONS.value,
}
"""The part of the record that news of each kind gives a glimpse of, and for which the gate is asked."""

NOT_SENT = {
    TransmissionState.WITHHELD: gettext_lazy("Withheld from %(name)s: see why"),
    TransmissionState.FAILED: gettext_lazy("Sending to %(name)s failed: try again"),
    TransmissionState.DOUBTFUL: gettext_lazy("Ask %(name)s whether it arrived"),
}
"""What somebody is asked to do about a sending that did not go as it should."""


def _remind(facts: Sequence[Due], at: datetime) -> Outcomes:
    """Decide many reminders at once."""
    return decide_reminders(facts=facts, by=User.objects.system(), at=at)


def _reach_out_after_missed_appointment(event: AppointmentMissed, at: datetime) -> str:
    """Let somebody call a person who did not come, on the next business day."""
    appointment = Appointment.objects.select_related("patient", "site__program").get(pk=event.appointment_id)
    if appointment.state != AppointmentState.NO_SHOW:
        return "silent: it was put right since"
    return _reach_out(appointment.patient, appointment.site, appointment.starts_at, at)


def _reach_out_after_missed_session(event: SessionMissed, at: datetime) -> str:
    """Let somebody call a person who was expected in a session and did not come."""
    session = Session.objects.select_related("site__program").get(pk=event.session_id)
    person = person_behind(event.patient_id)
    absent = Attendance.objects.filter(stands(), session=session, state=AttendanceState.ABSENT)
    if not absent.filter(patient__in=[event.patient_id, person.pk]).exists():
        return "silent: it was put right since"
    return _reach_out(person, session.site, session.starts_at, at)


def _reach_out(patient: Patient, site: Site, missed_at: datetime, at: datetime) -> str:
    """Add one outreach task for the person in charge; while it is open, further absences add none."""
    if at - missed_at > OUTREACH_WITHIN:
        return "silent: it is too long ago"
    if patient.deceased_on is not None:
        return "silent: the person has died"
    day, today = missed_at.astimezone(site.zone).date(), at.astimezone(site.program.zone).date()
    closed = Closure.objects.filter(site=site, day__gt=day).values_list("day", flat=True)
    weekdays = OpeningHours.objects.filter(site=site, purpose=Purpose.CLINIC).values_list("weekday", flat=True)
    task = add_task(
        patient=patient,
        program=site.program,
        domain=TaskDomain.OUTREACH,
        title=_("Call: did not come on %(day)s") % {"day": date_format(day)},
        detail=_("Ask how the person is and what made it hard to come; offer a new time."),
        due_on=max(next_business_day(day, closed=closed, open_weekdays=weekdays), today),
        owner=in_charge(patient, site.program_id),
        urgency=Urgency.SOON,
        key=f"outreach:missed:{patient.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"


def _reach_out_after_missed_dose(event: DoseMissed, at: datetime) -> str:
    """Let somebody call a person who missed a scheduled dose; once the order is on hold, ask its prescriber to decide."""
    order = Order.objects.select_related("patient", "site__program", "prescriber").get(pk=event.order_id)
    closing = datetime.combine(date.fromisoformat(event.day), time(hour=12), tzinfo=order.site.zone)
    outcome = _reach_out(order.patient, order.site, closing, at)
    if order.state != OrderState.ON_HOLD or event.in_a_row < DEFAULT_POLICY.hold_after:
        return outcome
    task = add_task(
        patient=order.patient,
        program=order.site.program,
        domain=TaskDomain.HEALTH,
        title=_("Decide about an order that is on hold"),
        detail=order.hold_reason,
        due_on=at.astimezone(order.site.program.zone).date(),
        owner=order.prescriber if may_take_on(order.prescriber, order.patient, order.program_id) else None,
        urgency=Urgency.URGENT,
        key=f"order:on_hold:{order.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"{outcome}, task {task.pk} for the prescriber"


def _stop_what_rests_on_a_consent(event: ConsentRevoked, at: datetime) -> str:
    """Let somebody see to what is still under way on a consent that was revoked; the gate itself is closed already."""
    consent = Consent.objects.select_related("patient", "discloser").get(pk=event.consent_id)
    stopped = withhold_transmissions(consent=consent, by=User.objects.system(), at=at)
    named = [*consent.recipients.values_list("name", flat=True), *consent.named_people.values_list("name", flat=True)]
    names = ", ".join(named)
    task = add_task(
        patient=consent.patient,
        program=consent.discloser,
        domain=TaskDomain.FOLLOW_UP,
        title=_("A consent was revoked: see to what is under way"),
        detail=_("Nothing more is told to: %(names)s. Withdraw open referrals to them and talk with the person about what follows.")
        % {"names": names},
        due_on=at.astimezone(consent.discloser.zone).date(),
        owner=in_charge(consent.patient, consent.discloser_id),
        urgency=Urgency.SOON,
        key=f"consent:revoked:{consent.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}, {len(stopped)} sendings stopped"


def _tell_partners_systems(event: NewsForPartners, at: datetime) -> str:
    """Queue the news for each system that asked for such and may know it by consent; of others nobody hears."""
    patient, program = person_behind(event.patient_id), Program.objects.get(pk=event.program_id)
    told = 0
    for webhook in webhooks_for(event.news):
        if event.organization_id not in (0, webhook.organization_id):
            continue
        part = NEWS[EventKind(event.news)]
        open_to_them = what_would_be_told(
            patient_id=patient.pk, recipient=webhook.organization, purpose=webhook.purpose, at=at, programs=[program.pk]
        )
        if all(found.allowed for found in open_to_them if found.category == part) and patient.deceased_on is None:
            queue_transmission(
                patient=patient,
                program=program,
                recipient=webhook.organization,
                purpose=webhook.purpose,
                categories=[part],
                description=str(EventKind(event.news).label),
                via=Webhook.via,
                format=Webhook.formats[0],
                event=event.news,
                subject=event.subject,
                by=User.objects.system(),
                at=at,
            )
            told += 1
    return f"{told} systems are told"


def _look_at_what_was_not_sent(event: TransmissionNotSent, at: datetime) -> str:
    """Let somebody see to what was withheld, failed or is in doubt; while the task is open, the like of it adds none."""
    found = Transmission.objects.select_related("patient", "program", "recipient").get(pk=event.transmission_id)
    if found.state not in NOT_SENT:
        return "silent: it was settled since"
    task = add_task(
        patient=found.patient,
        program=found.program,
        domain=TaskDomain.FOLLOW_UP,
        title=NOT_SENT[TransmissionState(found.state)] % {"name": found.recipient.name[:120]},
        detail=found.reason,
        due_on=at.astimezone(found.program.zone).date(),
        owner=in_charge(found.patient, found.program_id),
        urgency=Urgency.SOON,
        key=f"transmission:{found.state}:{found.recipient_id}:{found.patient_id}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"


def _tell_of_broken_glass(event: GlassBroken, at: datetime) -> str:
    """Tell whoever is in charge of a person that somebody opened their chart in an emergency; the privacy officer has it in the queue."""
    glass = GlassBreak.objects.select_related("patient", "program", "recorded_by").get(pk=event.glass_id)
    owner = in_charge(glass.patient, glass.program_id)
    if owner is None or owner == glass.recorded_by:
        return "silent: nobody else is in charge"
    task = add_task(
        patient=glass.patient,
        program=glass.program,
        domain=TaskDomain.FOLLOW_UP,
        title=_("%(name)s opened this chart by emergency access") % {"name": glass.recorded_by.full_name[:120]},
        detail=_("Ask what happened, and whether the care team should see more of this person."),
        due_on=at.astimezone(glass.program.zone).date(),
        owner=owner,
        urgency=Urgency.SOON,
        key=f"glass:{glass.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"


def _open_incident_of_glass(event: GlassNotJustified, at: datetime) -> str:
    """Open an incident about a chart that was opened for no good reason, so that it is assessed as any other (45 CFR 164.402)."""
    glass = GlassBreak.objects.select_related("program", "recorded_by").get(pk=event.glass_id)
    if glass.reviewed_at is None:
        return "silent: it was not reviewed"
    zone = glass.program.zone
    said = _("%(name)s opened a chart by emergency access (no. %(number)s), and the review found no good reason: %(words)s")
    incident = report_incident(
        program=glass.program,
        kind=IncidentKind.SEEN,
        discovered_on=glass.reviewed_at.astimezone(zone).date(),
        happened_on=glass.recorded_at.astimezone(zone).date(),
        words=said % {"name": glass.recorded_by.full_name, "number": glass.pk, "words": glass.review_words},
        by=User.objects.system(),
        at=at,
    )
    return f"incident {incident.pk}"


def _warn_of_deadline(event: ClockWarningDue, at: datetime) -> str:
    """Look at a clock once more when its day comes near, and let it be loud on the privacy officer's page."""
    clock = Clock.objects.get(pk=event.clock_id)
    if not clock.is_open:
        return "silent: it is done"
    if clock.ends_on.isoformat() != event.ends_on:
        return "silent: it was extended"
    make_loud([clock.pk], at=at)
    return "overdue" if event.days_left < 0 else f"due in {event.days_left} days"


REACTIONS: dict[type[Event], Sequence[Reaction]] = {
    ClockWarningDue: [each(_warn_of_deadline)],
    OverdoseContactNoted: [each(close_what_was_asked)],
    OverdoseContactWaits: [each(look_whether_somebody_spoke)],
    OverdoseInError: [each(close_what_was_an_error)],
    OverdoseRevised: [each(look_again_at_overdose)],
    OverdoseRecorded: [each(speak_after_overdose), each(replace_after_overdose)],
    PregnancyNoted: [each(arrange_prenatal_care)],
    InquiryToldOfDanger: [each(name_somebody)],
    PatientAdmitted: [each(owe_notice_to_admitted), each(close_inquiries)],
    PatientDischarged: [
        each(owe_notice_to_discharged_no_longer),
        each(ask_about_orders_left),
        each(call_after_discharge),
        each(free_places_of_discharged),
        each(end_team_of_discharged),
    ],
    PatientTransferred: [each(ask_about_orders_elsewhere), each(take_team_along)],
    AppointmentReminderDue: [_remind],
    AppointmentMissed: [each(_reach_out_after_missed_appointment)],
    BarrierNamed: [each(propose_help)],
    SessionMissed: [each(_reach_out_after_missed_session)],
    ConsentHandedIn: [each(let_somebody_compare)],
    ConsentRevoked: [each(_stop_what_rests_on_a_consent)],
    DoseMissed: [each(_reach_out_after_missed_dose)],
    TabletHandedBack: [each(say_that_answers_are_in)],
    TabletLinkWaits: [each(say_that_time_is_over)],
    GlassBroken: [each(_tell_of_broken_glass)],
    GlassNotJustified: [each(_open_incident_of_glass)],
    NaloxoneGiven: [each(naloxone_is_replaced)],
    NaloxoneGone: [each(replace_what_is_gone)],
    NotesSigned: [each(ask_for_cosignatures)],
    NewsForPartners: [each(_tell_partners_systems)],
    PaperSent: [each(look_whom_it_is_about)],
    RecordsMerged: [each(gather_what_came_late), each(look_again_whom_papers_are_about)],
    SafetyConcernClosed: [each(finish_the_task)],
    SafetyConcernRaised: [each(tell_somebody)],
    SafetyConcernTaken: [each(give_the_task_to_whoever_took_it)],
    SafetyConcernWaits: [each(look_whether_somebody_came)],
    SafetyFollowUpDone: [each(finish_the_follow_up)],
    SafetyFollowUpPlanned: [each(plan_the_follow_up)],
    ToxicologyConfirmationAsked: [each(ask_for_a_confirmation)],
    TransmissionNotSent: [each(_look_at_what_was_not_sent)],
}


def reasons_not_to_send(messages: Sequence[Message], at: datetime) -> Verdicts:
    """Look at the world once more, at the moment of sending; return why a message must stay, or until when it waits."""
    return reasons_not_to_remind(messages, at)
