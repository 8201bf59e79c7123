"""Keep the words of the answers that people take home, in the languages we have.

They stand here and not in the translations of the screen: what was handed out must not change when a label does.
"""

from patients.accounting.rules.arrival import NOT_ARRIVED, NOT_KNOWN

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "accounting": "Accounting of disclosures",
        "intermediary_list": "List of disclosures by intermediaries",
        "about": "About",
        "born": "born",
        "by": "From",
        "period": "Period",
        "from_to": "{first} to {last}",
        "six_years": "What was not for treatment, payment or health care operations: since {first}",
        "asked_on": "Asked for on",
        "why_part2": "This is what this program told others about you in this period: who got what, when, what for, and on what it"
        " rests. You may ask for it at any time (42 CFR 2.25, 45 CFR 164.528).",
        "why_intermediary": "These are the organizations that received information about you through an intermediary in this period"
        " (42 CFR 2.24).",
        "nothing": "Nothing was told to anybody in this period.",
        "count_one": "1 entry",
        "count": "{count} entries",
        "when": "When",
        "to_whom": "To whom",
        "address": "Address",
        "what": "What",
        "information": "Information",
        "purpose": "What for",
        "basis": "On what it rests",
        "way": "By way of",
        "passing_on": "What the recipient may do with it",
        "arrival": "Whether it arrived",
        "reference": "Reference",
        "consent": "Your consent no. {number}, signed on {day}",
        "consent_unsigned": "Your consent no. {number}",
        "questions": "Questions, or something is wrong?",
        "contact": "Speak to the privacy officer of {program}.",
        "contact_phone": "Speak to the privacy officer of {program}: {phone}.",
        "made": "Made on {day}",
        "keep": "This paper says that you are in care here. Keep it where nobody else reads it.",
    },
    "es": {
        "accounting": "Registro de divulgaciones",
        "intermediary_list": "Lista de divulgaciones por intermediarios",
        "about": "Sobre",
        "born": "nacimiento:",
        "by": "De",
        "period": "Período",
        "from_to": "{first} a {last}",
        "six_years": "Lo que no fue para tratamiento, pago u operaciones de atención médica: desde {first}",
        "asked_on": "Solicitado el",
        "why_part2": "Esto es lo que este programa comunicó a otros sobre usted en este período: quién recibió qué, cuándo, para qué y"
        " con qué fundamento. Puede pedirlo en cualquier momento (42 CFR 2.25, 45 CFR 164.528).",
        "why_intermediary": "Estas son las organizaciones que recibieron información sobre usted por medio de un intermediario en este"
        " período (42 CFR 2.24).",
        "nothing": "En este período no se comunicó nada a nadie.",
        "count_one": "1 entrada",
        "count": "{count} entradas",
        "when": "Cuándo",
        "to_whom": "A quién",
        "address": "Dirección",
        "what": "Qué",
        "information": "Información",
        "purpose": "Para qué",
        "basis": "Con qué fundamento",
        "way": "Por qué medio",
        "passing_on": "Qué puede hacer con ello quien lo recibe",
        "arrival": "Si llegó",
        "reference": "Referencia",
        "consent": "Su consentimiento n.º {number}, firmado el {day}",
        "consent_unsigned": "Su consentimiento n.º {number}",
        "questions": "¿Preguntas, o hay algo incorrecto?",
        "contact": "Hable con la persona responsable de privacidad de {program}.",
        "contact_phone": "Hable con la persona responsable de privacidad de {program}: {phone}.",
        "made": "Hecho el {day}",
        "keep": "Este papel dice que usted recibe atención aquí. Guárdelo donde nadie más lo lea.",
    },
}
"""What stands on the paper besides the facts."""

WAYS: dict[str, dict[str, str]] = {
    "en": {
        "api": "From computer to computer",
        "print": "On paper",
        "export": "As a file",
        "email": "By e-mail",
        "referral": "With a referral",
        "webhook": "From computer to computer",
        "letter": "By letter",
        "phone": "By phone",
        "spoken": "In a conversation",
    },
    "es": {
        "api": "De computadora a computadora",
        "print": "En papel",
        "export": "Como archivo",
        "email": "Por correo electrónico",
        "referral": "Con una derivación",
        "webhook": "De computadora a computadora",
        "letter": "Por carta",
        "phone": "Por teléfono",
        "spoken": "En una conversación",
    },
}
"""Each way out in words; one without words is shown by its own name."""

ARRIVALS: dict[str, dict[str, str]] = {
    "en": {
        NOT_ARRIVED: "We tried to send this. As far as we know it did not arrive.",
        NOT_KNOWN: "It is not known whether this arrived.",
    },
    "es": {
        NOT_ARRIVED: "Intentamos enviar esto. Hasta donde sabemos, no llegó.",
        NOT_KNOWN: "No se sabe si esto llegó.",
    },
}
"""What is said of a sending that nobody confirmed; of what was taken, and of what went another way, nothing is said."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First letters with which a spreadsheet would take a text for a formula."""


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet computes: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
