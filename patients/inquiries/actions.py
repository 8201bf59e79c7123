"""Take inquiries, ask what must be asked at once, keep the waitlist; the only writer of the tables of this feature."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_urgent_fact
from casemgr.core.refusals import Reason, Refused
from patients.inquiries.checking.queries import against_step, against_visit, contradictions
from patients.inquiries.events import InquiryToldOfDanger
from patients.inquiries.models import (
    Asker,
    DoneAtOnce,
    Inquiry,
    InquiryEnd,
    InquiryState,
    InquiryStep,
    Pace,
    ScreeningOutcome,
    ScreeningVisit,
    StepKind,
    Triage,
    TriageAnswer,
    WaitlistPlace,
)
from patients.inquiries.queries import QUESTIONS, answers_of, danger_stands, locked_inquiry, open_place_of, pace_asked_for, priority_told
from patients.inquiries.rules import (
    INTERIM_SERVICES,
    Danger,
    call_back_by,
    concern_level,
    dangers,
    is_phone,
    owed,
    pace_of,
)
from patients.record.actions import add_contact_point, register_patient
from patients.record.models import ContactKind, Patient
from patients.safety.actions import raise_concern_from_inquiry

FACTS = (
    "asker", "asker_name", "came_by", "given_name", "family_name", "birth_date", "asks_for", "words", "call_back", "call_back_whose",
    "may_leave_message", "may_text", "say_nothing", "best_time", "language", "language_name", "interpreter_needed", "pace",
)  # fmt: skip
"""What is written down of somebody who asks."""

SENT_AWAY = (InquiryEnd.REFERRED, InquiryEnd.NOT_FOR_US)


@action(Can.TAKE_INQUIRY)
def take_inquiry(
    *,
    site: Site,
    asker: str,
    received_at: datetime,
    by: User,
    at: datetime,
    answers: Mapping[str, str] | None = None,
    done: Sequence[str] = (),
    done_words: str = "",
    **facts: Any,
) -> Inquiry:
    """Write down that somebody asks for help, with what was asked at once; nothing is needed but who asks, and no chart is made."""
    if unknown := facts.keys() - set(FACTS):
        raise TypeError(f"An inquiry has no fact {sorted(unknown)}.")
    inquiry = Inquiry(
        program_id=site.program_id, site=site, asker=asker, received_at=received_at, call_by=received_at, recorded_at=at, recorded_by=by
    )
    for name, value in facts.items():
        setattr(inquiry, name, value.strip() if isinstance(value, str) else value)
    if reasons := contradictions(inquiry, at):
        raise Refused(*reasons)
    inquiry.call_by = call_back_by(received_at, inquiry.pace)
    inquiry.save(force_insert=True)
    if inquiry.pace == Pace.NOW and not dangers(answers or {}):
        _tell_of_pace(inquiry, by, at)
    if answers:
        triage_inquiry(inquiry=inquiry, done=done, done_words=done_words, by=by, at=at, **answers)
        inquiry.refresh_from_db(fields=["pace", "call_by"])
    return inquiry


@action(Can.TAKE_INQUIRY)
def change_inquiry(*, inquiry: Inquiry, by: User, at: datetime, **facts: Any) -> Inquiry:
    """Correct or complete what somebody said; what is not named stays."""
    if unknown := facts.keys() - set(FACTS):
        raise TypeError(f"An inquiry has no fact {sorted(unknown)}.")
    row = _open(inquiry)
    before = row.pace
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if reasons := contradictions(row, at):
        raise Refused(*reasons)
    row.pace = pace_asked_for(row)
    row.call_by = call_back_by(row.received_at, row.pace)
    row.save(update_fields=[*facts, "pace", "call_by"])
    if row.pace == Pace.NOW and before != Pace.NOW:
        _tell_of_pace(row, by, at)
    return row


@action(Can.TAKE_INQUIRY)
def triage_inquiry(*, inquiry: Inquiry, by: User, at: datetime, done: Sequence[str] = (), done_words: str = "", **answers: str) -> Triage:
    """Keep what was answered about overdose and suicide and what was done at once; a yes counts at once and is never refused.

    Danger told of somebody without a chart, in an inquiry that was closed meanwhile, opens it again: nobody is called about a closed one.
    """
    row = locked_inquiry(inquiry)
    if unknown := answers.keys() - set(QUESTIONS):
        raise TypeError(f"A triage asks nothing about {sorted(unknown)}.")
    answers = {name: answer or TriageAnswer.NOT_ASKED for name, answer in answers.items()}
    reasons = [Reason(_("Choose one of the answers."), field=name) for name, answer in answers.items() if answer not in TriageAnswer.values]
    if strange := set(done) - set(DoneAtOnce.values):
        reasons.append(
            Reason(_("Choose what was done: %(strange)s is not on the list.") % {"strange": ", ".join(sorted(strange))}, field="done")
        )
    if reasons:
        raise Refused(*reasons)
    found = dangers(answers)
    if not row.is_open and not found:
        raise _closed()
    if not row.is_open and row.patient_id is None:
        _open_again(row)
    triage = Triage.objects.create(
        inquiry=row, asked_at=at, **answers, done=list(done), done_words=done_words.strip(), recorded_at=at, recorded_by=by
    )
    priority = priority_told(row)
    row.pace = pace_of(found, priority, row.pace)
    row.call_by = min(row.call_by, call_back_by(at if found else row.received_at, row.pace))
    row.save(update_fields=["pace", "call_by"])
    if place := open_place_of(row):
        _rank(place, priority, row)
    if found:
        _tell_of_danger(row, triage, found, by, at)
    return triage


@action(Can.TAKE_INQUIRY)
def take_on_inquiry(*, inquiry: Inquiry, by: User, at: datetime) -> Inquiry:
    """Say that one calls back oneself."""
    row = _open(inquiry)
    row.in_hand = by
    row.save(update_fields=["in_hand"])
    return row


@action(Can.TAKE_INQUIRY)
def note_inquiry_step(
    *, inquiry: Inquiry, kind: str, happened_at: datetime, by: User, at: datetime, given_help: str = "", words: str = ""
) -> InquiryStep:
    """Note a call, an offer or help given while waiting; help given in time moves the day by which a place is owed."""
    row = _open(inquiry)
    reasons = against_step(kind, given_help, happened_at, at)
    if reasons:
        raise Refused(*reasons)
    step = InquiryStep.objects.create(
        inquiry=row,
        kind=kind,
        given_help=given_help if kind == StepKind.INTERIM else "",
        happened_at=happened_at,
        words=words.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    if kind == StepKind.INTERIM and (place := open_place_of(row)):
        _rank(place, place.priority, row)
    return step


@action(Can.TAKE_INQUIRY)
def link_inquiry(*, inquiry: Inquiry, patient: Patient, by: User, at: datetime) -> Inquiry:
    """Say who the person of an inquiry is; a danger that was told before, or a pace of at once, is told of this person again."""
    row = _open(inquiry)
    if row.patient_id not in (None, patient.pk):
        raise Refused(_("This inquiry belongs to somebody already. Take a new one for the other person."), code="linked")
    known = Patient.objects.filter(pk=patient.pk, registered_site__program=row.program_id) | Patient.objects.filter(
        pk=patient.pk, episodes__program=row.program_id
    )
    if not known.exists():
        raise Refused(_("This person is not known in this program. Register them here."), field="patient", code="not_in_program")
    was_unknown, row.patient = row.patient_id is None, patient
    row.save(update_fields=["patient"])
    alarming = [(triage, found) for triage in row.triages.order_by("pk") if (found := dangers(answers_of(triage)))]
    for triage, found in alarming:
        _tell_of_danger(row, triage, found, by, at)
    if was_unknown and row.pace == Pace.NOW and not alarming:
        _tell_of_pace(row, by, at)
    return row


@action(Can.TAKE_INQUIRY)
def register_from_inquiry(
    *, inquiry: Inquiry, site: Site, by: User, at: datetime, not_same_as: Sequence[Patient] = (), **facts: Any
) -> Patient:
    """Make a record for the person of an inquiry who has none, with the number at which they want to be called back."""
    row = _open(inquiry)
    patient = register_patient(site=site, not_same_as=not_same_as, by=by, at=at, **facts)
    if row.asker == Asker.PERSON and is_phone(row.call_back):
        add_contact_point(
            patient=patient,
            kind=ContactKind.PHONE,
            value=row.call_back,
            label=row.call_back_whose,
            ok_to_call=True,
            ok_to_text=row.may_text,
            ok_to_leave_message=row.may_leave_message,
            is_shared=row.say_nothing,
            by=by,
            at=at,
        )
    link_inquiry(inquiry=row, patient=patient, by=by, at=at)
    return patient


@action(Can.TAKE_INQUIRY)
def put_on_waitlist(*, inquiry: Inquiry, joined_on: date, by: User, at: datetime) -> WaitlistPlace:
    """Let somebody wait for a place, in the order that pregnancy and injecting give."""
    row = _open(inquiry)
    if open_place_of(row) is not None:
        raise Refused(_("This person is on the waitlist already."), code="waiting")
    today = at.astimezone(row.site.zone).date()
    if joined_on > today:
        raise Refused(_("The day lies in the future."), field="joined_on")
    place = WaitlistPlace(inquiry=row, program_id=row.program_id, site_id=row.site_id, joined_on=joined_on, recorded_at=at, recorded_by=by)
    _rank(place, priority_told(row), row)
    row.state = InquiryState.WAITING
    row.save(update_fields=["state"])
    return place


@action(Can.TAKE_INQUIRY)
def close_inquiry(*, inquiry: Inquiry, because: str, by: User, at: datetime, went_to: str = "", words: str = "") -> Inquiry:
    """Say what an inquiry came to; whoever is sent on is sent somewhere. A place on the waitlist is left with it."""
    row = _open(inquiry)
    reasons = []
    if because not in InquiryEnd.values:
        reasons.append(Reason(_("Say what it came to."), field="because"))
    if because in SENT_AWAY and not went_to.strip():
        reasons.append(Reason(_("Write where the person was sent."), field="went_to"))
    if because == InquiryEnd.ADMITTED and row.patient_id is None:
        reasons.append(Reason(_("Say first who the person is."), field="because"))
    if not words.strip() and danger_stands(row):
        text = _(
            "Somebody said that this person is in danger, and nothing says that anybody reached them. Write why it is closed all the same."
        )
        reasons.append(Reason(text, field="words"))
    if reasons:
        raise Refused(*reasons)
    return _close(row, because, at, went_to=went_to, words=words)


@action(Can.ADMIT_PATIENT)
def close_inquiries_of_admitted(*, inquiries: Sequence[Inquiry], by: User, at: datetime) -> int:
    """Close what somebody asked for, because they were admitted."""
    for inquiry in inquiries:
        _close(_open(inquiry), InquiryEnd.ADMITTED, at)
    return len(inquiries)


@action(Can.TAKE_INQUIRY)
def record_screening_visit(
    *, inquiry: Inquiry, outcome: str, held_at: datetime, by: User, at: datetime, found: str = "", where_to: str = ""
) -> ScreeningVisit:
    """Keep what a screening visit came to, and do what follows from it: admit, wait, or send on to somewhere."""
    row = _open(inquiry)
    reasons = against_visit(row, outcome, where_to, held_at, at)
    if reasons or row.patient is None:
        raise Refused(*reasons)
    visit = ScreeningVisit.objects.create(
        inquiry=row,
        patient=row.patient,
        held_at=held_at,
        found=found.strip(),
        outcome=outcome,
        where_to=where_to.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    if outcome == ScreeningOutcome.ADMIT:
        row.state = InquiryState.TO_ADMIT
        row.save(update_fields=["state"])
    elif outcome == ScreeningOutcome.WAIT and open_place_of(row) is None:
        put_on_waitlist(inquiry=row, joined_on=at.astimezone(row.site.zone).date(), by=by, at=at)
    elif outcome == ScreeningOutcome.WAIT:
        row.state = InquiryState.WAITING
        row.save(update_fields=["state"])
    elif outcome in (ScreeningOutcome.REFER, ScreeningOutcome.NOT_FOR_US):
        because = InquiryEnd.REFERRED if outcome == ScreeningOutcome.REFER else InquiryEnd.NOT_FOR_US
        _close(row, because, at, went_to=where_to)
    return visit


def _open(inquiry: Inquiry) -> Inquiry:
    """Return an inquiry that is not closed, held until the end."""
    row = locked_inquiry(inquiry)
    if not row.is_open:
        raise _closed()
    return row


def _closed() -> Refused:
    """Say that nothing more is done about an inquiry."""
    return Refused(_("This inquiry is closed. Take a new one if the person asks again."), code="closed")


def _open_again(row: Inquiry) -> None:
    """Take back that an inquiry was closed, and that its place on the waitlist was left: nothing but closing leaves one.

    The history keeps why it was closed. Whoever had it in hand has done with it: nobody waits for them.
    """
    place = row.places.first()
    if place is not None:
        place.left_on, place.left_because, place.left_words = None, "", ""
        place.save(update_fields=["left_on", "left_because", "left_words"])
    row.state = InquiryState.WAITING if place is not None else InquiryState.OPEN
    row.in_hand, row.ended_because, row.ended_at, row.went_to, row.ended_words = None, "", None, "", ""
    row.save(update_fields=["state", "in_hand", "ended_because", "ended_at", "went_to", "ended_words"])


def _close(row: Inquiry, because: str, at: datetime, *, went_to: str = "", words: str = "") -> Inquiry:
    """Close an inquiry and leave the waitlist with the same reason."""
    if place := open_place_of(row):
        place.left_on = max(at.astimezone(row.site.zone).date(), place.joined_on)
        place.left_because, place.left_words = because, words.strip()[:500]
        place.save(update_fields=["left_on", "left_because", "left_words"])
    row.state, row.ended_because, row.ended_at = InquiryState.CLOSED, because, at
    row.went_to, row.ended_words = went_to.strip(), words.strip()
    row.save(update_fields=["state", "ended_because", "ended_at", "went_to", "ended_words"])
    return row


def _rank(place: WaitlistPlace, priority: int, row: Inquiry) -> None:
    """Give a place its order and the days by which help and admission are owed; an earlier yes is not undone by a later unknown."""
    place.priority = min(priority, place.priority) if place.pk else priority
    requested_on = row.received_at.astimezone(row.site.zone).date()
    helped = InquiryStep.objects.filter(inquiry=row, kind=StepKind.INTERIM, given_help__in=INTERIM_SERVICES).order_by("happened_at").first()
    days = owed(place.priority, row.received_at, requested_on, helped_at=helped.happened_at if helped else None)
    place.interim_by, place.admit_by = days.interim_by, days.admit_by
    place.save()


def _tell_of_danger(row: Inquiry, triage: Triage, found: Sequence[Danger], by: User, at: datetime) -> None:
    """Raise a concern about the person's safety, once it is known who they are; before that somebody is called by name."""
    if row.patient is None:
        _call_somebody(row, telling=triage.pk, at=at)
        return
    words = _("Said in an inquiry: %(said)s. Done at once: %(done)s.") % {
        "said": "; ".join(triage.dangers),
        "done": "; ".join(filter(None, (triage.done_in_words, triage.done_words))) or _("nothing was written down"),
    }
    raise_concern_from_inquiry(
        patient=row.patient,
        program=row.program,
        level=concern_level(found),
        words=words,
        inquiry_ref=f"patients.triage:{triage.pk}",
        by=by,
        at=at,
    )


def _tell_of_pace(row: Inquiry, by: User, at: datetime) -> None:
    """Tell that somebody speaks with the person at once although no danger was named; each time it is said it is told."""
    if row.patient is None:
        _call_somebody(row, telling=0, at=at)
        return
    words = _("An inquiry says that somebody must speak with this person at once. Which danger there is was not written down.")
    raise_concern_from_inquiry(
        patient=row.patient,
        program=row.program,
        level=concern_level(()),
        words=words,
        inquiry_ref=f"patients.inquiry:{row.pk}:{at.isoformat()}",
        by=by,
        at=at,
    )


def _call_somebody(row: Inquiry, *, telling: int, at: datetime) -> None:
    """Have somebody called at once about a person in danger whom nobody knows yet."""
    told = InquiryToldOfDanger(inquiry_id=row.pk, telling=telling, turn=0, since=at.isoformat())
    record_urgent_fact(told, at=at, key=f"inquiry:danger:{row.pk}:{telling}:0:{told.since}")
