"""Hold the words of every message that leaves: neutral, short, in the language of the person who reads them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.messaging.rules import LONGEST_TEXT, in_gsm_letters

LANGUAGES = ("en", "es")
OTHERWISE = "en"
DAY = {"en": "D, M j", "es": r"l j \d\e F"}
TIME = "g:i A"


@dataclass(frozen=True)
class Wording:
    """Hold one message in one language; blanks in braces."""

    subject: str
    text: str


WORDINGS: dict[tuple[str, str], Wording] = {
    ("appointment_in_days", "en"): Wording(
        "Appointment",
        "{sender}: Hi {first_name}, you have an appointment on {date} at {time}. Questions, new time: {phone}. Reply STOP to opt out.",
    ),
    ("appointment_in_days", "es"): Wording(
        "Cita", "{sender}: Hola {first_name}, tiene una cita el {date}, {time}. Preguntas o cambios: {phone}. STOP para no recibir más."
    ),
    ("appointment_tomorrow", "en"): Wording(
        "Appointment",
        "{sender}: Reminder of your appointment on {date} at {time}. Questions, new time: {phone}. Reply STOP to opt out.",
    ),
    ("appointment_tomorrow", "es"): Wording(
        "Cita", "{sender}: Recordatorio de su cita: {date}, {time}. Preguntas o cambios: {phone}. STOP para no recibir más."
    ),
}
"""Every message the program can send. `{first_name}` is the name the person chose for messages, or empty; who writes and the number to
call back stand in each (47 CFR 64.1200(a)(9)(iv)(B))."""


def language_of(language: str) -> str:
    """Return the language that a person's messages are written in: their own where we have it."""
    return language if language in LANGUAGES else OTHERWISE


def day_and_time(local: datetime, language: str) -> dict[str, str]:
    """Return a moment in the words of a language, as blanks."""
    with translation.override(language):
        day = date_format(local, DAY[language])
        return {"date": day.lower() if language == "es" else day, "time": date_format(local, TIME)}


def render(template: str, language: str, blanks: dict[str, str], *, as_text: bool = False) -> Wording:
    """Return the words of a message; English when the language has none.

    A text message keeps to the letters that 160 of fit into one, and leaves the greeting away before it grows longer than that.
    """
    wording = WORDINGS.get((template, language)) or WORDINGS[template, OTHERWISE]
    text = _filled(wording.text, blanks)
    if not as_text:
        return Wording(wording.subject, text)
    text = in_gsm_letters(text)
    if len(text) > LONGEST_TEXT:
        text = in_gsm_letters(_filled(wording.text, {**blanks, "first_name": ""}))
    return Wording(wording.subject, text)


def _filled(text: str, blanks: dict[str, str]) -> str:
    """Fill the blanks; an empty name leaves no gap."""
    return " ".join(text.format(**blanks).replace(" ,", ",").split())
