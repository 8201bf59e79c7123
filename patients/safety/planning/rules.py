"""Say what a safety plan needs, and the words around it on paper, in the languages we have.

The six steps follow the safety planning intervention of Stanley and Brown (Cognitive and Behavioral Practice 19, 2012, pages 256-264).
Their form is copyrighted; the headings here are our own words.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from patients.safety.rules import PLAN_REVIEW_DAYS

NEEDED = ("warning_signs", "own_ways", "safer_place")
"""Steps without which the paper helps nobody: how to notice, what to do alone, and making the place safer. Program policy (M)."""

LIFELINE, EMERGENCY = "988", "911"
"""Numbers that stand on every plan: 988 Suicide and Crisis Lifeline (47 CFR 52.200), and the emergency number."""

SOURCE = "After Stanley & Brown 2012; headings in our own words"


def missing_steps(steps: Mapping[str, str]) -> list[str]:
    """Return the steps that a plan needs and does not have."""
    return [name for name in NEEDED if not steps.get(name, "").strip()]


def review_due_at(*, last_looked_at: datetime) -> datetime:
    """Return until when somebody should go through a plan again."""
    return last_looked_at + timedelta(days=PLAN_REVIEW_DAYS)


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "My safety plan",
        "for": "This plan belongs to",
        "warning_signs": "1. How I notice that it is getting hard",
        "own_ways": "2. What I can do by myself",
        "company": "3. People and places that take my mind off it",
        "person": "4. People I can ask for help",
        "professional": "5. Professionals and services I can call",
        "safer_place": "6. How we make the place around me safer",
        "means_holder": "Who keeps what could hurt me",
        "reasons": "What I want to live for",
        "own_words": "In my own words",
        "lifeline": "988 Suicide and Crisis Lifeline: call or text 988, day and night, in English and Spanish",
        "emergency": "In danger right now: call 911, or go to the nearest emergency department",
        "signature": "Signed",
        "signed_person": "Signature of the person",
        "signed_staff": "Made together with",
        "made": "Printed on {day}",
        "edition": "Version {version} of {day}",
        "source": "The steps follow Stanley and Brown (2012).",
        "keep": "Keep it where you find it at once and where only people you trust see it.",
        "nothing": "—",
    },
    "es": {
        "title": "Mi plan de seguridad",
        "for": "Este plan es de",
        "warning_signs": "1. Cómo noto que se me está haciendo difícil",
        "own_ways": "2. Lo que puedo hacer por mi cuenta",
        "company": "3. Personas y lugares que me distraen",
        "person": "4. Personas a quienes puedo pedir ayuda",
        "professional": "5. Profesionales y servicios a los que puedo llamar",
        "safer_place": "6. Cómo hacemos más seguro el lugar donde estoy",
        "means_holder": "Quién guarda lo que podría hacerme daño",
        "reasons": "Por qué quiero vivir",
        "own_words": "En mis propias palabras",
        "lifeline": "988 Línea de Prevención del Suicidio y Crisis: llame al 988 y oprima 2, o envíe AYUDA al 988, día y noche, en español",
        "emergency": "En peligro ahora mismo: llame al 911 o vaya a la sala de emergencias más cercana",
        "signature": "Firma",
        "signed_person": "Firma de la persona",
        "signed_staff": "Hecho junto con",
        "made": "Impreso el {day}",
        "edition": "Versión {version} del {day}",
        "source": "Los pasos siguen a Stanley y Brown (2012).",
        "keep": "Guárdelo donde lo encuentre enseguida y donde solo lo vean personas de su confianza.",
        "nothing": "—",
    },
}
"""What stands around a plan on paper. It stands here and not in the translations of the screen: what was handed out must not change."""
