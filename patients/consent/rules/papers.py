"""Hold what a consent says, as the rules see it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Recipient(NamedTuple):
    """Know of a recipient what the rules ask for."""

    id: int
    kind: str
    hipaa_role: str = "neither"
    is_part2_program: bool = False
    is_intermediary: bool = False
    has_address: bool = True
    miles_away: int | None = None
    established_on: date | None = None
    part: str = "recipient"
    """As what the consent names it: as recipient, or as participant of an intermediary."""


class Paper(NamedTuple):
    """Hold what a consent says; the words count here only as there or not there."""

    kind: str
    purposes: Sequence[str]
    categories: Sequence[str]
    description: object
    revocation_statement: object
    redisclosure_statement: object
    refusal_statement: object
    signed_by: object
    signer_relationship: object
    signed_on: date | None
    valid_until: date | None
    ends_with: str
    recipient_classes: Sequence[str] = ()
    designation: str = ""
    """How the participants of an intermediary are designated, where none is named: “treating_only”."""
    names_participants: bool = False
    hipaa_statement: object = None
    """Nothing where the paper says it in its redisclosure statement."""
    fundraising_statement: object = ""
    initiated_by_patient: bool = False
    later_programs: bool = False
    revocable_after: date | None = None
    revocable_event: object = ""


class ConsentFacts(NamedTuple):
    """Hold one consent as it stands at the moment it is asked."""

    id: int
    program_id: int
    state: str
    recipients: Sequence[int]
    today: date
    """The day where the program is."""
    treatment_ended: bool
    """Whether the person was in this program's care and is no longer."""
    paper: Paper
    reached: Sequence[int] = ()
    """Who is a recipient today without being named as one: by class, or as participant of the intermediary."""
    known_false: bool = False
    opted_out: bool = False
    """Whether the person wants no fundraising."""
    died_on: date | None = None
    """The day on which the person died."""


class Missing(NamedTuple):
    """Name one element that is missing, and the rule that asks for it."""

    element: str
    source: str


class Decision(NamedTuple):
    """Say whether something may be told, on which consent, or for want of what."""

    consent_id: int | None
    lacking: tuple[str, ...] = ()
    elements: tuple[Missing, ...] = ()

    @property
    def allowed(self) -> bool:
        """Say whether a consent carries it."""
        return self.consent_id is not None and not self.lacking
