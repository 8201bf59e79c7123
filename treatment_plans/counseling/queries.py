"""Read counseling notes: their originator, a reader whom an opening names, and the gate. Nobody else reads this table."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import hidden_from, patients_seen_by
from treatment_plans.counseling.models import CounselingAddendum, CounselingNote, CounselingOpening
from treatment_plans.counseling.rules import Found, belongs_outside
from treatment_plans.sessions.models import Attendance, Session


def sessions_held_by(user: User) -> QuerySet[Session]:
    """Return the sessions that this user held, in programs where they may write counseling notes."""
    programs = {membership.program_id for membership in user.reach(Can.WRITE_COUNSELING_NOTE)}
    return Session.objects.filter(clinician=user, site__program__in=programs).select_related("site__program")


def attendances_held_by(user: User) -> QuerySet[Attendance]:
    """Return who took part in these sessions, as far as the user still sees them."""
    seen = patients_seen_by(user, can=Can.WRITE_COUNSELING_NOTE)
    held = Attendance.objects.filter(session__in=sessions_held_by(user), patient__in=seen)
    return held.select_related("patient", "session__site__program")


def own_notes(user: User) -> QuerySet[CounselingNote]:
    """Return the notes that this user wrote about people whom they still see."""
    seen = patients_seen_by(user, can=Can.WRITE_COUNSELING_NOTE)
    return CounselingNote.objects.filter(recorded_by=user, patient__in=seen)


def openings_to(user: User) -> QuerySet[CounselingOpening]:
    """Return the openings that name this user as the reader and hold now; a tie to the person keeps them closed."""
    programs = {membership.program_id for membership in user.current_memberships}
    rows = CounselingOpening.objects.filter(reader=user, program__in=programs, closes_at__gt=Now(), closed_at__isnull=True)
    return rows.exclude(hidden_from(user, can=Can.SEE_OWN_ACCOUNT, at_the_window=True)).select_related("patient", "originator", "program")


def openings_made_by(user: User) -> QuerySet[CounselingOpening]:
    """Return the openings in this privacy officer's programs."""
    programs = {membership.program_id for membership in user.reach(Can.OVERSEE_PRIVACY)}
    rows = CounselingOpening.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=Can.OVERSEE_PRIVACY))
    return rows.select_related("patient", "originator", "reader", "program")


def notes_opened(opening: CounselingOpening) -> QuerySet[CounselingNote]:
    """Return the signed notes that an opening opens."""
    return (
        CounselingNote.objects.filter(
            patient_id=opening.patient_id, program_id=opening.program_id, recorded_by_id=opening.originator_id, signed_at__isnull=False
        )
        .select_related("session")
        .prefetch_related("addenda")
        .order_by("session__starts_at", "recorded_at")
    )


def found_outside(note: CounselingNote | None) -> list[Found]:
    """Return what in a note belongs into the ordinary record (42 CFR 2.11)."""
    return belongs_outside(note.body) if note is not None else []


def addenda_of(note: CounselingNote) -> QuerySet[CounselingAddendum]:
    """Return what was added to a note, in its order."""
    return CounselingAddendum.objects.filter(note=note).order_by("recorded_at")


def others_wrote(user: User, *, patient_id: int, program_id: int) -> bool:
    """Say whether somebody else signed counseling notes on a person: whoever hands those over by hand would read them (42 CFR 2.31(b))."""
    notes = CounselingNote.objects.filter(patient_id=patient_id, program_id=program_id, signed_at__isnull=False)
    return notes.exclude(recorded_by=user).exists()


def counseling_notes_released(*, patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the signed notes on a person in one program, for the gate alone, after it said yes to the category counseling notes."""
    notes = CounselingNote.objects.filter(patient_id=patient_id, program_id=program_id, signed_at__isnull=False)
    notes = notes.select_related("session", "recorded_by").prefetch_related("addenda").order_by("session__starts_at", "recorded_at")
    return [
        {
            "id": str(note.pk),
            "session_at": note.session.starts_at.isoformat(),
            "author": note.recorded_by.full_name,
            "signed_at": note.signed_at.isoformat() if note.signed_at else "",
            "note": note.body,
            "addenda": [{"at": addendum.recorded_at.isoformat(), "note": addendum.body} for addendum in note.addenda.all()],
        }
        for note in notes
    ]
