"""Check what is to be written down of everybody's part in a session, and write it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment
from treatment_plans.plan.models import Goal
from treatment_plans.sessions import rules as of_sessions
from treatment_plans.sessions.coping.actions import grow_cards
from treatment_plans.sessions.models import (
    SCALES,
    Attendance,
    AttendanceGoal,
    AttendanceState,
    HomeworkOutcome,
    Modality,
    NoteFormat,
    Session,
    SessionKind,
)
from treatment_plans.sessions.writing import rules
from treatment_plans.sessions.writing.models import PART_LABELS, Ask, NotePolicy
from treatment_plans.sessions.writing.queries import carried_from, last_notes, policy_of

RULE_SOURCE = "program policy"

AS_WRITTEN = ("last_homework", *SCALES, "activity_minutes", "no_goal_reason", "offered", "chosen")
"""What stands in an attendance as it was said."""


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
    activity_minutes: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    carried: Collection[str] = ()
    """Parts that were carried forward; only what stands there as in the note before is kept as such."""
    last_homework: str = ""
    mood_in: int | None = None
    mood_out: int | None = None
    craving_in: int | None = None
    craving_out: int | None = None
    triggers: Sequence[str] = ()
    thought_record: Mapping[str, str] = field(default_factory=dict)
    offered: str = ""
    chosen: str = ""
    coping: Mapping[str, str] = field(default_factory=dict)
    """Triggers, each with what helps: they go onto the person's coping cards."""


@action(Can.SET_PRACTICE)
def set_note_policy(
    *,
    program: Program,
    kind: str = "",
    note_format: str,
    is_fixed: bool = False,
    required_parts: Sequence[str] = (),
    required_asks: Sequence[str] = (),
    by: User,
    at: datetime,
) -> NotePolicy:
    """Say how a program writes the notes of one kind of session, or of every kind but groups; the rule before it is replaced."""
    if kind not in {"", *SessionKind.values} - {SessionKind.ENCOUNTER}:
        raise Refused(_("Choose a kind of session that is held here."), field="kind")
    if note_format not in NoteFormat.values:
        raise Refused(_("Choose a format for the note."), field="note_format")
    said = {
        "note_format": note_format,
        "is_fixed": is_fixed,
        "required_parts": [part for part in rules.FORMATS[note_format] if part in required_parts],
        "required_asks": [ask for ask in Ask.values if ask in required_asks],
        "recorded_by": by,
        "recorded_at": at,
    }
    policy, _is_new = NotePolicy.objects.update_or_create(program=program, kind=kind, defaults=said)
    return policy


@action(Can.SET_PRACTICE)
def drop_note_policy(*, policy: NotePolicy, by: User, at: datetime) -> None:
    """Take a rule for notes back; its history stays."""
    policy.delete()


def part_as_written(attendance: Attendance) -> Part:
    """Return the part of one person as it stands, without the goals."""
    told = {name: getattr(attendance, name) for name in ("state", "minutes", "note", "parts", "carried", "triggers", "thought_record")}
    return Part(attendance.patient, **told, **{name: getattr(attendance, name) for name in AS_WRITTEN})


def words_of(part: Part, note_format: str) -> str:
    """Return everything that a part says in words: the note first, so that its lines keep their numbers."""
    rest = (
        part.no_goal_reason,
        part.offered,
        part.chosen,
        *part.triggers,
        *part.thought_record.values(),
        *part.coping,
        *part.coping.values(),
    )
    return "\n".join(text for text in (written_in(part, note_format)["note"], *rest) if text.strip())


def written_in(part: Part, note_format: str, last: Attendance | None = None) -> dict[str, Any]:
    """Return what stands of a part in an attendance; the text is rendered from the parts of the note where these are given.

    What stands there as in the note before is marked as carried forward, with the session and day on which it was first written.
    """
    parts = rules.parts_of(note_format, part.parts) if part.parts else {"note": part.note.strip()} if part.note.strip() else {}
    said = {name: getattr(part, name) for name in AS_WRITTEN}
    return {
        **{name: value.strip() if isinstance(value, str) else value for name, value in said.items()},
        "parts": parts,
        "carried": carried_from(parts, last, part.carried),
        "note": rules.rendered(parts, {name: str(label) for name, label in PART_LABELS.items()}),
        "triggers": list(dict.fromkeys(trigger.strip() for trigger in part.triggers if trigger.strip())),
        "thought_record": {name: text.strip() for name, text in part.thought_record.items() if text.strip()},
    }


def note_before(attendance: Attendance) -> Attendance | None:
    """Return the note before this one, from which words may have been carried."""
    session = attendance.session
    return last_notes([attendance.patient_id], session.site.program_id, session.starts_at, but=session.pk).get(attendance.patient_id)


def missing_by_rule(session: Session, notes: Sequence[Attendance]) -> list[Reason]:
    """Return what the program's own rule for notes asks for and what a note of somebody who was there does not say."""
    policy = policy_of(session.site.program_id, session.kind)
    return [reason for note in notes if note.state in of_sessions.PRESENT for reason in _missing_of(note, session, policy)]


