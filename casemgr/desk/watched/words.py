"""Say to a person why somebody was allowed to look at their chart."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Role
from casemgr.desk.audit.words import Words

NOT_SHOWN = frozenset({"audit:list", "audit:export", "who_looked"})
"""Looks at the record of access itself: they concern who looked, not the chart."""

ON_A_LIST: Words = _("a list on which you stood")

WHY: dict[str, Words] = {
    "break_glass": _("Emergency access, which the privacy officer reviews"),
    "care_team": _("On your care team"),
    "client": _("A partner’s system, with your consent or where the law allows it"),
    "consent": _("You gave consent"),
    "system": _("The program’s computer, by itself: a reminder, a day that was closed"),
    "schedule": _("The program’s computer, by itself: a reminder, a day that was closed"),
    Role.FRONT_DESK: _("Front desk, for your appointments"),
    Role.NURSE: _("Nurse at your site, for your medication"),
    Role.PRESCRIBER: _("Prescriber at your site, for your medication"),
    Role.DIRECTOR: _("Leads the program"),
    Role.PRIVACY_OFFICER: _("Looks after your privacy rights"),
    Role.CASE_MANAGER: _("On your care team"),
    Role.THERAPIST: _("On your care team"),
    Role.PEER: _("On your care team"),
}
"""What an act rested on, in the words of the person whose chart it was; the first that applies."""


def reason_words(names: Sequence[str]) -> Words:
    """Return why somebody was allowed to, from what their act rested on."""
    return next((words for name, words in WHY.items() if name in names), _("Works in your program"))
