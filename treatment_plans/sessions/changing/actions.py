"""Put right what a session says for all, as long as none of its notes is signed."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.plan.models import Goal
from treatment_plans.sessions.changing.queries import is_in_several_sessions, others_took_part
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.sessions.naming.queries import Written, keep_out_of_session, leaders_of, names_given_away
from treatment_plans.sessions.queries import goals_to_look_at_again, last_worked_on
from treatment_plans.sessions.rules import PRESENT
from treatment_plans.sessions.writing.queries import part_as_written, wrong_frame

FRAME = ("starts_at", "ends_at", "title")
"""What a session has in common with the other sessions in which the parts of one meeting stand."""


@action(Can.WRITE_SESSION)
def change_session(
    *,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    modality: str,
    techniques: Sequence[str],
    homework: str,
    shared_text: str | None = None,
    title: str | None = None,
    by: User,
    at: datetime,
) -> Session:
    """Change day, hours, how and what a session says for all, while none of its notes is signed; who was given its length follows."""
    fresh = _held(session)
    notes = list(
        Attendance.objects.select_for_update(no_key=True, of=("self",))
        .filter(session=fresh)
        .select_related("patient", "appointment")
        .order_by("pk")
    )
    _refuse_who_may_not(fresh, notes, by)
    before, keep_out = copy(fresh), keep_out_of_session(fresh, by)
    fresh.starts_at, fresh.ends_at, fresh.modality, fresh.techniques = starts_at, ends_at, modality, list(techniques)
    fresh.homework = homework.strip()
    fresh.shared_text = fresh.shared_text if shared_text is None else shared_text.strip()
    fresh.title = fresh.title if title is None else title.strip()
    shared = {"title": fresh.title, "shared_text": fresh.shared_text, "homework": fresh.homework}
    people = {note.patient_id: note.patient for note in notes}
    named = names_given_away(people, Written(shared, {}), leaders_of(fresh, fresh.clinician or by), keep_out)
    parts = [replace(part_as_written(note), appointment=note.appointment) for note in notes]
    if reasons := [*wrong_frame(fresh, parts, at), *_why_it_stays(before, fresh), *named]:
        raise Refused(*reasons)
    fresh.save(update_fields=[*FRAME, "modality", "techniques", "homework", "shared_text"])
    _follow(before, fresh)
    return fresh


def _held(session: Session) -> Session:
    """Hold a session and return it as it stands."""
    rows = Session.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("site__program", "clinician").get(pk=session.pk)


def _refuse_who_may_not(session: Session, notes: Sequence[Attendance], by: User) -> None:
    """Refuse where a note is signed, and anybody but whoever held the session."""
    if any(note.signed_at is not None for note in notes):
        text = _("A note of this session is signed, and the session stays as it is. Add to the notes, or mark the wrong ones as errors.")
        raise Refused(text, code="note_signed")
    if by.pk not in (session.clinician_id, session.recorded_by_id):
        raise Refused(_("Only the person who held the session changes it."), code="not_yours")


def _why_it_stays(before: Session, now: Session) -> list[Reason]:
    """Return why day, hours and title have to stay: others rest on them."""
    reasons = []
    is_moved = before.starts_at != now.starts_at
    if is_moved and others_took_part(now):
        text = _(
            "Others took part on a consent that held at that hour, and what they were told is on record with it. "
            "First mark each of them as an error, then change the time and name them again."
        )
        reasons.append(Reason(text, field="starts_at", code="others_took_part"))
    if any(getattr(before, name) != getattr(now, name) for name in FRAME) and is_in_several_sessions(before):
        text = _("Colleagues wrote parts of the same meeting with this day and these hours. They have to stay the same for all.")
        reasons.append(Reason(text, field="starts_at", code="other_parts"))
    return reasons


def _follow(before: Session, now: Session) -> None:
    """Let follow what rests on day and hours: the minutes of whoever was there throughout, and when goals were worked on last."""
    if before.length != now.length:
        throughout = Attendance.objects.filter(session=now, state__in=PRESENT, minutes=before.length)
        throughout.update(minutes=now.length)
    if before.starts_at != now.starts_at:
        served = AttendanceGoal.objects.filter(attendance__session=now).values_list("goal", flat=True)
        for keys in goals_to_look_at_again(served):
            Goal.objects.filter(pk__in=keys).update(last_worked_on_at=last_worked_on())