def _missing_of(note: Attendance, session: Session, policy: rules.Policy) -> list[Reason]:
    """Return what the rule asks for and one note does not say."""
    name = note.patient.display_name
    parts = [str(PART_LABELS[part]) for part in rules.lacking(policy, session.note_format, note.parts)]
    asks = [str(Ask(ask).label) for ask in rules.asks_left_open(_asked_of(note), policy.required_asks)]
    text = _("%(name)s: “%(what)s” is empty, and the program asks for it.")
    found = [Reason(text % {"name": name, "what": what}, code="missing_part", source=RULE_SOURCE) for what in (*parts, *asks)]
    if policy.is_fixed and session.note_format != policy.note_format:
        wanted = NoteFormat(policy.note_format).label
        text = _("%(name)s: the program writes these notes as “%(format)s”.")
        found.append(Reason(text % {"name": name, "format": wanted}, code="other_format", source=RULE_SOURCE))
    return found


def _asked_of(note: Attendance) -> dict[str, Any]:
    """Return what stands of the answers that a program may ask for."""
    return {name: getattr(note, name) for name in AS_WRITTEN}


def wrong_frame(session: Session, parts: Sequence[Part], at: datetime) -> list[Reason]:
    """Return what is wrong with when, how and for how many the session was."""
    checks = [
        (session.kind not in SessionKind.values, _("Choose what kind of session it was."), "kind"),
        (session.modality not in Modality.values, _("Choose how people met."), "modality"),
        (session.note_format not in NoteFormat.values, _("Choose a format for the note."), "note_format"),
        (session.ends_at < session.starts_at, _("The end must come after the start."), "ends_at"),
        (session.starts_at > at, _("This session is still to come. Write it down when it has taken place."), "starts_at"),
        (not parts, _("Choose at least one person who took part."), "patients"),
        (
            session.kind in of_sessions.ALONE and len(parts) > 1,
            _("An individual session is for one person. Choose “group” for more."),
            "kind",
        ),
        (len({part.patient.pk for part in parts}) < len(parts), _("Somebody is named twice. Name each person once."), "patients"),
    ]
    return [Reason(text, field=place) for is_wrong, text, place in checks if is_wrong]


def wrong_parts(parts: Iterable[Part]) -> list[Reason]:
    """Return what is wrong with single parts."""
    return [
        Reason(text % {"name": part.patient.display_name}, field=place, part=str(part.patient.public_id))
        for part in parts
        for is_wrong, text, place in _checks_of(part)
        if is_wrong
    ]


def _checks_of(part: Part) -> list[tuple[bool, str, str]]:
    """Return what is checked of one part, with its sentence and the field it stands at."""
    minutes = _("The minutes of %(name)s cannot be right. Write between 0 and 720.")
    scale = _("%(name)s: mood and craving go from 0 to 10.")
    return [
        (part.state not in AttendanceState.values, _("Say whether %(name)s was there."), "state"),
        (not _is_within(part.minutes, of_sessions.MOST_MINUTES), minutes, "minutes"),
        (not _is_within(part.activity_minutes, of_sessions.MOST_MINUTES), minutes, "activity_minutes"),
        *((not _is_within(getattr(part, name), rules.SCALE_ENDS), scale, name) for name in SCALES),
        (
            bool(part.last_homework) and part.last_homework not in HomeworkOutcome.values,
            _("%(name)s: say what became of the homework in one of the words offered."),
            "last_homework",
        ),
    ]


def _is_within(number: int | None, most: int) -> bool:
    """Say whether a number that may be missing lies between nothing and the most."""
    return number is None or 0 <= number <= most


def foreign_rows(parts: Iterable[Part]) -> list[Reason]:
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


def write_parts(session: Session, parts: Sequence[Part], by: User, at: datetime) -> None:
    """Write attendances, notes and goal links of everybody, and move the goals forward."""
    minutes = max(0, round((session.ends_at - session.starts_at).total_seconds() / 60))
    last = last_notes([part.patient.pk for part in parts], session.site.program_id, session.starts_at)
    rows = Attendance.objects.bulk_create(
        Attendance(
            session=session,
            patient=part.patient,
            appointment=part.appointment,
            state=part.state,
            minutes=part.minutes if part.minutes is not None or part.state not in of_sessions.PRESENT else minutes,
            recorded_by=by,
            recorded_at=at,
            **written_in(part, session.note_format, last.get(part.patient.pk)),
        )
        for part in parts
    )
    link_goals(rows, parts, session.starts_at)
    grow_cards(session, {part.patient: part.coping for part in parts if part.coping}, by, at)


def link_goals(rows: Sequence[Attendance], parts: Sequence[Part], starts_at: datetime) -> None:
    """Link attendances to goals and say of those goals that they were worked on."""
    links = [AttendanceGoal(attendance=row, goal=goal) for row, part in zip(rows, parts, strict=True) for goal in part.goals]
    if not links:
        return
    AttendanceGoal.objects.bulk_create(links, ignore_conflicts=True)
    keys = sorted({link.goal_id for link in links})
    earlier = Q(last_worked_on_at__isnull=True) | Q(last_worked_on_at__lt=starts_at)
    Goal.objects.filter(earlier, pk__in=keys).update(last_worked_on_at=starts_at)
