"""Log a session with everybody's part in it, at once; sign what was written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.recording import record_fact, record_facts
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.events import AppointmentMissed
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.plan.models import Goal
from treatment_plans.sessions import rules
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.coping.queries import cards_to_grow
from treatment_plans.sessions.coping.rules import LONGEST_TRIGGER, grown, same_trigger
from treatment_plans.sessions.events import NotesSigned, SessionMissed
from treatment_plans.sessions.models import Attendance, AttendanceGoal, AttendanceState, Modality, NoteFormat, Session, SessionKind
from treatment_plans.sessions.naming.models import CoLeader
from treatment_plans.sessions.naming.queries import NOBODY_ELSE, KeepOut, Written, keep_out_of_session, leaders_of, names_given_away
from treatment_plans.sessions.queries import goals_to_look_at_again, last_worked_on, patients_with_goals
from treatment_plans.sessions.writing.queries import (
    Part,
    foreign_rows,
    last_notes,
    missing_by_rule,
    note_before,
    part_as_written,
    part_with,
    words_of,
    written_in,
    written_twice,
    wrong_frame,
    wrong_parts,
)

__all__ = ["Part", "change_note", "record_session", "sign_session", "take_over_visits_in_bulk"]


@action(Can.WRITE_SESSION)
def record_session(
    *,
    site: Site,
    clinician: User,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    parts: Sequence[Part],
    title: str = "",
    modality: str = Modality.IN_PERSON.value,
    techniques: Sequence[str] = (),
    shared_text: str = "",
    homework: str = "",
    note_format: str = NoteFormat.FREE.value,
    led_with: Sequence[User] = (),
    keep_out: KeepOut = NOBODY_ELSE,
    must_be_new: bool = False,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Session:
    """Write down one session and everybody's part in it, all or nothing; `keep_out` are others whose names may not stand here either."""
    finish(draft, by=by, at=at)
    session = Session(
        site=site,
        clinician=clinician,
        kind=kind,
        modality=modality,
        title=title.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        techniques=list(techniques),
        shared_text=shared_text.strip(),
        homework=homework.strip(),
        note_format=note_format,
        recorded_by=by,
        recorded_at=at,
    )
    named = names_given_away(_locked_patients(parts), _written(session, parts), [user for user in (clinician, *led_with) if user], keep_out)
    _refuse_what_is_wrong(session, parts, [*named, *(written_twice(session, parts) if must_be_new else ())], at)
    session.save()
    CoLeader.objects.bulk_create([CoLeader(session=session, user=user) for user in led_with])
    _write_parts(session, parts, by, at)
    _settle(session, parts, at)
    return session


@action(Can.WRITE_SESSION)
def change_note(
    *,
    attendance: Attendance,
    note: str = "",
    goals: Sequence[Goal] | None = None,
    no_goal_reason: str | None = None,
    part: Part | None = None,
    asked: Collection[str] | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Attendance:
    """Change a note that is not signed yet, and the goals it served where these are given.

    `part` says everything anew at once, or only what was `asked`: the rest stays as it is written. Where it says otherwise whether the
    person came, their appointment follows, and the outreach after an absence.
    """
    finish(draft, by=by, at=at)
    fresh = (
        Attendance.objects.select_for_update(no_key=True, of=("self",))
        .select_related("session__clinician", "session__site", "patient", "appointment")
        .get(pk=attendance.pk)
    )
    if fresh.signed_at is not None:
        raise Refused(_("This note is signed and stays as it is. Add to it instead."), code="note_signed")
    if by.pk not in (fresh.session.clinician_id, fresh.recorded_by_id):
        raise Refused(_("Only the person who held the session changes its notes."), code="not_yours")
    said = _said_anew(part_as_written(fresh), note, goals, no_goal_reason, part, asked)
    if reasons := [*wrong_parts([said]), *_names_in_note(fresh, said, by), *foreign_rows([said])]:
        raise Refused(*reasons)
    came = {"state": said.state, "minutes": rules.minutes_there(said.state, said.minutes, fresh.session.length)}
    is_other, values = said.state != fresh.state, {**written_in(said, fresh.session.note_format, note_before(fresh)), **came}
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=[*values])
    if goals is not None or (part is not None and (asked is None or "goals" in asked)):
        _unlink_goals(fresh, said.goals)
        _link_goals([fresh], [said], fresh.session.starts_at)
    _grow_cards(fresh.session, {fresh.patient: said.coping} if said.coping else {}, by, at)
    if is_other:
        _settle(fresh.session, [replace(said, appointment=fresh.appointment)], at, is_put_right=True)
    return fresh


