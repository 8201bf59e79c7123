"""Say in words what the record says in keys: what was done, by which right and fact, why somebody may look at a chart."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import ROLE_CHOICES

Words = str | Promise
ROLES = dict(ROLE_CHOICES)
FACTS = {
    "care_team": _("care team"),
    "break_glass": _("emergency access"),
    "consent": _("consent"),
    "schedule": _("schedule"),
    "system": _("the system itself"),
    "client": _("partner system"),
    "agreement": _("agreement"),
    "emergency": _("medical emergency"),
    "own_session": _("own session"),
}
PARTS: dict[str, Words] = {
    "chart": _("your chart"),
    "history": _("the history of your record"),
    "record": _("your personal details"),
    "contacts": _("your contact details"),
    "care_team": _("who is on your care team"),
    "episodes": _("your stays in care"),
    "diagnoses": _("your diagnoses"),
    "observations": _("your screenings and results"),
    "consents": _("your consents"),
    "consent": _("your consents"),
    "accounting_of_disclosures": _("what was told to others about you"),
    "who_looked": _("who looked at your chart"),
    "dosing_page": _("your medication"),
    "medication": _("your medication"),
    "order": _("your medication"),
    "plan": _("your treatment plan"),
    "plan_print": _("your treatment plan"),
    "goals": _("your treatment plan"),
    "note": _("notes of your sessions"),
    "session": _("notes of your sessions"),
    "appointment": _("your appointments"),
    "task": _("a task for you"),
    "referral": _("a referral for you"),
    "counseling_note": _("counseling notes"),
}
"""What somebody saw, as the person whose record it is would say it."""


def fact_words(rests_on: str) -> str:
    """Return in words on what something rested: the role, and the fact beside it."""
    said = []
    for token in rests_on.split():
        name, _colon, number = token.partition(":")
        words = ROLES.get(name) or FACTS.get(name)
        if words:
            said.append(f"{words} {number}".strip() if name not in ROLES else str(words))
    return ", ".join(said) or rests_on


def part_of(verb: str) -> Words:
    """Return which part of the record an act concerned, in the person's words; a verb of the program changed something."""
    return PARTS.get(verb) or _("another part of your record")
