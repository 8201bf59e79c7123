"""Decide what must be answered before somebody leaves, and when they are called afterwards."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FOLLOW_UP_DAYS = (7, 30)
"""Days after a discharge on which somebody calls. Program policy, after the intervals of HEDIS FUI (ncqa.org)."""

SOURCE = "program policy: the discharge checklist"
"""On what the four questions rest. The four weeks after care ends carry the highest risk of overdose (Hartung 2023; PLOS ONE 0141073)."""

WITHOUT = ("declined", "not_possible")


@dataclass(frozen=True, kw_only=True)
class LeavingAnswers:
    """Hold the answers to the four questions as they were given."""

    medication: str = ""
    medication_by: str = ""
    bridge_until: date | None = None
    medication_words: str = ""
    naloxone: str = ""
    naloxone_words: str = ""
    appointment: str = ""
    appointment_where: str = ""
    appointment_on: date | None = None
    appointment_words: str = ""
    contact: str = ""
    contact_how: str = ""
    contact_words: str = ""


class LeavingProblem(StrEnum):
    """Name an answer that is missing or half given; the value is the field where it belongs."""

    MEDICATION = "medication"
    MEDICATION_BY = "medication_by"
    BRIDGE_UNTIL = "bridge_until"
    MEDICATION_WORDS = "medication_words"
    NALOXONE = "naloxone"
    NALOXONE_WORDS = "naloxone_words"
    APPOINTMENT = "appointment"
    APPOINTMENT_WHERE = "appointment_where"
    APPOINTMENT_ON = "appointment_on"
    APPOINTMENT_WORDS = "appointment_words"
    CONTACT = "contact"
    CONTACT_HOW = "contact_how"
    CONTACT_WORDS = "contact_words"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Hold in words what the record says of somebody who leaves, as far as it stands beside the answers."""

    concerns: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    last_dose: str = ""
    kits: tuple[str, ...] = ()
    appointment: str = ""


class AgainstRecord(StrEnum):
    """Name what an answer leaves unsaid although the record says otherwise."""

    CONCERN = "concern_open"
    MEDICATION = "order_in_force"
    NALOXONE = "no_kit_in_hand"


def against_the_record(answers: LeavingAnswers, *, note: str, standing: Standing) -> list[AgainstRecord]:
    """Return where words are owed because the record says otherwise; with them, any answer stands."""
    checks = (
        (standing.concerns and not note.strip(), AgainstRecord.CONCERN),
        (standing.orders and answers.medication == "not_taken" and not answers.medication_words.strip(), AgainstRecord.MEDICATION),
        (not standing.kits and answers.naloxone == "in_hand" and not answers.naloxone_words.strip(), AgainstRecord.NALOXONE),
    )
    return [found for holds, found in checks if holds]


def leaving_problems(answers: LeavingAnswers, *, on: date) -> list[LeavingProblem]:
    """Return every question that is open: unanswered, or answered without what the answer needs."""
    continued = answers.medication in ("continues", "bridge")
    made = answers.appointment == "made"
    checks = (
        (not answers.medication, LeavingProblem.MEDICATION),
        (continued and not answers.medication_by.strip(), LeavingProblem.MEDICATION_BY),
        (answers.medication == "bridge" and (answers.bridge_until is None or answers.bridge_until < on), LeavingProblem.BRIDGE_UNTIL),
        (_silent(answers.medication, answers.medication_words), LeavingProblem.MEDICATION_WORDS),
        (not answers.naloxone, LeavingProblem.NALOXONE),
        (_silent(answers.naloxone, answers.naloxone_words), LeavingProblem.NALOXONE_WORDS),
        (not answers.appointment, LeavingProblem.APPOINTMENT),
        (made and not answers.appointment_where.strip(), LeavingProblem.APPOINTMENT_WHERE),
        (made and (answers.appointment_on is None or answers.appointment_on < on), LeavingProblem.APPOINTMENT_ON),
        (_silent(answers.appointment, answers.appointment_words), LeavingProblem.APPOINTMENT_WORDS),
        (not answers.contact, LeavingProblem.CONTACT),
        (answers.contact == "call" and not answers.contact_how.strip(), LeavingProblem.CONTACT_HOW),
        (_silent(answers.contact, answers.contact_words), LeavingProblem.CONTACT_WORDS),
    )
    return [problem for holds, problem in checks if holds]


def _silent(answer: str, words: str) -> bool:
    """Say whether something was not done and nobody said why."""
    return answer in WITHOUT and not words.strip()
