"""Read the rules for notes, and the notes before this one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.record.models import Patient
from patients.world.models import MANNERS, Wishes
from patients.world.queries import safety_preferences_for
from treatment_plans.appointments.models import Appointment
from treatment_plans.plan.models import Goal
from treatment_plans.sessions import rules as of_sessions
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.coping.queries import cards_of
from treatment_plans.sessions.models import SCALES, Attendance, AttendanceState, HomeworkOutcome, Modality, NoteFormat, Session, SessionKind
from treatment_plans.sessions.queries import stands, with_session
from treatment_plans.sessions.rules import PRESENT
from treatment_plans.sessions.writing import rules
from treatment_plans.sessions.writing.models import PART_LABELS, Ask, NotePolicy

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


FORMATS = rules.FORMATS
Policy = rules.Policy


@dataclass(frozen=True)
class Said:
    """Hold one part of a note as it is shown: its heading, its words, and where they come from when they were carried forward."""

    label: str
    text: str
    carried_on: date | None = None
    carried_from: int | None = None


@dataclass(frozen=True)
class Before:
    """Hold what a new note begins with: the rule, the note before, the homework given, the coping cards, and what makes it feel safe."""

    policy: Policy
    last: Attendance | None
    homework: Session | None
    cards: list[CopingCard]
    wishes: list[tuple[str, str]]

    @property
    def may_be_carried(self) -> set[str]:
        """Return the parts of the note before that say something."""
        return set(self.last.parts) if self.last else set()


def before(patient: Patient, program_id: int, kind: str, at: datetime, *, but: int | None = None) -> Before:
    """Return what is known before a session with somebody is written down, in five statements."""
    return Before(
        policy_of(program_id, kind),
        last_notes([patient.pk], program_id, at, but=but).get(patient.pk),
        homework_before(patient, program_id, at),
        list(cards_of(patient, [program_id])),
        safety_preferences_for(patient, [program_id]),
    )


def wishes_of(patient_ids: Collection[int], program_id: int) -> dict[int, list[tuple[str, str]]]:
    """Return what makes a session feel safe for each of these people, in one statement; what happened to somebody is none of it."""
    rows = Wishes.objects.filter(patient__in=patient_ids, program=program_id, in_error_why="").order_by("pk")
    return {row.patient_id: row.said(*MANNERS) for row in rows}


def said_in(note: Attendance) -> list[Said]:
    """Return a note part by part; what was written before there were parts is one."""
    parts = note.parts or ({"note": note.note} if note.note else {})
    order = [*FORMATS[note.session.note_format], *parts]
    return [_said(note, part, parts[part], is_alone=set(parts) == {"note"}) for part in dict.fromkeys(order) if part in parts]


def _said(note: Attendance, part: str, text: str, *, is_alone: bool) -> Said:
    """Return one part as it is shown."""
    origin = note.carried.get(part)
    label = "" if is_alone else str(PART_LABELS.get(part, part))
    if origin is None:
        return Said(label, text)
    return Said(label, text, date.fromisoformat(str(origin["on"])), int(str(origin["from"])))


def carried_whole(session: Session) -> list[Attendance]:
    """Return the unsigned notes of a session of which every word was carried forward."""
    notes = Attendance.objects.filter(session=session, signed_at__isnull=True).exclude(carried={}).select_related("patient").order_by("pk")
    return [note for note in notes if rules.is_all_carried(note.parts, note.carried)]


def poured(note_format: str, written: Mapping[str, str]) -> dict[str, str]:
    """Return what was written in the parts of another format."""
    return rules.poured(note_format, written)


def format_typed(names: Collection[str], wanted: str) -> str:
    """Return the format in whose parts somebody wrote before."""
    return rules.format_typed(names, wanted)


def elsewhere(note_format: str, written: Mapping[str, str]) -> list[str]:
    """Return what is written in parts that this format has not."""
    return rules.elsewhere(note_format, written)


def policies_of(program_id: int) -> dict[str, rules.Policy]:
    """Return the rules for notes of a program, by kind of session, in one statement."""
    rows = NotePolicy.objects.filter(program=program_id)
    return {row.kind: rules.Policy(row.note_format, row.is_fixed, tuple(row.required_parts), tuple(row.required_asks)) for row in rows}


def policy_of(program_id: int, kind: str) -> rules.Policy:
    """Return the rule for notes of one kind of session."""
    return rules.policy_for(kind, policies_of(program_id))


def policies_seen_by(user: User, *, can: Can = Can.SET_PRACTICE) -> QuerySet[NotePolicy]:
    """Return the rules for notes of the programs in which this user holds a right."""
    return NotePolicy.objects.filter(program__in=programs_reached(user, can)).select_related("program", "recorded_by")


def last_notes(patient_ids: Collection[int], program_id: int, before: datetime, *, but: int | None = None) -> dict[int, Attendance]:
    """Return the note of a program before a moment of each of these people, but none that was an error; one statement for all of them."""
    rows = Attendance.objects.filter(stands(), patient__in=patient_ids, session__site__program=program_id, session__starts_at__lt=before)
    rows = rows.filter(state__in=PRESENT).exclude(session__kind=SessionKind.ENCOUNTER)
    rows = rows if but is None else rows.exclude(session=but)
    latest = rows.select_related("session__site").order_by("patient_id", "-session__starts_at", "-pk").distinct("patient_id")
    return {row.patient_id: row for row in latest}


def homework_before(patient: Patient, program_id: int, before: datetime) -> Session | None:
    """Return the last session of a program from which somebody took homework home."""
    mine = Attendance.objects.filter(stands(), session=OuterRef("pk"), patient=patient, state__in=PRESENT)
    sessions = Session.objects.filter(Exists(mine), site__program=program_id)
    return sessions.filter(starts_at__lt=before).exclude(homework="").select_related("site").order_by("-starts_at", "-pk").first()


def carried_from(parts: Mapping[str, str], last: Attendance | None, said: Collection[str]) -> dict[str, dict[str, object]]:
    """Return for each part that stands there as in the note before where its words were first written."""
    if last is None:
        return {}
    on = last.session.starts_at.astimezone(last.session.site.zone).date().isoformat()
    here = {"from": last.session_id, "on": on}
    return {part: last.carried.get(part, here) for part in parts if part in rules.still_carried(parts, last.parts, said)}


def part_as_written(attendance: Attendance) -> Part:
    """Return the part of one person as it stands, without the goals."""
    told = {name: getattr(attendance, name) for name in ("state", "minutes", "note", "parts", "carried", "triggers", "thought_record")}
    return Part(attendance.patient, **told, **{name: getattr(attendance, name) for name in AS_WRITTEN})


def part_with(kept: Part, said: Part, asked: Collection[str] | None) -> Part:
    """Return what is said anew of a part, of which only some was asked; the rest stands as it was written."""
    return replace(kept if asked is not None else said, patient=kept.patient, **{name: getattr(said, name) for name in asked or ()})


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
        (session.starts_at < at - of_sessions.LONGEST_AGO, _("This lies too far back. Look at the year."), "starts_at"),
        (session.starts_at > at, _("This session is still to come. Write it down when it has taken place."), "starts_at"),
        (not parts, _("Choose at least one person who took part."), "patients"),
        (
            session.kind in of_sessions.ALONE and len(parts) > 1,
            _("An individual session is for one person. Choose “group” for more."),
            "kind",
        ),
        (len({part.patient.pk for part in parts}) < len(parts), _("Somebody is named twice. Name each person once."), "patients"),
    ]
    wrong = [Reason(text, field=place) for is_wrong, text, place in checks if is_wrong]
    return wrong + [_other_day(part.appointment, session) for part in parts if part.appointment and _is_far(part.appointment, session)]


def written_twice(session: Session, parts: Sequence[Part]) -> list[Reason]:
    """Return who has a session with the same colleague and the same beginning that stands already: a form sent twice is one session."""
    alike = Attendance.objects.filter(stands(), session__clinician=session.clinician, session__starts_at=session.starts_at)
    rows = alike.filter(patient__in=[part.patient.pk for part in parts]).select_related("patient").order_by("pk")
    text = _("A session of %(name)s with the same beginning is written down already. If this was another one, say so.")
    return [Reason(text % {"name": row.patient.display_name}, field="is_another", code="written_twice") for row in rows]


def _is_far(appointment: Appointment, session: Session) -> bool:
    """Say whether an appointment was for another day than that of the session, by the clock of the site; around midnight it may be."""
    zone = session.site.zone
    is_other_day = appointment.starts_at.astimezone(zone).date() != session.starts_at.astimezone(zone).date()
    return is_other_day and abs(appointment.starts_at - session.starts_at) > of_sessions.AROUND


def _other_day(appointment: Appointment, session: Session) -> Reason:
    """Say for which day the appointment was booked, and what to do."""
    zone = session.site.zone
    days = [date_format(moment.astimezone(zone), "DATE_FORMAT") for moment in (appointment.starts_at, session.starts_at)]
    text = _(
        "You opened this from the appointment of %(booked)s, and the session was on %(held)s. "
        "Set the day right, or open the session from the chart or from the appointment of its own day."
    )
    return Reason(text % {"booked": days[0], "held": days[1]}, field="starts_at", code="other_day")


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
    """Return a reason for each goal or appointment that is not the person's own, or is written down already.

    Two statements for any number of parts.
    """
    goals = {(goal.pk, part.patient.pk): part.patient for part in parts for goal in part.goals}
    dates = {(part.appointment.pk, part.patient.pk): part.patient for part in parts if part.appointment is not None}
    owners = dict(Goal.objects.filter(pk__in={key for key, _of in goals}).values_list("pk", "problem__plan__patient")) if goals else {}
    read = with_session(Appointment.objects.filter(pk__in={key for key, _of in dates})) if dates else ()
    booked = {row.pk: row.patient_id for row in read}
    written = {row.pk for row in read if row.written_in is not None}
    checks = [(goals, owners, _("A goal of another person was chosen for %(name)s."))]
    checks.append((dates, booked, _("An appointment of another person was chosen for %(name)s.")))
    twice = _("The session of %(name)s from this appointment is written down already.")
    return [
        Reason(text % {"name": patient.display_name}, code="not_their_own")
        for chosen, true, text in checks
        for (key, person), patient in chosen.items()
        if true.get(key) != person
    ] + [Reason(twice % {"name": dates[pair].display_name}, code="written_already") for pair in dates if pair[0] in written]
