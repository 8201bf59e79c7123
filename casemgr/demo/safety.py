"""Look after the safety of people in the demo clinic: one concern that was seen to, with its plan and calls, and one of this morning."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.safety.actions import close_concern, raise_concern, record_follow_up, take_concern
from patients.safety.models import SafetyFollowUp
from patients.safety.planning.actions import write_safety_plan
from patients.screenings.assessing.actions import complete_assessment, save_answers, start_assessment

RAISED, CALLED = 12, (11, 9)
"""Days before today on which somebody answered yes and was seen to, and on which they were called afterwards."""

MILD = {str(number): 1 for number in range(1, 9)}
ITEM_9, SOME = "9", {"1": 1, "2": 1, "3": 0, "4": 0, "5": 0, "6": 0}

STEPS = {
    "warning_signs": "I stop answering the phone\nThe first nights after payday\nThinking that everybody is better off without me",
    "own_ways": "Walk down to the river\nThe breathing from group\nMy grandmother's songs",
    "company": "The library on Cedar Avenue\nPablo's coffee hour on Thursdays",
    "safer_place": "My sister keeps the lockbox with the take-home doses\nShe stays over on payday weekends",
    "means_discussed": "Medication at home: take-home doses, an old bottle of sleeping pills (handed in today). No firearms in the house.",
    "means_holder": "My sister, until we look at this again",
    "reasons": "My daughter's school play in spring",
    "own_words": "It passes. It has passed every time.",
}
CONTACTS = (
    ("person", "My sister Rosa", "555-0171"),
    ("person", "Pablo, peer specialist", "555-0110"),
    ("professional", "Cedar Integrated Care, day line", "555-0110"),
)


def keep_safe(life: Life, day: date) -> None:
    """Do what belongs to this day of the story."""
    left = life.days_since(day)
    at = life.moment(day, 10, 40) if left else min(life.moment(day, 8, 10), life.until)
    people = [person for person in life.in_care if life.site_number(person) == 0][:2]
    if not life.is_past(at) or len(people) < 2:
        return
    if left == RAISED:
        _see_to(life, people[0], at)
    if left in CALLED:
        _call(life, people[0], at)
    if left == 0:
        _answer_this_morning(life, people[1], at)


def _see_to(life: Life, person: Persona, at: datetime) -> None:
    """Let somebody answer item 9 in session, be asked the C-SSRS, make a plan, and be called afterwards."""
    by: dict[str, Any] = {"by": staff_of(life, person)[Role.THERAPIST], "at": at}
    about: dict[str, Any] = {"patient": person.course.patient, "program": life.clinic.program}
    save_answers(assessment=start_assessment(**about, instrument="phq9", **by), answers={**MILD, ITEM_9: 1}, **by)
    screener = start_assessment(**about, instrument="cssrs_screener", **by)
    save_answers(assessment=screener, answers=SOME, **by)
    complete_assessment(assessment=screener, **by)
    concern = raise_concern(**about, level=2, words="“Sometimes I would rather not wake up.” Said it calmly, looked at the floor.", **by)
    take_concern(concern=concern, **by)
    write_safety_plan(**about, steps=STEPS, contacts=CONTACTS, signature="paper", signed_by=person.course.patient.legal_name, **by)
    close_concern(
        concern=concern,
        disposition="safety_plan",
        screener_result="low",
        disposition_words="No plan and no intent. Sister came along and keeps the medication. Comes in tomorrow for the dose.",
        follow_ups=[("call", at.date() + timedelta(days=1)), ("call", at.date() + timedelta(days=3))],
        **by,
    )


def _call(life: Life, person: Persona, at: datetime) -> None:
    """Call the person on the next day, and two days later."""
    first = SafetyFollowUp.objects.filter(patient=person.course.patient, outcome="").first()
    if first is not None:
        words = "Slept six hours. The sister is there. Comes to group this week."
        record_follow_up(follow_up=first, outcome="reached", words=words, by=staff_of(life, person)[Role.CASE_MANAGER], at=at)


def _answer_this_morning(life: Life, person: Persona, at: datetime) -> None:
    """Let somebody answer item 9 and close the tablet: the questionnaire is a draft, the concern is open."""
    by: dict[str, Any] = {"by": staff_of(life, person)[Role.CASE_MANAGER], "at": at}
    draft = start_assessment(patient=person.course.patient, program=life.clinic.program, instrument="phq9", **by)
    save_answers(assessment=draft, answers={"1": 2, "2": 3, ITEM_9: 2}, alone=True, **by)