@action(Can.WRITE_SESSION)
def sign_session(*, session: Session, by: User, at: datetime) -> Session:
    """Sign every note of a session; from then on they stay as they are."""
    fresh = Session.objects.select_for_update(no_key=True, of=("self",)).select_related("site").get(pk=session.pk)
    notes = list(
        Attendance.objects.select_for_update(no_key=True, of=("self",))
        .filter(session=fresh, signed_at__isnull=True)
        .select_related("patient")
        .prefetch_related("goal_links")
        .order_by("pk")
    )
    if fresh.clinician_id != by.pk:
        text = _("Only the person who held the session signs its notes: %(name)s.") % {"name": fresh.clinician or "—"}
        raise Refused(text, code="not_yours")
    if not notes:
        raise Refused(_("Every note of this session is signed already."), code="already_signed")
    with_goals = patients_with_goals([note.patient_id for note in notes])
    reasons = [reason for note in notes for reason in _missing_in_words(note, fresh, note.patient_id in with_goals)]
    reasons += missing_by_rule(fresh, notes)
    patients = {a.patient_id: a.patient for a in Attendance.objects.filter(session=fresh).select_related("patient")}
    shared = {"title": fresh.title, "shared_text": fresh.shared_text, "homework": fresh.homework}
    own = {note.patient_id: words_of(part_as_written(note), fresh.note_format) for note in notes}
    reasons += names_given_away(patients, Written(shared, own), leaders_of(fresh, by), keep_out_of_session(fresh, by))
    if reasons:
        raise Refused(*reasons)
    Attendance.objects.filter(pk__in=[note.pk for note in notes]).update(signed_at=at, signed_by=by)
    record_fact(NotesSigned(session_id=fresh.pk), at=at)
    return fresh


@action(Can.WRITE_SESSION)
def take_over_visits_in_bulk(
    *, patient: Patient, new: Sequence[tuple[Session, int | None]], changed: Sequence[tuple[Session, int | None]], by: User, at: datetime
) -> list[Session]:
    """Take over visits that took place elsewhere, each with its minutes; nobody here held them, so nobody here signs them."""
    if any(session.modality not in Modality.values or session.ends_at < session.starts_at for session, _minutes in (*new, *changed)):
        raise Refused(_("Each visit needs to say how people met, and must end after it starts."))
    given = {session.pk: (session, minutes) for session, minutes in changed}
    mine = Attendance.objects.select_for_update().filter(patient=patient, session__in=given, session__kind=SessionKind.ENCOUNTER)
    attendances = list(mine)
    for attendance in attendances:
        attendance.minutes = given[attendance.session_id][1]
    held = [given[attendance.session_id][0] for attendance in attendances]
    Session.objects.bulk_update(held, ["title", "modality", "starts_at", "ends_at"], batch_size=500)
    Attendance.objects.bulk_update(attendances, ["minutes"], batch_size=500)
    for session, _minutes in new:
        session.kind, session.clinician, session.recorded_at, session.recorded_by = SessionKind.ENCOUNTER, None, at, by
    sessions = Session.objects.bulk_create([session for session, _minutes in new], batch_size=2000)
    Attendance.objects.bulk_create(
        [Attendance(session=session, patient=patient, minutes=minutes, recorded_by=by, recorded_at=at) for session, minutes in new],
        batch_size=2000,
    )
    return sessions


