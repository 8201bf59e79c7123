"""Write down a session in which others took part, each on a consent; and what others told, apart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import Consent, InformationCategory, in_words
from patients.disclosures.spoken.actions import account_for_what_was_said
from patients.record.models import Patient
from patients.record.queries import locked
from patients.world.models import CloseOne
from treatment_plans.appointments.actions import settle_appointment
from treatment_plans.appointments.models import AppointmentState
from treatment_plans.family.models import CollateralNote, Heard, Participant
from treatment_plans.family.queries import Seat, seats_for
from treatment_plans.family.rules import RESTRICTED_SOURCE, SAFETY_SOURCE, SCOPE_SOURCE, SOURCE, WISH_SOURCE, must_be_asked
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.models import Attendance, AttendanceState, Modality, NoteFormat, Session, SessionKind


@dataclass(frozen=True)
class Guest:
    """Name somebody who takes part: by their place among the people around, or by name for an organization."""

    key: str
    name: str = ""


@action(Can.WRITE_SESSION)
def record_family_session(
    *,
    part: Part,
    guests: Sequence[Guest],
    topics: Collection[str],
    was_asked: bool,
    site: Site,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
    modality: str = Modality.IN_PERSON.value,
    techniques: Sequence[str] = (),
    homework: str = "",
    note_format: str = NoteFormat.FREE.value,
    must_be_new: bool = False,
    draft: Finished | None = None,
) -> Session:
    """Write down a session with others, all or nothing: nobody takes part without a consent that held at that moment.

    Where the person was not there (the family came alone), their part says so and the appointment was kept all the same.
    """
    was_there = part.state != AttendanceState.EXCUSED
    if not was_there and not (part.note.strip() or part.parts):
        raise Refused(Reason(_("The person was not there: write down what was done with the others."), field="note", code="no_note"))
    session = record_session(
        site=site,
        clinician=by,
        kind=SessionKind.FAMILY,
        starts_at=starts_at,
        ends_at=ends_at,
        parts=[part],
        modality=modality,
        techniques=techniques,
        homework=homework,
        note_format=note_format,
        must_be_new=must_be_new,
        draft=draft,
        by=by,
        at=at,
    )
    if not was_there and part.appointment is not None and part.appointment.state != AppointmentState.KEPT:
        settle_appointment(appointment=part.appointment, state=AppointmentState.KEPT, by=by, at=at)
    add_participants(attendance=Attendance.objects.get(session=session), guests=guests, topics=topics, was_asked=was_asked, by=by, at=at)
    return session


@action(Can.WRITE_SESSION)
def add_participants(
    *, attendance: Attendance, guests: Sequence[Guest], topics: Collection[str], was_asked: bool, by: User, at: datetime
) -> list[Participant]:
    """Write down who else was there; consent and scope are looked at as they stood when the session began.

    What was said in front of each of them is accounted for.
    """
    patient = locked(attendance.patient)
    held = Attendance.objects.select_for_update(no_key=True, of=("self",)).select_related("session__site__program").get(pk=attendance.pk)
    if held.signed_at is not None:
        raise Refused(_("This note is signed and stays as it is. Write what is to be added into a new note."), code="note_signed")
    if by.pk not in (held.session.clinician_id, held.recorded_by_id):
        raise Refused(_("Only the person who held the session changes its notes."), code="not_yours")
    starts_at, wanted = held.session.starts_at, {guest.key: guest for guest in guests}
    seats = seats_for(patient, program_id=held.program_id, at=starts_at, topics=topics, hold=True, keys=wanted)
    reasons = [
        *_who_is_missing(wanted, seats, held),
        *(reason for seat in seats for reason in _why_not(seat, wanted[seat.key])),
        *_unknown_topics(topics),
    ]
    if must_be_asked(seat.wish for seat in seats if not seat.is_feared) and not was_asked:
        text = _("The person wants to be asked each time. Ask them, and say that they agreed.")
        reasons.append(Reason(text, field="was_asked", code="not_asked", source=WISH_SOURCE))
    if reasons:
        raise Refused(*reasons)
    rows = Participant.objects.bulk_create(_row(held, seat, wanted[seat.key], topics, was_asked=was_asked, by=by, at=at) for seat in seats)
    for row, seat in zip(rows, seats, strict=True):
        _account(patient, held.session.site.program, row, seat, by=by, at=starts_at)
    return rows


@action(Can.WRITE_SESSION)
def mark_participant_as_error(*, participant: Participant, why: str, by: User, at: datetime) -> Participant:
    """Say that somebody did not take part after all, and why it was written; the account of what was said stays."""
    rows = Participant.objects.select_for_update(no_key=True, of=("attendance", "self")).select_related("attendance__session")
    held = rows.get(pk=participant.pk)
    if held.attendance.signed_at is not None:
        raise Refused(_("This note is signed and stays as it is. Write what is to be added into a new note."), code="note_signed")
    if by.pk not in (held.attendance.session.clinician_id, held.recorded_by_id):
        raise Refused(_("Only the person who held the session changes its notes."), code="not_yours")
    if not held.stands or not why.strip():
        raise Refused(Reason(_("Say why it was an error."), field="why", code="no_reason"))
    held.in_error_why = why.strip()[:200]
    held.save(update_fields=["in_error_why"])
    return held


@action(Can.ASSESS_SAFETY)
def write_collateral_note(
    *,
    patient: Patient,
    program: Program,
    informant: str,
    how: str,
    heard_at: datetime,
    body: str,
    by: User,
    at: datetime,
    close_one: CloseOne | None = None,
    in_confidence: bool = False,
    told: Collection[str] = (),
    attendance: Attendance | None = None,
    adds_to: CollateralNote | None = None,
    draft: Finished | None = None,
) -> CollateralNote:
    """Keep what somebody else told, apart from the chart. To listen needs no consent; to tell them anything does."""
    finish(draft, by=by, at=at)
    patient = locked(patient)
    seat = _seat_of(patient, program, close_one, told, heard_at) if told else None
    named = informant or (close_one.name if close_one else "")
    reasons = [*_what_a_note_lacks(named, how, body, heard_at, at), *_unknown_topics(told), *_why_not_told(told, close_one, seat)]
    if reasons := [*reasons, *_about_another(patient, adds_to)]:
        raise Refused(*reasons)
    note = CollateralNote.objects.create(
        patient=patient,
        program=program,
        attendance=attendance,
        close_one=close_one,
        adds_to=adds_to,
        informant=(informant or (f"{close_one.name} ({close_one.relation})" if close_one else "")).strip(),
        how=how,
        heard_at=heard_at,
        body=body.strip(),
        in_confidence=in_confidence,
        told=sorted(told),
        consent_id=seat.verdict.consent_id if seat else None,
        recorded_by=by,
        recorded_at=at,
    )
    if seat is not None and isinstance(seat.one, CloseOne):
        _account(patient, program, note, seat, by=by, at=heard_at)
    return note


def _who_is_missing(wanted: dict[str, Guest], seats: Sequence[Seat], attendance: Attendance) -> list[Reason]:
    """Return who was named and is not known here, who is there already, and whether anybody was named."""
    if not wanted:
        return [Reason(_("Choose who else took part."), field="guests", code="nobody")]
    there = {seat.key for seat in seats}
    reasons = [
        Reason(
            _("Somebody was named who is not among the people around this person. Write them down there first."),
            field="guests",
            code="not_around",
            source=SOURCE,
        )
        for key in wanted
        if key not in there
    ]
    twice = Participant.objects.filter(
        attendance=attendance, in_error_why="", close_one__in=[seat.one.pk for seat in seats if isinstance(seat.one, CloseOne)]
    )
    return reasons + [Reason(_("%(name)s is on the list already.") % {"name": one.name}, field="guests", code="known") for one in twice]


def _why_not(seat: Seat, guest: Guest) -> list[Reason]:
    """Return why somebody cannot take part, or what cannot be talked about in front of them, each with what is missing."""
    name = {"name": guest.name or seat.one.name}
    if seat.is_feared:
        text = _("%(name)s is a concern for safety and takes no part.") % name
        return [Reason(text, field="guests", code="safety_concern", source=SAFETY_SOURCE)]
    if seat.is_restricted:
        text = _("%(name)s takes no part: %(why)s") % {**name, "why": seat.lacking_words}
        return [Reason(text, field="guests", code="restricted", source=RESTRICTED_SOURCE)]
    if not seat.verdict.may_come:
        text = _("%(name)s takes no part without a consent that held at that moment: %(why)s") % {**name, "why": seat.lacking_words}
        return [Reason(text, field="guests", code="no_consent", source=SOURCE)]
    if isinstance(seat.one, Organization) and not guest.name.strip():
        return [Reason(_("Write who came from %(name)s.") % {"name": seat.one.name}, field="names", code="no_name")]
    return _beyond(seat, name)


def _beyond(seat: Seat, name: dict[str, str]) -> list[Reason]:
    """Return what cannot be talked about in front of somebody: what the person asked to be kept from them, and what no consent opens."""
    kept = set(seat.verdict.beyond) & set(seat.verdict.held_back)
    unopened = set(seat.verdict.beyond) - kept
    reasons = []
    if kept:
        text = _("The person asked, and the program agreed, that %(name)s is not told: %(what)s.")
        words = {**name, "what": in_words(InformationCategory, sorted(kept))}
        reasons.append(Reason(text % words, field="topics", code="restricted", source=RESTRICTED_SOURCE))
    if unopened:
        text = _("The consent to %(name)s does not reach: %(what)s. It opens: %(scope)s.")
        words = {**name, "what": in_words(InformationCategory, sorted(unopened)), "scope": seat.scope_words or "—"}
        reasons.append(Reason(text % words, field="topics", code="beyond_scope", source=SCOPE_SOURCE))
    return reasons


def _unknown_topics(topics: Collection[str]) -> list[Reason]:
    """Return a reason where a topic is none that we know."""
    if set(topics) - set(InformationCategory.values):
        return [Reason(_("Choose from the list what was talked about."), field="topics", code="unknown")]
    return []


def _row(
    attendance: Attendance, seat: Seat, guest: Guest, topics: Collection[str], *, was_asked: bool, by: User, at: datetime
) -> Participant:
    """Return the row of one participant."""
    person = seat.one if isinstance(seat.one, CloseOne) else None
    return Participant(
        attendance=attendance,
        close_one=person,
        organization=None if isinstance(seat.one, CloseOne) else seat.one,
        name=(person.name if person else guest.name.strip())[:120],
        relation=(person.relation if person else seat.one.name)[:80],
        consent=Consent(pk=seat.verdict.consent_id) if seat.verdict.consent_id is not None else None,
        scope=list(seat.verdict.scope),
        topics=sorted(topics),
        was_asked=was_asked,
        recorded_by=by,
        recorded_at=at,
    )


def _account(patient: Patient, program: Program, row: Any, seat: Seat, *, by: User, at: datetime) -> None:
    """Account for what one person was told; that somebody is in treatment at all is told by the session itself."""
    is_note, question = isinstance(row, CollateralNote), seat.verdict.question
    if question is None:
        raise Refused(Reason(seat.lacking_words, code="no_consent", source=SOURCE))
    account_for_what_was_said(
        patient=patient,
        program=program,
        question=question,
        name=f"{seat.one.name} ({seat.relation})" if is_note else str(row),
        told=row.told if is_note else row.topics,
        description="Said in a conversation" if is_note else "Took part in a session",
        by=by,
        at=at,
    )


def _seat_of(patient: Patient, program: Program, close_one: CloseOne | None, told: Collection[str], at: datetime) -> Seat | None:
    """Return what a consent says of telling this person this."""
    if close_one is None:
        return None
    seats = seats_for(patient, program_id=program.pk, at=at, topics=told, hold=True, keys={f"person:{close_one.pk}"})
    return next(iter(seats), None)


def _what_a_note_lacks(informant: str, how: str, body: str, heard_at: datetime, at: datetime) -> list[Reason]:
    """Return what is missing in a note about what somebody told."""
    checks = [
        (not informant.strip(), _("Say who told it."), "informant"),
        (how not in Heard.values, _("Say how it was told."), "how"),
        (not body.strip(), _("Write down what was told."), "body"),
        (heard_at > at, _("This day lies in the future."), "heard_at"),
    ]
    return [Reason(text, field=field) for is_wrong, text, field in checks if is_wrong]


def _about_another(patient: Patient, adds_to: CollateralNote | None) -> list[Reason]:
    """Say that a note to which something is added is another person's."""
    if adds_to is None or adds_to.patient_id == patient.pk:
        return []
    return [Reason(_("This note is about somebody else."), code="not_their_own")]


def _why_not_told(told: Collection[str], close_one: CloseOne | None, seat: Seat | None) -> list[Reason]:
    """Return why they may not be told this; without a consent they may be listened to and told nothing."""
    if not told:
        return []
    if close_one is None or seat is None:
        text = _(
            "Only people around the person can be told something, on a consent. Listen, and say nothing; not even that they come here."
        )
        return [Reason(text, field="told", code="no_consent", source=SOURCE)]
    return [Reason(reason.text, field="told", code=reason.code, source=reason.source) for reason in _why_not(seat, Guest(seat.key))]
