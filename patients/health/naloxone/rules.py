"""Decide whether somebody needs naloxone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patients.health.rules import months_before

GIVEN_WITHIN_MONTHS = 12
EXPIRES_WITHIN_DAYS = 30
SOURCE = "Program policy (SAF-05), after the FDA label of Brixadi: strongly consider prescribing naloxone at initiation and renewal"
"""Figures of the policy, which are ours; that naloxone is offered is in the label."""


class NaloxoneNeed(StrEnum):
    """Say why somebody needs naloxone."""

    NONE_IN_HAND = "none_in_hand"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    GIVEN_LONG_AGO = "given_long_ago"


@dataclass(frozen=True)
class KitInHand:
    """Hold when a kit in hand was given and until when it is good."""

    given_on: date
    expires_on: date | None


def need_of_naloxone(kits: Sequence[KitInHand], today: date) -> NaloxoneNeed | None:
    """Return why a person with these kits in hand needs naloxone, or nothing; the best of the kits counts."""
    if not kits:
        return NaloxoneNeed.NONE_IN_HAND
    good = [kit for kit in kits if kit.expires_on is None or kit.expires_on > today]
    if not good:
        return NaloxoneNeed.EXPIRED
    lasting = [kit for kit in good if kit.expires_on is None or kit.expires_on >= today + timedelta(days=EXPIRES_WITHIN_DAYS)]
    if not lasting:
        return NaloxoneNeed.EXPIRES_SOON
    if all(kit.given_on < months_before(today, GIVEN_WITHIN_MONTHS) for kit in lasting):
        return NaloxoneNeed.GIVEN_LONG_AGO
    return None
