"""Decide what a note may say, and when it can be signed."""

from dataclasses import dataclass
from datetime import date, timedelta

AROUND = timedelta(hours=1)
"""How far the start of a session may lie from the start of the appointment that led to it."""

LONGEST_AGO = timedelta(days=3653)
"""Ten years: how far back a session can lie that is written down now; more is a slip in the year. The figure is ours."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years between which a day is no slip of the keyboard. The figures are ours."""

PRESENT = frozenset({"present", "late"})
"""States of attendance in which somebody was there and a note is due."""

ALONE = frozenset({"individual"})
"""Kinds of session that one person has to themselves."""

ABSENT = "absent"
FAMILY = "family"
KEPT, NO_SHOW, BOOKED = "kept", "no_show", "booked"

MOST_MINUTES = 720
"""Minutes that nobody spends in one session; more is a slip of the keyboard."""


def is_believable(day: date) -> bool:
    """Say whether a day is none of another age, so that times can be counted from it."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def appointment_after(attendance: str, appointment: str, *, is_put_right: bool = False) -> str:
    """Return what becomes of an appointment by what a session says of the person; whoever was seen to come is called absent by nobody.

    Only who puts a slip in the note right has the last word. Of an excuse somebody says who cancelled, so it stays among what is not
    settled yet.
    """
    if attendance in PRESENT and appointment in (BOOKED, NO_SHOW):
        return KEPT
    may_miss = (BOOKED, KEPT) if is_put_right else (BOOKED,)
    return NO_SHOW if attendance == ABSENT and appointment in may_miss else appointment


def minutes_there(attendance: str, said: int | None, length: int) -> int | None:
    """Return how long somebody was there: of whom no minutes are said, the whole session."""
    return length if said is None and attendance in PRESENT else said


def contradicts(attendance: str, appointment: str, kind: str) -> bool:
    """Say whether a session and its appointment tell different things of whether somebody came; a family may come alone and keep it."""
    if attendance in PRESENT:
        return appointment == NO_SHOW
    return appointment == KEPT and kind != FAMILY


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
