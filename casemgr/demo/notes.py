"""Write what stands in the notes of the demo clinic: parts, homework, mood and craving, triggers and what helps."""

from datetime import date, datetime
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from treatment_plans.sessions.fidelity.actions import rate_fidelity
from treatment_plans.sessions.models import Session
from treatment_plans.sessions.writing.actions import set_note_policy

ASSESSMENTS = (
    "Mood and craving move together; the evenings are the hard hours. The goal is within reach.",
    "Tired, and still here. What happens at home feeds both the low mood and the wish to use.",
    "Sees the link between the meeting with the friend and the two days after. Confidence is growing.",
    "Depression in front this week, use is stable. No thoughts of dying when asked.",
)
PLANS = (
    "One thing a day before nine. Look at it together next time.",
    "Call the sister before going out alone. Case manager asks about the room.",
    "Keep the medication as it is, tell the prescriber about the sleep.",
    "Go on with the cards: one new trigger each week.",
)
HOMEWORK = ("Three bus rides with 5-4-3-2-1.", "Write down two evenings: what pulled, what helped.", "A walk after supper, twice.")
CARDS = (
    ("Payday", "Sister keeps the card until Monday\nGroceries first"),
    ("An argument at home", "Ten minutes outside\nCall the peer worker"),
    ("Nights without sleep", "Body scan\nTea and the radio"),
    ("The bus stop on Fifth", "Take the other line\n5-4-3-2-1"),
)
CHOICES = (
    ("Talking, a thought record, or a walk around the block", "The walk, and talking on the way"),
    ("To go through the weekend, or to leave it for today", "To leave it for today"),
)
OUTCOMES = ("done", "partly", "not_done", "partly")
CHECKED_EVERY = 12


def write_rules(life: Life) -> None:
    """Say once how this clinic writes its notes."""
    by, at = life.clinic.of_role(Role.DIRECTOR, 0)[0], life.moment(min(person.admitted_on for person in life.people), 8)
    rule: dict[str, Any] = {"program": life.clinic.program, "by": by, "at": at}
    set_note_policy(kind="family", note_format="dap", required_parts=["data", "assessment", "plan"], **rule)
    set_note_policy(kind="holistic", note_format="birp", required_parts=["behavior", "plan"], required_asks=["mood", "craving"], **rule)
    set_note_policy(kind="crisis", note_format="free", is_fixed=True, required_parts=["note"], required_asks=["choice"], **rule)


def part_words(person: Persona, day: date, data: str) -> dict[str, Any]:
    """Return what is said in one person's part; on the whole mood rises over the months and craving falls."""
    weeks = (day - person.admitted_on).days // 7
    turn = weeks + person.number
    mood, craving = min(8, 3 + weeks // 5), max(1, 7 - weeks // 4)
    said: dict[str, Any] = {
        "parts": {"data": data, "assessment": ASSESSMENTS[turn % 4], "plan": PLANS[(turn // 3) % 4]},
        "mood_in": max(0, mood - turn % 3),
        "mood_out": min(10, mood + turn % 2 + 1),
        "craving_in": min(10, craving + turn % 2),
        "craving_out": max(0, craving - 2 + turn % 2),
        "last_homework": OUTCOMES[turn % 4] if weeks else "",
    }
    if turn % 5 == 0:
        trigger, helps = CARDS[(turn // 5) % 4]
        said |= {"triggers": [trigger], "coping": {trigger: helps}}
    if turn % 4 == 1:
        said["offered"], said["chosen"] = CHOICES[turn % 2]
    if turn % 7 == 3:
        said["thought_record"] = {
            "situation": "No answer to my message", "thought": "They have had enough of me", "feeling": "Shame, 8 of 10",
            "other_view": "She works nights on Tuesdays", "outcome": "Shame, 4 of 10",
        }  # fmt: skip
    return said


def homework_of(person: Persona, day: date) -> str:
    """Return what somebody takes home."""
    return HOMEWORK[((day - person.admitted_on).days // 7 + person.number) % 3]


def look_closely(session: Session, person: Persona, day: date, at: datetime) -> None:
    """Let some sessions be looked at through the checklist by whoever held them."""
    assert session.clinician is not None
    if ((day - person.admitted_on).days // 7 + person.number) % CHECKED_EVERY == 0:
        scores = {"agenda": 4, "homework": 3 + person.number % 3, "link": 4, "practice": 3, "summary": 2}
        rate_fidelity(session=session, checklist="cbt", scores=scores, remark="Leave time for the summary.", by=session.clinician, at=at)
