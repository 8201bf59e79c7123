"""Say what may be done from each panel of a chart, and who may do it."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.record.models import Patient


@dataclass(frozen=True)
class Act:
    """Name one thing that can be done: the button's words, the page, the right it needs, the key that presses it."""

    label: str | Promise
    url_name: str
    right: Can
    key: str = ""


@dataclass(frozen=True)
class Button:
    """Hold an act as it stands on this person's chart."""

    label: str | Promise
    url: str
    key: str = ""


ACTS: dict[str, tuple[Act, ...]] = {}
"""What may be done, by panel; the panel `head` stands beside the name."""


def buttons_for(user: User, patient: Patient) -> dict[str, list[Button]]:
    """Return what this user may do from each panel of this chart."""
    return {panel: [button for act in acts if user.may(act.right) and (button := _button(act, patient))] for panel, acts in ACTS.items()}


def _button(act: Act, patient: Patient) -> Button | None:
    """Return an act with its address, or nothing while its page does not exist."""
    try:
        return Button(act.label, reverse(act.url_name, args=[patient.public_id]), act.key)
    except NoReverseMatch:
        return None
