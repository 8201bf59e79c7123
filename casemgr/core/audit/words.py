"""Say in words what the record says in keys: what was done, and on which right and fact it rested."""

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import ROLE_CHOICES

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


def verb_words(verb: str) -> str:
    """Return the name of an act as words."""
    return verb.replace("_", " ").replace(":", ": ")


def fact_words(rests_on: str) -> str:
    """Return in words on what something rested: the role, and the fact beside it."""
    said = []
    for token in rests_on.split():
        name, _colon, number = token.partition(":")
        words = ROLES.get(name) or FACTS.get(name)
        if words:
            said.append(f"{words} {number}".strip() if name not in ROLES else str(words))
    return ", ".join(said) or rests_on
