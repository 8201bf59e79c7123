"""Say in words what the record says in keys: which part of a record an act concerned."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
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


def part_of(verb: str) -> Words:
    """Return which part of the record an act concerned, in the person's words; a verb of the program changed something."""
    return PARTS.get(verb) or _("another part of your record")
