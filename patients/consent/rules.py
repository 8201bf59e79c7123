"""Decide what a written consent must hold, and what it allows (42 CFR 2.31, 2.33, 2.12(d)(1))."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

TPO = "tpo"
TPO_PURPOSES = frozenset({"treatment", "payment", "operations"})
"""The purposes of a single consent for all future uses (42 CFR 2.31(a)(5)(ii))."""

END_OF_TREATMENT = "end of the treatment"
NO_END = "none"
"""Expiry in the words that the rule itself calls sufficient (42 CFR 2.31(a)(7))."""

BOUND_BY_HIPAA = frozenset({"covered_entity", "business_associate"})
"""Recipients for whom the consent must say that they may redisclose (42 CFR 2.31(a)(4)(iii))."""

JUSTICE = "justice"
"""Those who could use the record against the person; they need a consent of their own kind (42 CFR 2.12(d)(1), 2.31(d), 2.35)."""


class Recipient(NamedTuple):
    """Know of a recipient what the rules ask for."""

    id: int
    kind: str
    hipaa_role: str = "neither"
    is_part2_program: bool = False


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


_COMMON_ELEMENTS = (
    Missing("recipients", "42 CFR 2.31(a)(4)"),
    Missing("purposes", "42 CFR 2.31(a)(5)"),
    Missing("categories", "42 CFR 2.31(a)(3)"),
    Missing("description", "42 CFR 2.31(a)(3)"),
    Missing("revocation_statement", "42 CFR 2.31(a)(6)"),
    Missing("valid_until", "42 CFR 2.31(a)(7)"),
    Missing("signed_by", "42 CFR 2.31(a)(8)"),
    Missing("signer_relationship", "42 CFR 2.31(a)(8)"),
    Missing("signed_on", "42 CFR 2.31(a)(9)"),
)


def missing_elements(paper: Paper, recipients: Sequence[Recipient], today: date) -> list[Missing]:
    """Return every element of 42 CFR 2.31(a) that this paper lacks."""
    there = (
        recipients,
        paper.purposes,
        paper.categories,
        paper.description,
        paper.revocation_statement,
        paper.valid_until or paper.ends_with,
        paper.signed_by,
        paper.signer_relationship,
        paper.signed_on,
    )
    missing = [] if all(there) else [element for element, value in zip(_COMMON_ELEMENTS, there, strict=True) if not value]
    return missing + _dates_that_cannot_be(paper, today) + _what_its_kind_lacks(paper) + _what_its_recipients_ask(paper, recipients)


def _dates_that_cannot_be(paper: Paper, today: date) -> list[Missing]:
    """Return what is wrong with the days of signing and ending."""
    missing = []
    if paper.signed_on is not None and paper.signed_on > today:
        missing.append(Missing("signed_on_later", "42 CFR 2.31(a)(9)"))
    if paper.valid_until is not None and paper.valid_until <= (paper.signed_on or today):
        missing.append(Missing("valid_until_past", "42 CFR 2.31(a)(7)"))
    return missing


def _what_its_kind_lacks(paper: Paper) -> list[Missing]:
    """Return what a consent of this kind lacks beyond the common elements."""
    if paper.kind != TPO:
        endless = paper.valid_until is None and paper.ends_with.strip().lower() == NO_END
        return [Missing("ends_with_none", "42 CFR 2.31(a)(7)")] if endless else []
    missing = []
    if not TPO_PURPOSES.issuperset(paper.purposes):
        missing.append(Missing("purposes_tpo", "42 CFR 2.31(a)(5)(ii)"))
    if not paper.redisclosure_statement:
        missing.append(Missing("redisclosure_statement", "42 CFR 2.31(a)(10)(i)"))
    if not paper.refusal_statement:
        missing.append(Missing("refusal_statement", "42 CFR 2.31(a)(10)(ii)"))
    return missing


def _what_its_recipients_ask(paper: Paper, recipients: Iterable[Recipient]) -> list[Missing]:
    """Return what these recipients make necessary."""
    missing = []
    if any(recipient.kind == JUSTICE for recipient in recipients):
        missing.append(Missing("justice", "42 CFR 2.31(d), 2.35"))
    unsaid = paper.kind != TPO and not paper.redisclosure_statement and not TPO_PURPOSES.isdisjoint(paper.purposes)
    if unsaid and any(recipient.hipaa_role in BOUND_BY_HIPAA for recipient in recipients):
        missing.append(Missing("redisclosure_statement", "42 CFR 2.31(a)(4)(iii)"))
    return missing


def consent_carrying(recipient: Recipient, purpose: str, categories: frozenset[str], consents: Sequence[ConsentFacts]) -> Decision:
    """Decide whether one of these consents lets this be told now, and if none does, what the nearest one lacks.

    Each consent is looked at anew at every use: expired, revoked and deficient ones open nothing (42 CFR 2.31(c)).
    """
    nearest: Decision | None = None
    for consent in sorted(consents, key=_newest_first) if len(consents) > 1 else consents:
        if _carries(recipient, purpose, categories, consent):
            return Decision(consent.id)
        lacking = _lacking(recipient, purpose, categories, consent)
        if nearest is None or len(lacking) < len(nearest.lacking):
            nearest = Decision(consent.id, lacking, tuple(missing_elements(consent.paper, [recipient], consent.today)))
    return nearest or Decision(None, ("no_consent",))


def _newest_first(consent: ConsentFacts) -> int:
    return -consent.id


def _carries(recipient: Recipient, purpose: str, categories: frozenset[str], consent: ConsentFacts) -> bool:
    """Say whether everything holds, as quickly as can be: this is asked for every person in a list."""
    paper = consent.paper
    return (
        consent.state == "active"
        and recipient.id in consent.recipients
        and purpose in paper.purposes
        and bool(categories)
        and categories.issubset(paper.categories)
        and recipient.kind != JUSTICE
        and not has_ended(consent)
        and not missing_elements(paper, [recipient], consent.today)
    )


def _lacking(recipient: Recipient, purpose: str, categories: frozenset[str], consent: ConsentFacts) -> tuple[str, ...]:
    """Return everything for want of which this consent does not carry the request."""
    paper = consent.paper
    conditions = (
        (consent.state == "active", "revoked" if consent.state == "revoked" else "not_active"),
        (not has_ended(consent), "expired"),
        (paper.signed_on is None or paper.signed_on <= consent.today, "not_signed_yet"),
        (recipient.id in consent.recipients, "recipient"),
        (recipient.kind != JUSTICE, "justice"),
        (purpose in paper.purposes, "purpose"),
        (categories.issubset(paper.categories) and bool(categories), "category"),
    )
    return tuple(name for holds, name in conditions if not holds) or ("deficient",)


def has_ended(consent: ConsentFacts) -> bool:
    """Say whether date or event has come with which this consent ends; the end of treatment is known here."""
    paper = consent.paper
    if paper.valid_until is not None and paper.valid_until <= consent.today:
        return True
    return consent.treatment_ended and paper.ends_with.strip().lower() == END_OF_TREATMENT


def redisclosure_of(kind: str, recipient: Recipient) -> str:
    """Return what the recipient may do with what it was told (42 CFR 2.33(b)(1)-(3))."""
    if kind == TPO and recipient.hipaa_role in BOUND_BY_HIPAA:
        return "as_hipaa"
    if recipient.is_part2_program or kind != TPO:
        return "as_consented"
    return "to_contractors"


def scope_of(consent: ConsentFacts) -> str:
    """Explain in one sentence how far a consent reaches, for whoever receives something on it (42 CFR 2.32(b))."""
    paper = consent.paper
    until = f"until {paper.valid_until}" if paper.valid_until else f"until: {paper.ends_with}"
    return (
        f"Consent {consent.id}, signed {paper.signed_on}, {until}, revocable at any time."
        f" Purpose: {', '.join(paper.purposes)}. Information: {', '.join(paper.categories)}. In words: {paper.description}"
    )
