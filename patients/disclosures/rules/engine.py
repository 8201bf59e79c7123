"""Decide whether something may be told, and explain it: the one rule that every way out asks (42 CFR part 2, subparts B to E)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from patients.consent.rules import ConsentFacts, Recipient, consent_carrying, redisclosure_of, scope_of
from patients.disclosures.rules.bases import (
    COUNSELING_NOTES,
    ORDER_SOURCE,
    Agreement,
    AuditFacts,
    BasisFacts,
    CourtOrderFacts,
    EmergencyFacts,
    ReportFacts,
    ResearchFacts,
    Why,
    agreement_carrying,
    audit_lacks,
    court_order_does_not_reach,
    court_order_lacks,
    emergency_does_not_reach,
    emergency_lacks,
    qsoa_lacks,
    report_lacks,
    research_lacks,
)
from patients.restrictions.rules import TREATMENT_PAYMENT_OPERATIONS, RestrictionFacts, restricts, touches

CONSENT, EMERGENCY, QSOA, AUDIT, RESEARCH = "consent", "emergency", "qsoa", "audit", "research"
COURT_ORDER, CHILD_ABUSE, CRIME = "court_order", "child_abuse", "crime"
BASES = (CONSENT, EMERGENCY, QSOA, AUDIT, RESEARCH, COURT_ORDER, CHILD_ABUSE, CRIME)

JUSTICE = "justice"
PERSON = "person"
"""The kind of a recipient who is no organization but somebody around the person; their key is none of an organization."""

FOR_PROCEEDINGS, FOR_MONITORING = "proceedings", "justice_monitoring"
KIND_FOR_PROCEEDINGS, KIND_FOR_MONITORING = "proceedings", "cj_referral"
KIND_FOR_COUNSELING_NOTES = "counseling_notes"
DEATH_SOURCE = "42 CFR 2.15(b)"
PROCEEDINGS_SOURCE = "42 CFR 2.12(d)(1), 2.31(d)"

ASKED_BY_NAME = frozenset({"trauma", "legal", "partner_violence", "infections", "pregnancy"})
"""Parts of the record that no service agreement opens: they leave only where they are named."""

_FACTS: dict[str, tuple[type[BasisFacts], str, str]] = {
    EMERGENCY: (EmergencyFacts, "no_emergency", "42 CFR 2.51"),
    AUDIT: (AuditFacts, "no_audit", "42 CFR 2.53"),
    RESEARCH: (ResearchFacts, "no_research", "42 CFR 2.52"),
    COURT_ORDER: (CourtOrderFacts, "no_court_order", ORDER_SOURCE),
    CHILD_ABUSE: (ReportFacts, "no_report", "42 CFR 2.12(c)(6)"),
    CRIME: (ReportFacts, "no_report", "42 CFR 2.12(c)(5)"),
}

_SHORTFALL_SOURCE = {
    "purpose": "42 CFR 2.31(a)(5)",
    "recipient": "42 CFR 2.31(a)(4)",
    "category": "42 CFR 2.13(a), 2.31(a)(3)",
    "justice": PROCEEDINGS_SOURCE,
    "no_consent": "42 CFR 2.13(a), 2.31",
}


class Question(NamedTuple):
    """Ask whether somebody may be told something now, and on which basis."""

    recipient: Recipient
    purpose: str
    categories: frozenset[str]
    today: date
    basis: str = CONSENT
    facts_of_basis: BasisFacts | None = None
    consents: Sequence[ConsentFacts] = ()
    restrictions: Sequence[RestrictionFacts] = ()
    agreements: Sequence[Agreement] = ()
    for_proceeding: bool = False
    patient_id: int | None = None
    program_id: int | None = None
    records_since: date | None = None
    """The day before which nothing that is to be told was recorded, where somebody knows it."""
    died_on: date | None = None
    """The day on which the person died."""


class Verdict(NamedTuple):
    """Say whether it may be told, on what, or for want of what."""

    allowed: bool
    basis: str
    consent_id: int | None = None
    reasons: tuple[Why, ...] = ()
    reference: str = ""
    """What it rests on, as “table:key”."""
    overrides: tuple[int, ...] = ()
    """Restrictions over which an emergency goes; whoever is told must be asked to keep it to themselves (42 CFR 2.26(a)(4))."""


def may_disclose(question: Question) -> Verdict:
    """Decide whether something may be told to somebody for a purpose at this moment, on this basis."""
    if question.basis not in BASES:
        return Verdict(False, question.basis, reasons=(Why("unknown_basis", "42 CFR 2.13(a)"),))
    if question.basis == CONSENT:
        return _on_consent(question)
    reasons = (*_what_no_basis_opens(question), *_what_the_basis_lacks(question))
    restricted = _restricting(question) if question.basis == QSOA else []
    reasons += tuple(_restriction(one) for one in restricted[:1])
    if reasons:
        return Verdict(False, question.basis, reasons=reasons, reference=reference_of(question))
    overridden = [one.id for one in question.restrictions if touches(one, question.categories)] if question.basis == EMERGENCY else []
    return Verdict(True, question.basis, reference=reference_of(question), overrides=tuple(overridden))


def is_for_proceeding(question: Question) -> bool:
    """Say whether what is told could be used against the person; with courts and police it always could (42 CFR 2.12(d)(1))."""
    return question.for_proceeding or question.purpose == FOR_PROCEEDINGS or question.recipient.kind == JUSTICE


def _on_consent(question: Question) -> Verdict:
    """Decide on the consents: each looked at anew, those of the wrong kind and those under a restriction laid aside (42 CFR 2.31(c))."""
    if question.died_on is not None and question.consents:
        after = [consent for consent in question.consents if _is_given_after(question.died_on, consent)]
        if not after:
            return Verdict(False, CONSENT, None, (Why("died", DEATH_SOURCE),))
        question = question._replace(consents=after)
    fitting = [consent for consent in question.consents if _fits(question, consent)]
    restricted = _restricting(question)
    open_to_it = [consent for consent in fitting if all(one.program_id != consent.program_id for one in restricted)]
    decision = consent_carrying(question.recipient, question.purpose, question.categories, open_to_it)
    if decision.allowed and question.categories:
        return Verdict(True, CONSENT, decision.consent_id, reference=f"patients.consent:{decision.consent_id}")
    without = consent_carrying(question.recipient, question.purpose, question.categories, fitting)
    if without.allowed:
        return Verdict(False, CONSENT, without.consent_id, tuple(_restriction(one) for one in restricted[:1]))
    if fitting or not question.consents:
        lacking = tuple(Why(code, _SHORTFALL_SOURCE.get(code, "42 CFR 2.31(c)")) for code in without.lacking)
        return Verdict(False, CONSENT, without.consent_id, lacking + _proceeding_reason(question, lacking))
    return Verdict(False, CONSENT, None, (_needs_its_own_kind(question),))


def _is_given_after(died_on: date, consent: ConsentFacts) -> bool:
    """Say whether a consent was signed after the person died: by a representative, the spouse or family, and by nobody before."""
    signed_on = consent.paper.signed_on
    return signed_on is not None and signed_on > died_on


def _fits(question: Question, consent: ConsentFacts) -> bool:
    """Say whether a consent is of the kind that this request needs; three kinds open nothing but their own matter."""
    kind = consent.paper.kind
    if COUNSELING_NOTES in question.categories:
        return kind == KIND_FOR_COUNSELING_NOTES and not is_for_proceeding(question)
    if is_for_proceeding(question):
        monitoring = kind == KIND_FOR_MONITORING and question.recipient.kind == JUSTICE and question.purpose == FOR_MONITORING
        return kind == KIND_FOR_PROCEEDINGS or (monitoring and not question.for_proceeding)
    return True


def _needs_its_own_kind(question: Question) -> Why:
    """Name the kind of consent that is asked for and not there."""
    if is_for_proceeding(question):
        return Why("proceedings", PROCEEDINGS_SOURCE)
    return Why("counseling_notes", "42 CFR 2.31(b)")


def _proceeding_reason(question: Question, lacking: Sequence[Why]) -> tuple[Why, ...]:
    """Say beside the want of any consent that an ordinary one would not do either."""
    bare = len(lacking) == 1 and lacking[0].code == "no_consent"
    return (Why("proceedings", PROCEEDINGS_SOURCE),) if bare and is_for_proceeding(question) else ()


def _restricting(question: Question) -> list[RestrictionFacts]:
    """Return the restrictions that stand against this request (42 CFR 2.26)."""
    return [
        one
        for one in question.restrictions
        if question.program_id in (None, one.program_id)
        and restricts(
            one,
            recipient_id=None if question.recipient.kind == PERSON else question.recipient.id,
            recipient_kind=question.recipient.kind,
            purpose=question.purpose,
            categories=question.categories,
            records_since=question.records_since,
        )
    ]


def _restriction(restriction: RestrictionFacts) -> Why:
    """Name what the person asked for, and whether the law itself binds to it."""
    if restriction.paid_in_full:
        return Why("restricted_paid_in_full", "42 CFR 2.26(a)(6), 45 CFR 164.522(a)(1)(vi)")
    return Why("restricted", "42 CFR 2.26(a)(3)")


def _what_no_basis_opens(question: Question) -> Iterator[Why]:
    """Yield what stands against the request whatever its basis says."""
    report = question.basis in (CHILD_ABUSE, CRIME)
    if not question.categories and not report:
        yield Why("category", "42 CFR 2.13(a)")
    if is_for_proceeding(question) and question.basis != COURT_ORDER and not (report and not question.for_proceeding):
        yield Why("proceedings", PROCEEDINGS_SOURCE)
    if COUNSELING_NOTES in question.categories and not _opens_counseling_notes(question):
        yield Why("counseling_notes", "42 CFR 2.31(b)")


def _opens_counseling_notes(question: Question) -> bool:
    """Say whether a basis is one of the listed exceptions; whether it reaches so far is asked of the basis itself (42 CFR 2.31(b)(1))."""
    facts = question.facts_of_basis
    return question.basis == COURT_ORDER or (isinstance(facts, AuditFacts) and facts.oversees_originator)


def _what_the_basis_lacks(question: Question) -> Iterator[Why]:
    """Yield every fact of the basis that is not there."""
    if question.basis == QSOA:
        yield from qsoa_lacks(question.agreements, question.today)
        if question.purpose not in TREATMENT_PAYMENT_OPERATIONS:
            yield Why("agreement_purpose", "42 CFR 2.11")
        if not ASKED_BY_NAME.isdisjoint(question.categories):
            yield Why("basis_category", "42 CFR 2.13(a)")
        return
    wanted, absent, source = _FACTS[question.basis]
    facts = question.facts_of_basis
    if not isinstance(facts, wanted):
        yield Why(absent, source)
    else:
        yield from _lacks(question, facts)


def _lacks(question: Question, facts: BasisFacts) -> Iterator[Why]:
    """Yield what these facts lack for this request."""
    recipient = question.recipient.id or None
    if isinstance(facts, EmergencyFacts):
        yield from emergency_lacks(facts)
        yield from emergency_does_not_reach(facts, recipient, question.categories)
    elif isinstance(facts, AuditFacts):
        yield from audit_lacks(facts, recipient, question.categories, question.today)
    elif isinstance(facts, ResearchFacts):
        yield from research_lacks(facts, recipient, question.categories, question.today)
    elif isinstance(facts, CourtOrderFacts):
        yield from court_order_lacks(facts, question.today)
        yield from court_order_does_not_reach(facts, recipient, question.categories)
        if facts.patient_id != question.patient_id:
            yield Why("order_person", ORDER_SOURCE)
    else:
        yield from report_lacks(question.basis, facts, question.categories)


def reference_of(question: Question) -> str:
    """Return what a basis other than consent rests on."""
    if question.basis == QSOA:
        agreement = agreement_carrying(question.agreements, question.today)
        return f"casemgr.agreement:{agreement.id}" if agreement else ""
    return question.facts_of_basis.reference if question.facts_of_basis else ""


_REDISCLOSURE = {
    EMERGENCY: "under_part2",
    QSOA: "for_the_service",
    AUDIT: "for_the_audit",
    RESEARCH: "for_the_research",
    COURT_ORDER: "as_ordered",
    CHILD_ABUSE: "report_only",
    CRIME: "report_only",
}


def redisclosure_on(basis: str, recipient: Recipient, kind: str = "") -> str:
    """Return what the recipient may do with what it was told (42 CFR 2.12(d)(2), 2.33(b), 2.52(b), 2.53)."""
    return _REDISCLOSURE[basis] if basis in _REDISCLOSURE else redisclosure_of(kind, recipient)


_SCOPE = {
    EMERGENCY: "Told in a medical emergency without consent (42 CFR 2.51), for treating it and nothing else.",
    QSOA: "Told to a service organization under its agreement (42 CFR 2.11, 2.12(c)(4)), for the service agreed and nothing else.",
    AUDIT: "Told for an audit or evaluation (42 CFR 2.53), to be used for it and nothing else; then destroyed or given back.",
    RESEARCH: "Told for research (42 CFR 2.52); it may go back to the program only, and be reported only in sum.",
    COURT_ORDER: "Told on a court order (42 CFR 2.61-2.67), as far as the order goes and no further.",
    CHILD_ABUSE: "A report of suspected child abuse or neglect (42 CFR 2.12(c)(6)). The records themselves stay protected.",
    CRIME: "A report of a crime on the premises or against staff (42 CFR 2.12(c)(5)). The records themselves stay protected.",
}


def scope_on(verdict: Verdict, categories: frozenset[str], consent: ConsentFacts | None = None) -> str:
    """Explain how far the basis reaches, for whoever receives something on it (42 CFR 2.32(b))."""
    if consent is not None:
        return scope_of(consent)
    information = f" Information: {', '.join(sorted(categories))}." if categories else ""
    return f"{_SCOPE[verdict.basis]}{information}"
