"""Decide what a written consent must hold, each kind in its own way (42 CFR 2.31, 2.34-2.36, 2.52)."""

from collections.abc import Iterable, Sequence
from datetime import date

from patients.consent.rules.kinds import (
    ADULT_EVERYWHERE,
    ADULT_IN_MOST_STATES,
    CJ_REFERRAL,
    CLASSES_IN,
    END_OF_ENROLLMENT,
    ENDLESS,
    JUSTICE,
    JUSTICE_KINDS,
    KINDS,
    NO_END,
    OF_THE_DEAD,
    PDMP,
    REGISTRY,
    REGISTRY_RECIPIENTS,
    TPO,
    TPO_PURPOSES,
)
from patients.consent.rules.papers import Missing, Paper, Recipient

BOUND_BY_HIPAA = frozenset({"covered_entity", "business_associate"})
"""Recipients for whom the consent must say that they may redisclose (42 CFR 2.31(a)(4)(iii))."""

BOUND_CLASSES = frozenset({"treating_providers", "health_plans"})
"""Classes among whom somebody is bound by HIPAA."""

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
    """Return every element that this paper lacks, or in which it contradicts itself."""
    there = (
        recipients or paper.recipient_classes or paper.later_programs,
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
    return [
        *missing,
        *_dates_that_cannot_be(paper, today),
        *_what_does_not_fit_its_kind(paper),
        *_what_its_kind_lacks(paper),
        *_what_its_recipients_ask(paper, recipients),
    ]


def _named(element: str, source: str, holds: object) -> list[Missing]:
    """Return this element if it is wanting."""
    return [Missing(element, source)] if holds else []


def _dates_that_cannot_be(paper: Paper, today: date) -> list[Missing]:
    """Return what is wrong with the days of signing and ending."""
    missing = []
    if paper.signed_on is not None and paper.signed_on > today:
        missing.append(Missing("signed_on_later", "42 CFR 2.31(a)(9)"))
    if paper.valid_until is not None and paper.valid_until <= (paper.signed_on or today):
        missing.append(Missing("valid_until_past", "42 CFR 2.31(a)(7)"))
    return missing


def _what_does_not_fit_its_kind(paper: Paper) -> list[Missing]:
    """Return what cannot stand in a consent of this kind."""
    kind = KINDS.get(paper.kind)
    if kind is None:
        return [Missing("kind", "42 CFR 2.31")]
    missing = _named(f"purposes_{paper.kind}", kind.purposes_source, not kind.purposes.issuperset(paper.purposes))
    missing += _named(f"categories_{paper.kind}", kind.categories_source, not kind.categories.issuperset(paper.categories))
    missing += _named("recipient_classes_kind", "42 CFR 2.31(a)(4)(i)", paper.recipient_classes and paper.kind not in CLASSES_IN)
    if paper.valid_until is None and paper.ends_with.strip().lower() == NO_END and paper.kind not in ENDLESS:
        missing.append(Missing("ends_with_none", "42 CFR 2.31(a)(7)"))
    return missing


def _what_its_kind_lacks(paper: Paper) -> list[Missing]:
    """Return the statements and facts that a consent of this kind lacks."""
    missing = []
    if paper.kind == TPO:
        missing += _named("redisclosure_statement", "42 CFR 2.31(a)(10)(i)", not paper.redisclosure_statement)
        missing += _named("refusal_statement", "42 CFR 2.31(a)(10)(ii)", not paper.refusal_statement)
    if paper.kind == CJ_REFERRAL:
        missing += _what_a_referral_by_justice_lacks(paper)
    if paper.kind == REGISTRY:
        ends = paper.ends_with.strip().lower() == END_OF_ENROLLMENT
        missing += _named("ends_with_enrollment", "42 CFR 2.34(b)", not ends)
    if "patient_request" in paper.purposes:
        missing += _named("initiated_by_patient", "42 CFR 2.31(a)(5)(i)", not paper.initiated_by_patient)
    if "fundraising" in paper.purposes:
        missing += _named("fundraising_statement", "42 CFR 2.31(a)(5)(iii)", not paper.fundraising_statement)
    return missing


def _what_a_referral_by_justice_lacks(paper: Paper) -> list[Missing]:
    """Return what the consent of somebody in treatment as a condition must state (42 CFR 2.35(b)-(c))."""
    missing = _named("period_end", "42 CFR 2.35(b)", paper.valid_until is None and bool(paper.ends_with))
    missing += _named("revocable_after", "42 CFR 2.35(c)", paper.revocable_after is None and not paper.revocable_event)
    never = paper.revocable_after is not None and paper.valid_until is not None and paper.revocable_after > paper.valid_until
    return missing + _named("revocable_never", "42 CFR 2.35(c)", never and not paper.revocable_event)


def _what_its_recipients_ask(paper: Paper, recipients: Sequence[Recipient]) -> list[Missing]:
    """Return what these recipients make necessary."""
    missing = _who_cannot_be_named(paper, recipients)
    named = [recipient for recipient in recipients if recipient.part == "recipient"]
    bare = any(recipient.is_intermediary for recipient in named) and not (paper.names_participants or paper.designation)
    missing += _named("participants", "42 CFR 2.31(a)(4)(ii)", bare)
    alone = len(named) < len(recipients) and not any(recipient.is_intermediary for recipient in named)
    missing += _named("intermediary", "42 CFR 2.31(a)(4)(ii)", alone)
    said = paper.redisclosure_statement if paper.hipaa_statement is None else paper.hipaa_statement
    if not said and not TPO_PURPOSES.isdisjoint(paper.purposes) and _is_bound(paper, recipients):
        if paper.hipaa_statement is not None:
            missing.append(Missing("hipaa_statement", "42 CFR 2.31(a)(4)(iii)"))
        elif paper.kind != TPO:
            missing.append(Missing("redisclosure_statement", "42 CFR 2.31(a)(4)(iii)"))
    return missing


def _is_bound(paper: Paper, recipients: Iterable[Recipient]) -> bool:
    """Say whether somebody among the recipients may redisclose as HIPAA permits."""
    return any(recipient.hipaa_role in BOUND_BY_HIPAA for recipient in recipients) or not BOUND_CLASSES.isdisjoint(paper.recipient_classes)


def _who_cannot_be_named(paper: Paper, recipients: Sequence[Recipient]) -> list[Missing]:
    """Return what is wrong with whom a consent of this kind names."""
    kinds = {recipient.kind for recipient in recipients}
    missing = _named("justice", "42 CFR 2.31(d), 2.35", JUSTICE in kinds and paper.kind not in JUSTICE_KINDS)
    if paper.kind == CJ_REFERRAL:
        missing += _named("monitors", "42 CFR 2.35(a)", kinds - {JUSTICE})
    if paper.kind == REGISTRY:
        missing += _named("registries", "42 CFR 2.34(a)", kinds - REGISTRY_RECIPIENTS)
        missing += _named("addresses", "42 CFR 2.34(a)(3)", any(not recipient.has_address for recipient in recipients))
    if paper.kind == PDMP:
        missing += _named("monitoring_program", "42 CFR 2.36", kinds - {PDMP})
    return missing


def what_a_representative_lacks(relationship: object, authority: object) -> list[Missing]:
    """Return the authority that a personal representative does not name (42 CFR 2.14(b), 2.15; 45 CFR 164.502(g)).

    It is asked when a consent is recorded or confirmed; one that was signed before we asked goes on.
    """
    return _named("signer_authority", "42 CFR 2.14, 2.15", relationship == "personal_representative" and not authority)


def what_the_signer_cannot_be(
    relationship: object, *, signed_on: date | None, born_on: date | None, died_on: date | None, authority: object = ""
) -> list[Missing]:
    """Return what contradicts what is known of the person (42 CFR 2.14, 2.15): who signs is no parent of an adult, not dead, not unborn."""
    if signed_on is None:
        return []
    missing = _named("signed_before_birth", "42 CFR 2.31(a)(9)", born_on is not None and signed_on < born_on)
    if relationship == "minor_representative" and born_on is not None and _age(born_on, signed_on) >= ADULT_EVERYWHERE:
        missing.append(Missing("signer_of_adult", "42 CFR 2.14"))
    if relationship == "patient" and died_on is not None and died_on < signed_on:
        missing.append(Missing("signer_dead", "42 CFR 2.15(b)"))
    return missing + _named("authority_while_alive", "42 CFR 2.15(b)", authority in OF_THE_DEAD and died_on is None)


def doubts_about_the_signer(relationship: object, *, signed_on: date, born_on: date | None) -> list[str]:
    """Return what state law decides and somebody should look at: minors who sign alone, parents of people who may be grown up."""
    age = None if born_on is None else _age(born_on, signed_on)
    if age is None or age >= ADULT_EVERYWHERE:
        return []
    if relationship == "minor_representative" and age >= ADULT_IN_MOST_STATES:
        return ["may_be_adult"]
    return ["minor_alone"] if relationship == "patient" and age < ADULT_IN_MOST_STATES else []


def _age(born_on: date, day: date) -> int:
    """Return the age in whole years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
