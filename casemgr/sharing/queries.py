"""Look at a record as somebody outside would get it, and at what could be sent to whom."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from casemgr.core.accounts.models import ApiClient, Program, RestsOn, User
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.models import AgreementKind
from casemgr.core.agreements.queries import AgreementFacts
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason
from casemgr.sharing.formats import blocks_of
from casemgr.sharing.parts import RIGHT_TO_SEE, read_parts
from patients.consent.models import InformationCategory, in_words
from patients.disclosures.queries import Part, what_would_be_told, with_what_an_agreement_opens
from patients.episodes.models import Episode
from patients.record.models import Patient

TOLD_TO_SYSTEMS = {
    "patient.read": "demographics",
    "medications.read": "medications",
    "plan.read": "plan",
    "appointments.read": "appointments",
    "housing.read": "housing",
}
"""Part of the record that each scope of a partner's system lets it ask for about one person; a test compares it with the addresses."""


class Shown(NamedTuple):
    """Hold one part of the record as a recipient would get it, or why it would not."""

    label: str
    allowed: bool
    consent_id: int | None
    agreement: AgreementFacts | None
    blocks: list[dict[str, Any]]
    reasons: Sequence[Reason]
    closed: bool
    """Whether it would leave, but whoever looks may not see it."""

    @property
    def kind_of_agreement(self) -> str:
        """Return in words what kind of agreement opens it to systems of the organization."""
        return in_words(AgreementKind, [self.agreement.kind]) if self.agreement else ""

    @property
    def labelled(self) -> list[dict[str, Any]]:
        """Return what it says, each cell of a table with the heading of its column: a phone shows one cell under the other."""
        return [
            {**block, "rows": [list(zip(block["head"], row, strict=True)) for row in block["rows"]]} if "head" in block else block
            for block in self.blocks
        ]


def program_to_share_from(patient: Patient, user: User, in_hand: Program | None) -> Program:
    """Return the program whose record somebody shares: the one in hand, or another where both meet."""
    programs = {membership.program_id: membership.program for membership in user.reach(Can.DISCLOSE_RECORD)}
    stays = Episode.objects.filter(patient=patient, program__in=programs).order_by("discharged_on", "-admitted_on")
    known = list(stays.values_list("program", flat=True))
    if in_hand is not None and in_hand.pk in programs and (in_hand.pk in known or not known):
        return programs[in_hand.pk]
    return programs[[*known, *programs][0]]


def parts_for(patient: Patient, program: Program, recipient: Organization, purpose: str, at: datetime) -> list[Part]:
    """Return which parts of this program's record the recipient would be told now, and of each other one why not."""
    return what_would_be_told(patient_id=patient.pk, recipient=recipient, purpose=purpose, at=at, programs=[program.pk])


def parts_got(patient: Patient, program: Program, recipient: Organization, purpose: str, at: datetime) -> list[Part]:
    """Return the same of all that the recipient would get: its own systems may ask on an agreement too, as far as their scopes go."""
    parts = parts_for(patient, program, recipient, purpose, at)
    systems = ApiClient.objects.filter(organization=recipient, purpose=purpose, rests_on=RestsOn.AGREEMENT, user__is_active=True)
    scopes = {scope for granted in systems.values_list("scopes", flat=True) for scope in granted}
    told = {part for scope, part in TOLD_TO_SYSTEMS.items() if scope in scopes}
    return with_what_an_agreement_opens(
        parts, to_systems=told, patient_id=patient.pk, program=program, recipient=recipient, purpose=purpose, at=at
    )


def to_choose_first(parts: Sequence[Part]) -> list[str]:
    """Return the parts to tick beforehand: what the consent reaches that reaches most, and no protected part."""
    open_parts = [part for part in parts if part.allowed and part.category not in RIGHT_TO_SEE]
    if not open_parts:
        return []
    widest = Counter(part.consent_id for part in open_parts).most_common(1)[0][0]
    return [part.category for part in open_parts if part.consent_id == widest]


def seen_as(user: User, patient: Patient, program: Program, parts: Sequence[Part]) -> list[Shown]:
    """Read what a recipient would get, by the very readers that would write it; what is withheld is not even read."""
    closed = {part for part, right in RIGHT_TO_SEE.items() if not user.may(right, program_id=program.pk)} | {"counseling_notes"}
    readable = [part.category for part in parts if part.allowed and part.category not in closed]
    found = read_parts(readable, patient.pk, program.pk)
    return [
        Shown(
            label=str(InformationCategory(part.category).label),
            allowed=part.allowed,
            consent_id=part.consent_id,
            agreement=part.agreement,
            blocks=list(blocks_of(found.get(part.category))),
            reasons=part.reasons,
            closed=part.allowed and part.category in closed,
        )
        for part in parts
    ]
