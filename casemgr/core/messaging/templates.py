"""Hold the words of every message that leaves: neutral, short, in the language of the person who reads them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Hold one message in one language; blanks in braces."""

    subject: str
    text: str


WORDINGS: dict[tuple[str, str], Wording] = {
    ("appointment_in_days", "en"): Wording(
        "Appointment", "Hi {first_name}, you have an appointment on {date} at {time}. Questions or a new time: {phone}. Reply STOP to opt out."
    ),
    ("appointment_in_days", "es"): Wording(
        "Cita", "Hola {first_name}, tiene una cita el {date} a las {time}. Preguntas o cambiarla: {phone}. Responda STOP para no recibir."
    ),
    ("appointment_tomorrow", "en"): Wording(
        "Appointment", "Reminder: appointment {date} at {time}. Questions or a new time: {phone}. Reply STOP to opt out."
    ),
    ("appointment_tomorrow", "es"): Wording(
        "Cita", "Recordatorio: cita el {date} a las {time}. Preguntas o cambiarla: {phone}. Responda STOP para no recibir."
    ),
    ("missed_you", "en"): Wording("Appointment", "We missed you and hope you are OK. Call {phone} to pick a new time. Reply STOP to opt out."),
    ("missed_you", "es"): Wording("Cita", "No pudimos verle. Llame al {phone} para otra cita. Responda STOP para no recibir."),
}
"""Every message the program can send. `{first_name}` is the name the person chose for messages, or empty."""


def render(template: str, language: str, blanks: dict[str, str]) -> Wording:
    """Return the words of a message; English when the language has none."""
    wording = WORDINGS.get((template, language)) or WORDINGS[template, "en"]
    text = " ".join(wording.text.format(**blanks).replace(" ,", ",").split())
    return Wording(wording.subject, text)