def _refuse_what_is_wrong(session: Session, parts: Sequence[Part], named: Sequence[Reason], at: datetime) -> None:
    """Refuse with everything at once that is wrong with a session and the parts in it."""
    reasons = [*wrong_frame(session, parts, at), *wrong_parts(parts), *foreign_rows(parts), *named]
    if reasons:
        raise Refused(*reasons)


def _written(session: Session, parts: Sequence[Part]) -> Written:
    """Return all words that are to stand in the charts."""
    shared = {"title": session.title, "shared_text": session.shared_text, "homework": session.homework}
    return Written(shared, {part.patient.pk: words_of(part, session.note_format) for part in parts})


def _locked_patients(parts: Sequence[Part]) -> dict[int, Patient]:
    """Lock everybody who takes part, in one order for all, and return them as they stand."""
    keys = sorted({part.patient.pk for part in parts})
    return {patient.pk: patient for patient in Patient.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}


def _said_anew(
    kept: Part, note: str, goals: Sequence[Goal] | None, no_goal_reason: str | None, part: Part | None, asked: Collection[str] | None
) -> Part:
    """Return a part as it is to stand: all of it anew, only what was asked, or the note alone."""
    said = part_with(kept, part, asked) if part else replace(kept, note=note, parts={}, carried=(), goals=tuple(goals or ()))
    return said if no_goal_reason is None else replace(said, no_goal_reason=no_goal_reason)


def _names_in_note(note: Attendance, said: Part, by: User) -> list[Reason]:
    """Return where a note would name somebody else of its session or of its group."""
    people = {a.patient_id: a.patient for a in Attendance.objects.filter(session=note.session_id).select_related("patient")}
    written = Written({}, {note.patient_id: words_of(said, note.session.note_format)})
    return names_given_away(people, written, leaders_of(note.session, note.session.clinician or by), keep_out_of_session(note.session, by))


def _settle(session: Session, parts: Sequence[Part], at: datetime, *, is_put_right: bool = False) -> None:
    """Say of the appointments that led to a session what became of them, and record who was expected and did not come.

    What the front desk said before of somebody who was seen to come stays; the page of the session shows where the two contradict.
    """
    held = _held_appointments(parts)
    by_state: dict[str, list[int]] = defaultdict(list)
    facts: list[tuple[Event, datetime, str | None]] = []
    for part in parts:
        appointment = held.get(part.appointment.pk) if part.appointment is not None else None
        state = rules.appointment_after(part.state, appointment.state, is_put_right=is_put_right) if appointment else ""
        if appointment and state != appointment.state:
            by_state[state].append(appointment.pk)
        if part.state == AttendanceState.ABSENT and (appointment is None or state == AppointmentState.NO_SHOW):
            facts.append(_absence(session, part.patient, appointment, at))
    for state, keys in sorted(by_state.items()):
        Appointment.objects.filter(pk__in=keys).update(state=state)
    if facts:
        record_facts(facts, at=at)


def _held_appointments(parts: Iterable[Part]) -> dict[int, Appointment]:
    """Lock the appointments that led to a session, in one order for all, and return them as they stand."""
    keys = sorted({part.appointment.pk for part in parts if part.appointment is not None})
    rows = Appointment.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows} if keys else {}


def _absence(session: Session, patient: Patient, appointment: Appointment | None, at: datetime) -> tuple[Event, datetime, str | None]:
    """Return the fact that somebody did not come: to the appointment, or to the session where there was none."""
    if appointment is None:
        return SessionMissed(session_id=session.pk, patient_id=patient.pk), at, None
    missed = AppointmentMissed(appointment_id=appointment.pk, patient_id=patient.pk)
    return missed, at, f"missed:{appointment.pk}:{appointment.version}"


