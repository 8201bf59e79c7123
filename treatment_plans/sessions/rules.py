"""Decide what a note may say, and when it can be signed."""

from dataclasses import dataclass
from datetime import timedelta

AROUND = timedelta(hours=1)
"""How far the start of a session may lie from the start of the appointment that led to it."""

PRESENT = frozenset({"present", "late"})
"""States of attendance in which somebody was there and a note is due."""

ALONE = frozenset({"individual"})
"""Kinds of session that one person has to themselves."""

MOST_MINUTES = 720
"""Minutes that nobody spends in one session; more is a slip of the keyboard."""


@dataclass(frozen=True)
class NoteShape:
    """Say of one person's note what the signature asks about."""

    state: str
    has_note: bool
    has_goal: bool
    has_reason: bool
    has_goals_to_choose: bool


def missing_from_note(note: NoteShape, *, is_shared: bool) -> list[str]:
    """Return what a note lacks before it can be signed: `note`, `goal`.

    Each service is tied to the plan (42 CFR 8.12(f)(4)); where none of the goals was worked on, the note says why.
    """
    if note.state not in PRESENT:
        return []
    lacks = [] if note.has_note or is_shared else ["note"]
    if note.has_goals_to_choose and not (note.has_goal or note.has_reason):
        lacks.append("goal")
    return lacks
