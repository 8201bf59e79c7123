"""Decide what a written consent allows (42 CFR 2.31, 2.33, 2.12(d)(1))."""

from collections.abc import Sequence
from datetime import date

from patients.consent.rules.elements import BOUND_BY_HIPAA, missing_elements
from patients.consent.rules.kinds import (
    CJ_REFERRAL,
    END_OF_ENROLLMENT,
    END_OF_TREATMENT,
    JUSTICE,
    JUSTICE_KINDS,
    KINDS,
    REGISTRY,
    REGISTRY_MILES,
    TPO,
)
from patients.consent.rules.papers import ConsentFacts, Decision, Recipient


def consent_carrying(recipient: Recipient, purpose: str, categories: frozenset[str], consents: Sequence[ConsentFacts]) -> Decision:
    """Decide whether one of these consents lets this be told now, and if none does, what the nearest one lacks.

    Each consent is looked at anew at every use: expired, revoked, false and deficient ones open nothing (42 CFR 2.31(c)).
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
        and _is_recipient(recipient, consent)
        and purpose in paper.purposes
        and bool(categories)
        and categories.issubset(paper.categories)
        and _justice_may_be_told(recipient, paper.kind)
        and not has_ended(consent)
        and not _is_stopped(purpose, consent)
        and not missing_elements(paper, [recipient], consent.today)
    )


def _is_stopped(purpose: str, consent: ConsentFacts) -> bool:
    """Say whether a consent that is whole is known to be false, or was overruled by the person's opting out."""
    return consent.known_false or (consent.opted_out and purpose == "fundraising")


def _is_recipient(recipient: Recipient, consent: ConsentFacts) -> bool:
    """Say whether the consent reaches this recipient today: by name, by class, behind an intermediary, or as a later program."""
    return recipient.id in consent.recipients or recipient.id in consent.reached or _is_later_program(recipient, consent)


def _is_later_program(recipient: Recipient, consent: ConsentFacts) -> bool:
    """Say whether a registry consent covers a program that was established after it (42 CFR 2.34(a)(3)(ii))."""
    paper, since = consent.paper, established_nearby(recipient)
    if paper.kind != REGISTRY or not paper.later_programs or since is None or paper.signed_on is None:
        return False
    return since > paper.signed_on


def established_nearby(recipient: Recipient) -> date | None:
    """Return since when a treatment program near enough to be told of enrollment exists, if it is one."""
    near = recipient.kind == "treatment_program" and recipient.miles_away is not None and recipient.miles_away <= REGISTRY_MILES
    return recipient.established_on if near else None


def _justice_may_be_told(recipient: Recipient, kind: str) -> bool:
    """Say whether courts, police and probation may be told on a consent of this kind; others are told nothing meant for them alone."""
    return kind in JUSTICE_KINDS if recipient.kind == JUSTICE else kind != CJ_REFERRAL


def _lacking(recipient: Recipient, purpose: str, categories: frozenset[str], consent: ConsentFacts) -> tuple[str, ...]:
    """Return everything for want of which this consent does not carry the request."""
    paper = consent.paper
    conditions = (
        (consent.state == "active", consent.state if consent.state in {"revoked", "expired", "superseded"} else "not_active"),
        (consent.state == "expired" or not has_ended(consent), "expired"),
        (not consent.known_false, "known_false"),
        (paper.signed_on is None or paper.signed_on <= consent.today, "not_signed_yet"),
        (_is_recipient(recipient, consent), "recipient"),
        (_justice_may_be_told(recipient, paper.kind), "justice"),
        (purpose in paper.purposes and purpose in KINDS[paper.kind].purposes, "purpose"),
        (not (consent.opted_out and purpose == "fundraising"), "opted_out"),
        (categories.issubset(paper.categories) and bool(categories), "category"),
    )
    return tuple(name for holds, name in conditions if not holds) or ("deficient",)


def has_ended(consent: ConsentFacts) -> bool:
    """Say whether date or event has come with which this consent ends; the end of treatment and of enrollment are known here."""
    paper = consent.paper
    if paper.valid_until is not None and paper.valid_until <= consent.today:
        return True
    return consent.treatment_ended and paper.ends_with.strip().lower() in {END_OF_TREATMENT, END_OF_ENROLLMENT}


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
        f"Consent {consent.id}, signed {paper.signed_on}, {until}, {_revocable(consent)}."
        f" Purpose: {', '.join(paper.purposes)}. Information: {', '.join(paper.categories)}. In words: {paper.description}"
    )


def _revocable(consent: ConsentFacts) -> str:
    """Return when the person can take the consent back; one for the justice system says itself when (42 CFR 2.35(c))."""
    paper = consent.paper
    if paper.kind != CJ_REFERRAL:
        return "revocable at any time"
    after = paper.revocable_after.isoformat() if paper.revocable_after else "the event that it names"
    return f"revocable after {after}, only for monitoring the conditional release"
