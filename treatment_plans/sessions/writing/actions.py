"""Check what is to be written down of everybody's part in a session, and write it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from treatment_plans.sessions.models import (
    NoteFormat,
    SessionKind,
)
from treatment_plans.sessions.writing import rules
from treatment_plans.sessions.writing.models import Ask, NotePolicy


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