def _missing_in_words(note: Attendance, session: Session, has_goals: bool) -> list[Reason]:
    """Say what one note lacks before it can be signed."""
    shape = rules.NoteShape(
        state=note.state,
        has_note=bool(note.note.strip()),
        has_goal=bool(note.goal_links.all()),
        has_reason=bool(note.no_goal_reason.strip()),
        has_goals_to_choose=has_goals,
    )
    texts = {
        "note": _("%(name)s: write a note first."),
        "goal": _("%(name)s: choose the goals of the plan that this served, or say why none."),
    }
    lacks = rules.missing_from_note(shape, is_shared=bool(session.shared_text.strip()))
    return [Reason(texts[part] % {"name": note.patient.display_name}, code=f"missing_{part}", source="42 CFR 8.12(f)(4)") for part in lacks]


def _write_parts(session: Session, parts: Sequence[Part], by: User, at: datetime) -> None:
    """Write attendances, notes and goal links of everybody, and move the goals forward."""
    last = last_notes([part.patient.pk for part in parts], session.site.program_id, session.starts_at)
    rows = Attendance.objects.bulk_create(
        Attendance(
            session=session,
            patient=part.patient,
            appointment=part.appointment,
            state=part.state,
            minutes=rules.minutes_there(part.state, part.minutes, session.length),
            recorded_by=by,
            recorded_at=at,
            **written_in(part, session.note_format, last.get(part.patient.pk)),
        )
        for part in parts
    )
    _link_goals(rows, parts, session.starts_at)
    _grow_cards(session, {part.patient: part.coping for part in parts if part.coping}, by, at)


def _link_goals(rows: Sequence[Attendance], parts: Sequence[Part], starts_at: datetime) -> None:
    """Link attendances to goals and say of those goals that they were worked on."""
    links = [AttendanceGoal(attendance=row, goal=goal) for row, part in zip(rows, parts, strict=True) for goal in part.goals]
    if not links:
        return
    AttendanceGoal.objects.bulk_create(links, ignore_conflicts=True)
    keys = sorted({link.goal_id for link in links})
    earlier = Q(last_worked_on_at__isnull=True) | Q(last_worked_on_at__lt=starts_at)
    Goal.objects.filter(earlier, pk__in=keys).update(last_worked_on_at=starts_at)


def _unlink_goals(row: Attendance, but: Sequence[Goal]) -> None:
    """Take the other goals out of a note, and say of them anew when they were worked on last."""
    left_out = row.goal_links.exclude(goal__in=but)
    no_longer = [*left_out.values_list("goal", flat=True)]
    left_out.delete()
    for keys in goals_to_look_at_again(no_longer):
        Goal.objects.filter(pk__in=keys).update(last_worked_on_at=last_worked_on())


def _grow_cards(session: Session, learned: Mapping[Patient, Mapping[str, str]], by: User, at: datetime) -> None:
    """Put what was learned in a session onto the cards of those who learned it; three statements for any number of people."""
    if not learned:
        return
    known = {
        (card.patient_id, same_trigger(card.trigger)): card
        for card in cards_to_grow([patient.pk for patient in learned], session.site.program_id)
    }
    known_better, new = [], []
    for patient, coping in learned.items():
        for trigger, helps in coping.items():
            card = known.get((patient.pk, same_trigger(trigger)))
            if card is not None:
                card.helps = grown(card.helps, helps)
                known_better.append(card)
            elif trigger.strip():
                facts = {"patient": patient, "program_id": session.site.program_id, "trigger": trigger.strip()[:LONGEST_TRIGGER]}
                new.append(CopingCard(**facts, helps=grown("", helps), learned_in=session, recorded_by=by, recorded_at=at))
    CopingCard.objects.bulk_update(known_better, ["helps"])
    CopingCard.objects.bulk_create(new)
