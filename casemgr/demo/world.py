"""Let the people of the demo clinic tell what matters to them, and what stands in the way."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.world.actions import record_barrier, record_world_fact

EVERY = 3
"""Of how many people one tells it: few enough to be written in a second."""

Told = Sequence[tuple[str, Mapping[str, Any]]]

TOLD: tuple[Told, ...] = (
    (
        ("strengths", {"words": "I raised two boys and never missed a school day."}),
        ("goals", {"words": "Sleep through a night without a nightmare."}),
        (
            "wishes",
            {
                "own_words": "by my chosen name",
                "condition_words": "my recovery",
                "seating": "chair by the door",
                "touch": "no handshake",
                "stop_signal": "both hands flat on the table",
            },
        ),
        ("use", {"words": "It turns the pictures off.", "substance": "Heroin", "tags": ["flashbacks", "sleep"]}),
        ("family", {"relative": "father", "condition": "alcohol"}),
        ("veteran", {"served": "yes", "branch": "army", "era": "Iraq, 2006", "wants_va_referral": True}),
    ),
    (
        ("strengths", {"words": "People at work rely on me."}),
        ("goals", {"words": "Get my driver's license back."}),
        ("use", {"words": "My back does not hurt for four hours.", "substance": "Oxycodone", "tags": ["pain", "low_mood"]}),
        ("stressors", {"category": "money", "severity": 7, "words": "Behind with the rent."}),
        ("people", {"name": "Renee", "relation": "sister", "may_talk": "yes", "supports": True}),
    ),
    (
        ("strengths", {"words": "I can cook for thirty people."}),
        ("goals", {"words": "See my daughter every week."}),
        ("wishes", {"culture": "Fasts in Ramadan; doses before sunrise if possible.", "topics": "not the accident, unless I begin"}),
        ("people", {"name": "Dale", "relation": "former partner", "may_talk": "no", "is_safety_concern": True}),
        ("stressors", {"category": "family", "severity": 9}),
    ),
)
EVENTS: tuple[tuple[str, int, int | None], ...] = (
    ("housing", 20, None),
    ("job", 35, 90),
    ("hospital", 50, 55),
    ("loss", 60, None),
    ("jail", 40, 47),
)
"""Kind of a life event, and on which days before the person came it began and ended."""

BARRIERS = ("transport", "stigma", "childcare", "legal_fear", "cost")


def tell_of_the_own_world(life: Life, person: Persona, by: User, at: datetime) -> None:
    """Write down what one of three people tells when they come."""
    if person.number % EVERY:
        return
    turn = person.number // EVERY
    common: dict[str, Any] = {"patient": person.course.patient, "program": life.clinic.program, "by": by, "at": at}
    for of, facts in TOLD[turn % len(TOLD)]:
        record_world_fact(of=of, **facts, **common)
    kind, began, ended = EVENTS[turn % len(EVENTS)]
    record_world_fact(of="events", kind=kind, **_days(at.astimezone(life.clinic.program.zone).date(), began, ended), **common)
    record_barrier(kind=BARRIERS[turn % len(BARRIERS)], **common)


def _days(came_on: date, began: int, ended: int | None) -> dict[str, Any]:
    """Return the days of an event before somebody came."""
    first = came_on - timedelta(days=max(began, ended or 0))
    return {"began_on": first, "ended_on": None if ended is None else first + timedelta(days=abs(ended - began))}
