"""Keep the directory of mutual help, and what somebody chooses to tell of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Denied, Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting

KEPT = frozenset({"id", "program", "recorded_at", "recorded_by"})


@action(Can.MANAGE_ORGANIZATIONS)
def list_meeting(*, program: Program, by: User, at: datetime, **facts: Any) -> MutualHelpMeeting:
    """Put a meeting into the directory of a program."""
    if not by.may(Can.MANAGE_ORGANIZATIONS, program_id=program.pk):
        raise Denied(Can.MANAGE_ORGANIZATIONS)
    facts.setdefault("checked_on", at.astimezone(program.zone).date())
    return _kept(MutualHelpMeeting(program=program, recorded_by=by, recorded_at=at, **facts), program, at)


@action(Can.MANAGE_ORGANIZATIONS)
def change_meeting(*, meeting: MutualHelpMeeting, changes: Mapping[str, Any], by: User, at: datetime) -> MutualHelpMeeting:
    """Write what is known of a meeting now; whoever changes it has checked it. One that takes place no more is kept for those who went."""
    row = MutualHelpMeeting.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=meeting.pk)
    if unknown := sorted(changes.keys() & KEPT):
        raise Refused(Reason(_("This cannot be revised: %(fields)s.") % {"fields": ", ".join(unknown)}, code="kept"))
    row.checked_on = at.astimezone(row.program.zone).date()
    for name, value in changes.items():
        setattr(row, name, value)
    return _kept(row, row.program, at)


@action(Can.RECORD_WORLD)
def tell_of_meeting(
    *,
    patient: Patient,
    program: Program,
    fellowship: str,
    went_on: date,
    by: User,
    at: datetime,
    meeting: MutualHelpMeeting | None = None,
    words: str = "",
) -> MeetingTold:
    """Write down a meeting that the person chose to tell of; it is never asked for, and nothing hangs on it."""
    if not by.may(Can.RECORD_WORLD, program_id=program.pk):
        raise Denied(Can.RECORD_WORLD)
    told = MeetingTold(
        patient=locked(patient),
        program=program,
        fellowship=meeting.fellowship if meeting else fellowship,
        meeting=meeting,
        went_on=went_on,
        words=words.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    reasons = _wrong_columns(told)
    if went_on > at.astimezone(program.zone).date():
        reasons.append(Reason(_("This day lies in the future."), field="went_on", code="future"))
    if meeting is not None and meeting.program_id != program.pk:
        reasons.append(Reason(_("This meeting stands in the directory of another program."), field="meeting", code="elsewhere"))
    if reasons:
        raise Refused(*reasons)
    told.save(force_insert=True)
    return told


@action(Can.RECORD_WORLD)
def mark_meeting_told_as_error(*, told: MeetingTold, why: str, by: User, at: datetime) -> MeetingTold:
    """Mark a meeting told of as an error and say why; it stays in the history, and counts no longer."""
    held = MeetingTold.objects.select_for_update(no_key=True, of=("self",)).get(pk=told.pk)
    if not held.stands or not why.strip():
        raise Refused(Reason(_("Say why it was an error."), field="why", code="no_reason"))
    held.in_error_why = why.strip()[:200]
    held.save(update_fields=["in_error_why"])
    return held


def _kept(row: MutualHelpMeeting, program: Program, at: datetime) -> MutualHelpMeeting:
    """Keep a meeting against which nothing stands."""
    reasons = _wrong_columns(row)
    if not (row.place or row.online or row.phone):
        reasons.append(Reason(_("Say how it is found: a place, an address online or a number."), field="place", code="nowhere"))
    if row.checked_on and row.checked_on > at.astimezone(program.zone).date():
        reasons.append(Reason(_("This day lies in the future."), field="checked_on", code="future"))
    if reasons:
        raise Refused(*reasons)
    row.save()
    return row


def _wrong_columns(row: Any) -> list[Reason]:
    """Return what the columns themselves do not take."""
    try:
        row.clean_fields(exclude={"id", "patient", "program", "meeting", "recorded_at", "recorded_by"})
    except ValidationError as wrong:
        return [Reason(" ".join(texts), field=name, code="invalid") for name, texts in wrong.message_dict.items()]
    return []
