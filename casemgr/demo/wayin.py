"""Let people ask for help at the demo clinic, wait, come in, and leave with what they need."""

from datetime import date, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.demo.people import Persona


def answers_of(person: Persona, day: date, caller: User) -> dict[str, Any]:
    """Return what is answered before a person leaves; who left without a word could not be asked."""
    if person.discharge_reason == "2":
        away = {"medication": "not_possible", "naloxone": "not_possible", "appointment": "not_possible", "contact": "not_possible"}
        why = "Has not come for four weeks and answers no call; letter sent."
        return {**away, **{f"{question}_words": why for question in away}}
    return {
        "medication": "continues" if person.substance else "not_taken",
        "medication_by": "Dr. Ellis, Eastside Primary Care" if person.substance else "",
        "naloxone": "in_hand",
        "appointment": "made",
        "appointment_where": "Eastside Primary Care",
        "appointment_on": day + timedelta(days=6),
        "contact": "call",
        "contact_how": "By phone, after four in the afternoon.",
        "caller": caller,
    }
