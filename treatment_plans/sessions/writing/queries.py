"""Read the rules for notes, and the notes before this one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from patients.world.models import MANNERS, Wishes
from patients.world.queries import safety_preferences_for
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.coping.queries import cards_of
from treatment_plans.sessions.models import Attendance, Session, SessionKind
from treatment_plans.sessions.rules import PRESENT
from treatment_plans.sessions.writing import rules
from treatment_plans.sessions.writing.models import PART_LABELS, NotePolicy

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
    """Return the note of a program before a moment of each of these people, in one statement however many they are."""
    rows = Attendance.objects.filter(patient__in=patient_ids, session__site__program=program_id, session__starts_at__lt=before)
    rows = rows.filter(state__in=PRESENT).exclude(session__kind=SessionKind.ENCOUNTER)
    rows = rows if but is None else rows.exclude(session=but)
    latest = rows.select_related("session__site").order_by("patient_id", "-session__starts_at", "-pk").distinct("patient_id")
    return {row.patient_id: row for row in latest}


def homework_before(patient: Patient, program_id: int, before: datetime) -> Session | None:
    """Return the last session of a program from which somebody took homework home."""
    sessions = Session.objects.filter(attendances__patient=patient, attendances__state__in=PRESENT, site__program=program_id)
    return sessions.filter(starts_at__lt=before).exclude(homework="").select_related("site").order_by("-starts_at", "-pk").first()


def carried_from(parts: Mapping[str, str], last: Attendance | None, said: Collection[str]) -> dict[str, dict[str, object]]:
    """Return for each part that stands there as in the note before where its words were first written."""
    if last is None:
        return {}
    on = last.session.starts_at.astimezone(last.session.site.zone).date().isoformat()
    here = {"from": last.session_id, "on": on}
    return {part: last.carried.get(part, here) for part in parts if part in rules.still_carried(parts, last.parts, said)}
