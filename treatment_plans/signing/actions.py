"""Add to signed notes, co-sign them or send them back, mark them as errors; say who supervises whom."""

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Denied, Reason, Refused
from treatment_plans.plan.models import Goal
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.naming.queries import Written, keep_out_of_session, leaders_of, names_given_away
from treatment_plans.sessions.queries import goals_to_look_at_again, last_worked_on
from treatment_plans.signing import rules
from treatment_plans.signing.models import (
    CosignAnswer,
    CosignRequest,
    CosignState,
    ErrorKind,
    NoteAddendum,
    NoteInError,
    SigningPolicy,
    Supervision,
    Verdict,
)
from treatment_plans.signing.queries import OPEN, is_every_note_cosigned, is_supervised_by, terms_of

POLICY_SOURCE = "program policy"


@action(Can.WRITE_SESSION)
def ask_cosignatures(*, session: Session, by: User, at: datetime) -> list[CosignRequest]:
    """Ask for a second signature under those signed notes of a session that need one, each once: by role, in training, or by the sample."""
    notes = list(Attendance.objects.filter(session=session, signed_at__isnull=False, cosigning__isnull=True).order_by("pk"))
    author = session.clinician
    if author is None or not notes:
        return []
    program_id = session.site.program_id
    terms = terms_of(program_id, at)
    every, roles = is_every_note_cosigned(author.pk, program_id), [str(role) for role in author.roles_in(program_id)]
    why = {note.pk: rules.why_cosigned(state=note.state, roles=roles, is_every_note=every, key=note.pk, terms=terms) for note in notes}
    return CosignRequest.objects.bulk_create(
        [
            CosignRequest(attendance=note, program_id=program_id, author=author, because=why[note.pk], recorded_at=at, recorded_by=by)
            for note in notes
            if why[note.pk]
        ],
        ignore_conflicts=True,
    )


@action(Can.COSIGN_NOTES)
def cosign_note(*, request: CosignRequest, by: User, at: datetime, words: str = "") -> CosignRequest:
    """Put one's own name under the signed note of somebody whom one supervises."""
    held = _held(request, by)
    CosignAnswer.objects.create(request=held, verdict=Verdict.COSIGNED, words=words.strip(), recorded_at=at, recorded_by=by)
    return _moved(held, CosignState.COSIGNED)


@action(Can.COSIGN_NOTES)
def return_note(*, request: CosignRequest, words: str, by: User, at: datetime) -> CosignRequest:
    """Send a note back to its author with a comment; the note stays as it is, and the author adds to it."""
    if not words.strip():
        raise Refused(Reason(_("Write what the author should add or put right."), field="words"))
    held = _held(request, by)
    if held.state != CosignState.WAITING:
        raise Refused(Reason(_("This note is with its author. It returns to you when they have added to it."), code="returned"))
    CosignAnswer.objects.create(request=held, verdict=Verdict.RETURNED, words=words.strip(), recorded_at=at, recorded_by=by)
    return _moved(held, CosignState.RETURNED)


@action(Can.WRITE_SESSION)
def add_addendum(*, attendance: Attendance, text: str, draft: Finished | None = None, by: User, at: datetime) -> NoteAddendum:
    """Add to a signed note; when its author answers a supervisor's comment with it, the note waits for the co-signature again."""
    finish(draft, by=by, at=at)
    note = _signed(attendance)
    if not text.strip():
        raise Refused(Reason(_("Write what is to be added."), field="text"))
    there = {row.patient_id: row.patient for row in Attendance.objects.filter(session=note.session_id).select_related("patient")}
    written, keep_out = Written({}, {note.patient_id: text}), keep_out_of_session(note.session, by)
    named = names_given_away(there, written, leaders_of(note.session, by), keep_out)
    if named:
        raise Refused(*(replace(reason, field="text") for reason in named))
    addendum = NoteAddendum.objects.create(attendance=note, text=text.strip(), recorded_at=at, recorded_by=by)
    if note.session.clinician_id == by.pk:
        CosignRequest.objects.filter(attendance=note, state=CosignState.RETURNED).update(state=CosignState.WAITING)
    return addendum


@action(Can.WRITE_SESSION)
def mark_note_in_error(*, attendance: Attendance, kind: str, words: str, by: User, at: datetime) -> NoteInError:
    """Mark a signed note as entered in error, with the reason; it stays readable and is told to nobody outside any more."""
    note = _signed(attendance)
    reasons = []
    if kind not in ErrorKind.values:
        reasons.append(Reason(_("Say what is wrong with the note."), field="kind"))
    if not words.strip():
        reasons.append(Reason(_("Say in words what happened. Whoever reads the note later reads this too."), field="words"))
    if not _is_theirs(note, by):
        reasons.append(Reason(_("Only the author of a note, or who supervises them, marks it as an error."), code="not_yours"))
    if NoteInError.objects.filter(attendance=note).exists():
        reasons.append(Reason(_("This note is marked as an error already."), code="in_error"))
    if reasons:
        raise Refused(*reasons)
    mark = NoteInError.objects.create(attendance=note, kind=kind, words=words.strip(), recorded_at=at, recorded_by=by)
    CosignRequest.objects.filter(attendance=note, state__in=OPEN).update(state=CosignState.NOT_NEEDED)
    for goals in goals_to_look_at_again(note.goal_links.values_list("goal", flat=True)):
        Goal.objects.filter(pk__in=goals).update(last_worked_on_at=last_worked_on())
    return mark


