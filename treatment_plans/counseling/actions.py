"""Write, sign and add to counseling notes; open them to a named reader where the law lets us."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Denied, Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from treatment_plans.counseling.models import CounselingAddendum, CounselingNote, CounselingOpening, OpeningBasis
from treatment_plans.counseling.rules import OPENING_DAYS
from treatment_plans.sessions.models import Attendance

EXCEPTIONS = "42 CFR 2.31(b)(1)"


@action(Can.WRITE_COUNSELING_NOTE)
def save_counseling_note(*, attendance: Attendance, body: str, draft: Finished | None = None, by: User, at: datetime) -> CounselingNote:
    """Keep what a counselor thinks about the conversation of a session of their own; until it is signed it can be written anew."""
    finish(draft, by=by, at=at)
    locked(attendance.patient)
    if attendance.session.clinician_id != by.pk:
        raise Denied(Can.WRITE_COUNSELING_NOTE)
    if not body.strip():
        raise Refused(Reason(_("Write the note."), field="body"))
    known = CounselingNote.objects.filter(session=attendance.session_id, patient=attendance.patient_id, recorded_by=by).first()
    if known is None:
        return CounselingNote.objects.create(
            session_id=attendance.session_id,
            patient_id=attendance.patient_id,
            program_id=attendance.program_id,
            body=body.strip(),
            recorded_at=at,
            recorded_by=by,
        )
    if known.signed_at is not None:
        raise Refused(Reason(_("This note is signed. Add to it instead."), code="signed"))
    known.body, known.recorded_at = body.strip(), at
    known.save(update_fields=["body", "recorded_at"])
    return known


@action(Can.WRITE_COUNSELING_NOTE)
def sign_counseling_note(*, note: CounselingNote, by: User, at: datetime) -> CounselingNote:
    """Sign one's own note: from now on it stays as it is."""
    held = CounselingNote.objects.select_for_update(no_key=True).get(pk=note.pk)
    if held.recorded_by_id != by.pk:
        raise Denied(Can.WRITE_COUNSELING_NOTE)
    if held.signed_at is not None:
        raise Refused(Reason(_("This note is signed already."), code="signed"))
    held.signed_at = at
    held.save(update_fields=["signed_at"])
    return held


@action(Can.WRITE_COUNSELING_NOTE)
def add_counseling_addendum(
    *, note: CounselingNote, body: str, draft: Finished | None = None, by: User, at: datetime
) -> CounselingAddendum:
    """Add to one's own signed note."""
    finish(draft, by=by, at=at)
    if note.recorded_by_id != by.pk:
        raise Denied(Can.WRITE_COUNSELING_NOTE)
    reasons = [] if body.strip() else [Reason(_("Write what is to be added."), field="body")]
    if note.signed_at is None:
        reasons.append(Reason(_("This note is not signed. Change it instead."), code="not_signed"))
    if reasons:
        raise Refused(*reasons)
    return CounselingAddendum.objects.create(note=note, body=body.strip(), recorded_at=at, recorded_by=by)


@action(Can.OVERSEE_PRIVACY)
def open_counseling_notes(
    *, patient: Patient, program: Program, originator: User, reader: User, basis: str, words: str, by: User, at: datetime
) -> CounselingOpening:
    """Open what one originator wrote about one person to one named reader, for days, on a basis that needs no consent.

    Whether there is anything to open is said to nobody but the reader.
    """
    reasons = []
    if basis not in OpeningBasis.values:
        reasons.append(
            Reason(_("Choose the basis. Without one only the person's own consent opens these notes."), field="basis", source=EXCEPTIONS)
        )
    if not words.strip():
        reasons.append(Reason(_("Say why, in words."), field="words", source=EXCEPTIONS))
    if reader.pk == by.pk:
        reasons.append(Reason(_("You cannot open them to yourself. Somebody else who oversees privacy must."), field="reader", code="self"))
    if reader.pk == originator.pk:
        reasons.append(Reason(_("The originator reads their own notes already."), field="reader", code="originator"))
    if not reader.roles_in(program.pk):
        reasons.append(Reason(_("The reader does not work in this program."), field="reader", code="not_here"))
    if reasons:
        raise Refused(*reasons)
    return CounselingOpening.objects.create(
        patient=patient,
        program=program,
        originator=originator,
        reader=reader,
        basis=basis,
        words=words.strip(),
        closes_at=at + timedelta(days=OPENING_DAYS),
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.OVERSEE_PRIVACY)
def close_counseling_notes(*, opening: CounselingOpening, by: User, at: datetime) -> CounselingOpening:
    """Close an opening before its days are over."""
    held = CounselingOpening.objects.select_for_update(no_key=True, of=("self",)).get(pk=opening.pk)
    if held.closed_at is None and held.closes_at > at:
        held.closed_at = at
        held.save(update_fields=["closed_at"])
    return held
