"""Decide what an answer means for somebody's safety, who must be called again when, and what a disposition lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Grade what the answers so far say; a questionnaire that is not complete never says less than its gravest answer."""

    NONE = 0
    UNASSESSED = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4


PHQ9, CSSRS = "phq9", "cssrs_screener"
"""The instruments whose single answers count while they are still drafts, by their ids."""

ALARMING: Mapping[tuple[str, str], Level] = {
    (PHQ9, "9"): Level.UNASSESSED,
    (CSSRS, "1"): Level.LOW,
    (CSSRS, "2"): Level.LOW,
    (CSSRS, "3"): Level.MODERATE,
    (CSSRS, "4"): Level.HIGH,
    (CSSRS, "5"): Level.HIGH,
    (CSSRS, "6"): Level.MODERATE,
    (CSSRS, "6b"): Level.HIGH,
}
"""What an answer of one or more says. HIGH: the Columbia triage page (4 or 5 in the past month, any behavior in the past three months).
The line between LOW and MODERATE follows SAFE-T with C-SSRS (M). Item 9 of the PHQ-9 grades nothing: it asks for the C-SSRS at once."""

CALL_NEXT_AFTER = timedelta(minutes=15)
"""How long the first who was called has to take a concern before the next is named. Program policy (M)."""

CALL_AGAIN_EVERY = timedelta(minutes=60)
"""How often somebody is called again after that, until one takes it. Program policy (M)."""

DISPOSITION_WITHIN: Mapping[Level, timedelta] = {
    Level.UNASSESSED: timedelta(hours=4),
    Level.LOW: timedelta(hours=4),
    Level.MODERATE: timedelta(hours=4),
    Level.HIGH: timedelta(hours=1),
}
"""How long whoever took a concern has for the disposition before the supervisor hears of it. Program policy, after the VA's chain from
item 9 to the C-SSRS and the Columbia triage page, which name no figure (M)."""

FOLLOW_UP_FIRST = timedelta(hours=24)
FOLLOW_UP_LAST = timedelta(hours=72)
"""Between which hours somebody calls the person afterwards: Zero Suicide, care transitions; The Joint Commission NPSG 15.01.01 EP 6-7 wants
counseling and follow-up care at discharge. Both from memory (M): shown as program policy."""

FOLLOW_UP_SOURCE = "Program policy, after Zero Suicide (care transitions) and Joint Commission NPSG 15.01.01"

PLAN_REVIEW_DAYS = 30
"""Days after which a safety plan is looked at again while there is risk: care gap SAF-03, after SAFE-T and Zero Suicide (M)."""

FEWEST_WORDS = 3
"""Words that a reason needs at least; a single word tells the next clinician nothing. Program policy (M)."""


def level_of_answer(instrument: str, item: str, answer: int) -> Level | None:
    """Return what one answer says, or nothing when the item is not one that asks about safety."""
    level = ALARMING.get((instrument, item))
    if level is None:
        return None
    return level if answer >= 1 else Level.NONE


def is_graver(*, level: int, answer: int, known_level: int, known_answer: int) -> bool:
    """Say whether an answer says more than what is known: a higher level, or more of the same item."""
    return level > Level.NONE and (level > known_level or (level == known_level and 0 < known_answer < answer))


def next_call_at(*, since: datetime, turn: int) -> datetime:
    """Return when the world is looked at again for the turn of this number: after the first pause, then every hour."""
    return since + CALL_NEXT_AFTER if turn <= 1 else since + CALL_AGAIN_EVERY * (turn - 1)


def look_again_at(*, since: datetime, turn: int, at: datetime) -> datetime:
    """Return when the world is looked at for this turn, as seen now.

    After a pause of the worker the turns that were missed are not caught up with: nobody is helped by ten calls in one second.
    """
    planned = next_call_at(since=since, turn=turn)
    return planned if planned > at else at + CALL_AGAIN_EVERY


def disposition_due_at(*, level: int, since: datetime) -> datetime:
    """Return until when a disposition should be written."""
    return since + DISPOSITION_WITHIN[Level(max(level, Level.UNASSESSED))]


class Lack(StrEnum):
    """Name what a disposition lacks."""

    DISPOSITION = "disposition"
    SCREENER = "screener_result"
    SCREENER_REASON = "not_screened_because"
    LOWER_REASON = "lower_because"
    WORDS = "words"
    ESCORT = "handed_to"
    FOLLOW_UP = "follow_up_on"


@dataclass(frozen=True)
class Finding:
    """Hold what a clinician writes down at the end: the result, what was done, and when the person is called.

    Beside it stands the gravest that was answered to the C-SSRS while the concern was open.
    """

    disposition: str
    screener_result: str
    words: str = ""
    answered: int = Level.NONE
    not_screened_because: str = ""
    lower_because: str = ""
    handed_to: str = ""
    has_follow_up: bool = False
    no_follow_up_because: str = ""


NOT_DONE, NO_RISK = "not_done", "none"
JUDGED_LOW, LEFT, EMERGENCY = "judged_low", "left", "emergency"

LEVEL_OF_RESULT: Mapping[str, Level] = {NO_RISK: Level.NONE, "low": Level.LOW, "moderate": Level.MODERATE, "high": Level.HIGH}
"""What each result of the C-SSRS says, on the scale of its single answers."""


def lacking(finding: Finding) -> list[Lack]:
    """Return everything that a disposition lacks."""
    needs_words = finding.disposition in (JUDGED_LOW, LEFT, EMERGENCY)
    not_screened = finding.screener_result == NOT_DONE
    checks = (
        (not finding.disposition, Lack.DISPOSITION),
        (not finding.screener_result, Lack.SCREENER),
        (not_screened and not _says_enough(finding.not_screened_because), Lack.SCREENER_REASON),
        (is_below_answers(finding) and not _says_enough(finding.lower_because), Lack.LOWER_REASON),
        (needs_words and not _says_enough(finding.words), Lack.WORDS),
        (finding.disposition == EMERGENCY and not finding.handed_to.strip(), Lack.ESCORT),
        (not finding.has_follow_up and not _says_enough(finding.no_follow_up_because), Lack.FOLLOW_UP),
    )
    return [lack for holds, lack in checks if holds]


def is_below_answers(finding: Finding) -> bool:
    """Say whether the result is lower than what was answered to the C-SSRS; a clinician may say so, and says why."""
    level = LEVEL_OF_RESULT.get(finding.screener_result)
    return level is not None and level < finding.answered


def _says_enough(text: str) -> bool:
    """Say whether the next clinician could learn anything from these words."""
    return len(text.split()) >= FEWEST_WORDS