@action(Can.ARRANGE_SUPERVISION)
def name_supervisor(
    *, program: Program, supervisor: User, clinician: User, starts_on: date, by: User, at: datetime, is_every_note: bool = False
) -> Supervision:
    """Say who supervises whom from a day on: they read and co-sign the notes that need it."""
    reasons = []
    if supervisor.pk == clinician.pk:
        reasons.append(Reason(_("Nobody supervises themselves."), field="supervisor", code="self"))
    if not supervisor.may(Can.COSIGN_NOTES, program_id=program.pk):
        text = _("%(name)s cannot co-sign here: therapists, prescribers and directors can.") % {"name": supervisor}
        reasons.append(Reason(text, field="supervisor", code="may_not"))
    if not clinician.may(Can.WRITE_SESSION, program_id=program.pk):
        text = _("%(name)s writes no session notes here.") % {"name": clinician}
        reasons.append(Reason(text, field="clinician", code="writes_none"))
    if Supervision.objects.filter(program=program, supervisor=supervisor, clinician=clinician, ends_on__isnull=True).exists():
        reasons.append(Reason(_("They supervise them already. End that first to change it."), field="clinician", code="known"))
    if reasons:
        raise Refused(*reasons)
    return Supervision.objects.create(
        program=program,
        supervisor=supervisor,
        clinician=clinician,
        is_every_note=is_every_note,
        starts_on=starts_on,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.ARRANGE_SUPERVISION)
def end_supervision(*, supervision: Supervision, on: date, by: User, at: datetime) -> Supervision:
    """End a supervision on a day; what waits then waits for the others who supervise the same person."""
    held = Supervision.objects.select_for_update(no_key=True, of=("self",)).get(pk=supervision.pk)
    if held.ends_on is not None:
        raise Refused(Reason(_("This supervision has ended already."), code="ended"))
    if on < held.starts_on:
        raise Refused(Reason(_("It cannot end before it began."), field="on"))
    held.ends_on = on
    held.save(update_fields=["ends_on"])
    return held


@action(Can.ARRANGE_SUPERVISION)
def set_signing_policy(
    *,
    program: Program,
    late_after_hours: int,
    sign_within_hours: int,
    sample_percent: int,
    is_peers_cosigned: bool,
    by: User,
    at: datetime,
) -> SigningPolicy:
    """Say what a program asks of signatures from now on; what was signed before is judged as before."""
    wrong = rules.wrong_terms(rules.Terms(late_after_hours, sign_within_hours, sample_percent, is_peers_cosigned))
    if wrong:
        texts = {"sample_percent": _("Write a number between 0 and 100.")}
        hours = _("Write a number of hours between 1 and 720.")
        raise Refused(*(Reason(texts.get(name, hours), field=name, source=POLICY_SOURCE) for name in wrong))
    return SigningPolicy.objects.create(
        program=program,
        late_after_hours=late_after_hours,
        sign_within_hours=sign_within_hours,
        sample_percent=sample_percent,
        is_peers_cosigned=is_peers_cosigned,
        recorded_at=at,
        recorded_by=by,
    )


def _held(request: CosignRequest, by: User) -> CosignRequest:
    """Return a request that is still open, held until the end; only who supervises its author answers it, never the author."""
    held = CosignRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)
    if held.author_id == by.pk or not is_supervised_by(held.author_id, by, held.program_id):
        raise Denied(Can.COSIGN_NOTES)
    if held.state not in OPEN:
        raise Refused(Reason(_("This note waits for no co-signature any more."), code="settled"))
    return held


def _moved(request: CosignRequest, state: CosignState) -> CosignRequest:
    """Write how far a co-signature is now."""
    request.state = state
    request.save(update_fields=["state"])
    return request


def _signed(attendance: Attendance) -> Attendance:
    """Return a signed note, held until the end; one that is not signed is changed instead."""
    note = Attendance.objects.select_for_update(no_key=True, of=("self",)).select_related("session__site").get(pk=attendance.pk)
    if note.signed_at is None:
        raise Refused(Reason(_("This note is not signed. Change it instead."), code="not_signed"))
    return note


def _is_theirs(note: Attendance, by: User) -> bool:
    """Say whether somebody wrote a note, or supervises its author."""
    author = note.session.clinician_id
    return author == by.pk or (author is not None and is_supervised_by(author, by, note.program_id))
