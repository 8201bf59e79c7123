"""Log a session with everybody's part in it, at once; sign what was written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.recording import record_facts
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.events import AppointmentMissed
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.plan.models import Goal
from treatment_plans.sessions import rules
from treatment_plans.sessions.events import SessionMissed
from treatment_plans.sessions.models import Attendance, AttendanceGoal, AttendanceState, Modality, Session, SessionKind
from treatment_plans.sessions.queries import patients_with_goals

NAMES_SOURCE = "42 CFR 2.13(a)"
APPOINTMENT_STATES = {
    AttendanceState.PRESENT.value: AppointmentState.KEPT,
    AttendanceState.LATE.value: AppointmentState.KEPT,
    AttendanceState.ABSENT.value: AppointmentState.NO_SHOW,
    AttendanceState.EXCUSED.value: AppointmentState.CANCELLED_BY_PATIENT,
}


@dataclass(frozen=True)
class Part:
    """Hold one person's part in a session, as it is to be written down."""

    patient: Patient
    state: str = AttendanceState.PRESENT.value
    minutes: int | None = None
    note: str = ""
    goals: Sequence[Goal] = ()
    no_goal_reason: str = ""
    appointment: Appointment | None = None


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
    by: User,
    at: datetime,
) -> Session:
    """Write down one session and everybody's part in it, all or nothing.

    The number of statements does not grow with the number of people.
    """
    patients = _locked_patients(parts)
    reasons = [
        *_wrong_frame(kind, modality, starts_at, ends_at, parts, at),
        *_wrong_parts(parts),
        *_foreign_rows(parts),
        *_names_given_away(patients, {part.patient.pk: part.note for part in parts}, shared_text),
    ]
    if reasons:
        raise Refused(*reasons)
    session = Session.objects.create(
        site=site,
        clinician=clinician,
        kind=kind,
        modality=modality,
        title=title.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        techniques=list(techniques),
        shared_text=shared_text.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    _write_parts(session, parts, by, at)
    _settle_appointments(parts)
    _record_absences(session, parts, at)
    return session


@action(Can.WRITE_SESSION)
def change_note(
    *,
    attendance: Attendance,
    note: str,
    goals: Sequence[Goal] | None = None,
    no_goal_reason: str | None = None,
    by: User,
    at: datetime,
) -> Attendance:
    """Change a note that is not signed yet, and the goals it served where these are given."""
    fresh = Attendance.objects.select_for_update(no_key=True, of=("self",)).select_related("session", "patient").get(pk=attendance.pk)
    if fresh.signed_at is not None:
        raise Refused(_("This note is signed and stays as it is. Write what is to be added into a new note."), code="note_signed")
    if by.pk not in (fresh.session.clinician_id, fresh.recorded_by_id):
        raise Refused(_("Only the person who held the session changes its notes."), code="not_yours")
    others = {a.patient_id: a.patient for a in Attendance.objects.filter(session=fresh.session_id).select_related("patient")}
    part = Part(fresh.patient, fresh.state, fresh.minutes, note, tuple(goals or ()))
    reasons = [*_names_given_away(others, {fresh.patient_id: note}, ""), *_foreign_rows([part])]
    if reasons:
        raise Refused(*reasons)
    fresh.note = note.strip()
    if no_goal_reason is not None:
        fresh.no_goal_reason = no_goal_reason.strip()
    fresh.save(update_fields=["note", "no_goal_reason"])
    if goals is not None:
        fresh.goal_links.exclude(goal__in=goals).delete()
        _link_goals([fresh], [part], fresh.session.starts_at)
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
    patients = {a.patient_id: a.patient for a in Attendance.objects.filter(session=fresh).select_related("patient")}
    reasons += _names_given_away(patients, {note.patient_id: note.note for note in notes}, fresh.shared_text)
    if reasons:
        raise Refused(*reasons)
    Attendance.objects.filter(pk__in=[note.pk for note in notes]).update(signed_at=at, signed_by=by)
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


def _locked_patients(parts: Sequence[Part]) -> dict[int, Patient]:
    """Lock everybody who takes part, in one order for all, and return them as they stand."""
    keys = sorted({part.patient.pk for part in parts})
    return {patient.pk: patient for patient in Patient.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}


def _wrong_frame(kind: str, modality: str, starts_at: datetime, ends_at: datetime, parts: Sequence[Part], at: datetime) -> list[Reason]:
    """Return what is wrong with when, how and for how many the session was."""
    checks = [
        (kind not in SessionKind.values, _("Choose what kind of session it was."), "kind"),
        (modality not in Modality.values, _("Choose how people met."), "modality"),
        (ends_at < starts_at, _("The end must come after the start."), "ends_at"),
        (starts_at > at, _("This session is still to come. Write it down when it has taken place."), "starts_at"),
        (not parts, _("Choose at least one person who took part."), "patients"),
        (kind in rules.ALONE and len(parts) > 1, _("An individual session is for one person. Choose “group” for more."), "kind"),
        (len({part.patient.pk for part in parts}) < len(parts), _("Somebody is named twice. Name each person once."), "patients"),
    ]
    return [Reason(text, field=field) for is_wrong, text, field in checks if is_wrong]


def _wrong_parts(parts: Iterable[Part]) -> list[Reason]:
    """Return what is wrong with single parts."""
    reasons = []
    for part in parts:
        name = {"name": part.patient.display_name}
        if part.state not in AttendanceState.values:
            reasons.append(Reason(_("Say whether %(name)s was there.") % name, field="state"))
        if part.minutes is not None and not 0 <= part.minutes <= rules.MOST_MINUTES:
            reasons.append(Reason(_("The minutes of %(name)s cannot be right. Write between 0 and 720.") % name, field="minutes"))
    return reasons


def _foreign_rows(parts: Iterable[Part]) -> list[Reason]:
    """Return a reason for each goal or appointment that is not the person's own; two statements for any number of parts."""
    goals = {goal.pk: part.patient for part in parts for goal in part.goals}
    dates = {part.appointment.pk: part.patient for part in parts if part.appointment is not None}
    owners = dict(Goal.objects.filter(pk__in=goals).values_list("pk", "problem__plan__patient")) if goals else {}
    booked = dict(Appointment.objects.filter(pk__in=dates).values_list("pk", "patient")) if dates else {}
    checks = [(goals, owners, _("A goal of another person was chosen for %(name)s."))]
    checks.append((dates, booked, _("An appointment of another person was chosen for %(name)s.")))
    return [
        Reason(text % {"name": patient.display_name}, code="not_their_own")
        for chosen, true, text in checks
        for key, patient in chosen.items()
        if true.get(key) != patient.pk
    ]


def _names_given_away(patients: dict[int, Patient], notes: dict[int, str], shared_text: str) -> list[Reason]:
    """Return a sentence for each place where the chart of one person would name another."""
    if len(patients) < 2:
        return []
    names = {key: {p.given_name, p.family_name, p.chosen_name, *p.chosen_name.split()} - {""} for key, p in patients.items()}
    everybody = {name for of_one in names.values() for name in of_one}
    text = _(
        "%(where)s, line %(line)s: “%(excerpt)s” names %(name)s. What is written here stands in the chart of others. Leave the name out."
    )
    reasons = []
    for found in rules.names_in(shared_text, everybody):
        words = {"where": _("Shared part"), "line": found.line, "excerpt": found.excerpt, "name": found.name}
        reasons.append(Reason(text % words, field="shared_text", code="names_another", source=NAMES_SOURCE))
    for key, note in notes.items():
        for found in rules.names_in(note, rules.names_of_others(names, key)):
            words = {"where": patients[key].display_name, "line": found.line, "excerpt": found.excerpt, "name": found.name}
            reasons.append(Reason(text % words, field="note", code="names_another", source=NAMES_SOURCE))
    return reasons


def _write_parts(session: Session, parts: Sequence[Part], by: User, at: datetime) -> None:
    """Write attendances, notes and goal links of everybody, and move the goals forward."""
    minutes = max(0, round((session.ends_at - session.starts_at).total_seconds() / 60))
    rows = Attendance.objects.bulk_create(
        Attendance(
            session=session,
            patient=part.patient,
            appointment=part.appointment,
            state=part.state,
            minutes=part.minutes if part.minutes is not None or part.state not in rules.PRESENT else minutes,
            note=part.note.strip(),
            no_goal_reason=part.no_goal_reason.strip(),
            recorded_by=by,
            recorded_at=at,
        )
        for part in parts
    )
    _link_goals(rows, parts, session.starts_at)


def _link_goals(rows: Sequence[Attendance], parts: Sequence[Part], starts_at: datetime) -> None:
    """Link attendances to goals and say of those goals that they were worked on."""
    links = [AttendanceGoal(attendance=row, goal=goal) for row, part in zip(rows, parts, strict=True) for goal in part.goals]
    if not links:
        return
    AttendanceGoal.objects.bulk_create(links, ignore_conflicts=True)
    keys = sorted({link.goal_id for link in links})
    earlier = Q(last_worked_on_at__isnull=True) | Q(last_worked_on_at__lt=starts_at)
    Goal.objects.filter(earlier, pk__in=keys).update(last_worked_on_at=starts_at)


def _settle_appointments(parts: Iterable[Part]) -> None:
    """Say of the appointments that led to a session what became of them: one statement for each state."""
    by_state: dict[AppointmentState, list[int]] = defaultdict(list)
    for part in parts:
        if part.appointment is not None:
            by_state[APPOINTMENT_STATES[part.state]].append(part.appointment.pk)
    for state in sorted(by_state):
        Appointment.objects.filter(pk__in=by_state[state], state=AppointmentState.BOOKED).update(state=state)


def _record_absences(session: Session, parts: Iterable[Part], at: datetime) -> None:
    """Record who was expected and did not come: the appointment missed, or the session where there was none."""
    facts: list[tuple[Event, datetime, str | None]] = []
    for part in parts:
        if part.state == AttendanceState.ABSENT and part.appointment is not None:
            missed = AppointmentMissed(appointment_id=part.appointment.pk, patient_id=part.patient.pk)
            facts.append((missed, at, f"missed:{part.appointment.pk}:{part.appointment.version}"))
        elif part.state == AttendanceState.ABSENT:
            facts.append((SessionMissed(session_id=session.pk, patient_id=part.patient.pk), at, None))
    if facts:
        record_facts(facts, at=at)


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
