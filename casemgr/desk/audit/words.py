"""Say in words what the record says in keys: which part of a record an act concerned."""

from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.action import REGISTRY

Words = str | Promise
PARTS: dict[str, Words] = {
    "chart": _("your chart"),
    "history": _("the history of your record"),
    "recovery_chart": _("your chart"),
    "record": _("your personal details"),
    "contacts": _("your contact details"),
    "care_team": _("who is on your care team"),
    "episodes": _("your stays in care"),
    "diagnoses": _("your diagnoses"),
    "toxicology": _("your screenings and results"),
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
    "plan_on_paper": _("your treatment plan"),
    "goals": _("your treatment plan"),
    "groups": _("your groups"),
    "note": _("notes of your sessions"),
    "session": _("notes of your sessions"),
    "coping_cards": _("your coping cards"),
    "coping_cards_on_paper": _("your coping cards"),
    "draft": _("notes of your sessions"),
    "drafts": _("notes of your sessions"),
    "appointment": _("your appointments"),
    "task": _("a task for you"),
    "referral": _("a referral for you"),
    "counseling_note": _("counseling notes"),
    "counseling": _("counseling notes"),
    "family": _("who took part in your sessions"),
    "collateral_note": _("a restricted note"),
    "collateral_notes": _("a restricted note"),
    "write_collateral_note": _("a restricted note"),
    "mutual_help": _("what you told of mutual help"),
    "health": _("your health"),
    "calendar": _("your appointments"),
    "dosing_list": _("your medication"),
    "transmission": _("what was told to others about you"),
    "disclosure_without_consent": _("what was told to others about you"),
    "sharing": _("what was told to others about you"),
    "seen_as_partner": _("what others might be told about you"),
    "restrictions": _("what you asked not to be told"),
    "relationships": _("who treats, pays and helps"),
    "notices": _("the notice of your privacy rights"),
    "records_request": _("a request about your own record"),
    "records_requests": _("a request about your own record"),
    "complaint": _("a complaint"),
}
"""What somebody saw, as the person whose record it is would say it."""


FEATURES: dict[str, Words] = {
    "record": _("your personal details"),
    "caseload": _("who is on your care team"),
    "episodes": _("your stays in care"),
    "diagnoses": _("your diagnoses"),
    "screenings": _("your screenings and results"),
    "consent": _("your consents"),
    "relations": _("who treats, pays and helps"),
    "restrictions": _("what you asked not to be told"),
    "disclosures": _("what was told to others about you"),
    "transmissions": _("what was told to others about you"),
    "sharing": _("what was told to others about you"),
    "accounting": _("a request about your own record"),
    "notices": _("the notice of your privacy rights"),
    "complaints": _("a complaint"),
    "incidents": _("an incident"),
    "guarding": _("who may open your chart"),
    "compartments": _("a restricted note"),
    "plan": _("your treatment plan"),
    "reviews": _("your treatment plan"),
    "sessions": _("notes of your sessions"),
    "drafts": _("notes of your sessions"),
    "signing": _("notes of your sessions"),
    "appointments": _("your appointments"),
    "rooms": _("your appointments"),
    "series": _("your appointments"),
    "waitlist": _("your appointments"),
    "busy": _("your appointments"),
    "calendar": _("your appointments"),
    "medication": _("your medication"),
    "inventory": _("your medication"),
    "groups": _("your groups"),
    "counseling": _("counseling notes"),
    "family": _("who took part in your sessions"),
    "mutual_help": _("what you told of mutual help"),
    "health": _("your health"),
    "inquiries": _("how you asked for help"),
    "merging": _("two records of yours that became one"),
    "safety": _("your safety"),
    "tablet": _("your screenings and results"),
    "toxicology": _("your test results"),
    "world": _("what you told of your own world"),
    "casework": _("a task for you"),
    "referral": _("a referral for you"),
}
"""What somebody wrote in, by the feature whose verb it was."""


@cache
def _features() -> dict[str, str]:
    """Return the feature of every verb."""
    return {name.rsplit(".", 1)[1]: name.split(".")[1] for name in REGISTRY}


def part_of(verb: str) -> Words:
    """Return which part of the record an act concerned, in the person's words; a verb of the program wrote in it."""
    return PARTS.get(verb) or FEATURES.get(_features().get(verb, "")) or _("another part of your record")
