"""Say which facts each basis other than a consent needs, and name those that are missing: these and nothing more."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

EMERGENCY_SOURCE = "42 CFR 2.51"
FOUR_FACTS = "42 CFR 2.51(c)"
QSO_SOURCE = "42 CFR 2.11, 2.12(c)(4)"
AUDIT_SOURCE = "42 CFR 2.53"
RESEARCH_SOURCE = "42 CFR 2.52"
ORDER_SOURCE = "42 CFR 2.61-2.67"
CRIME_SOURCE = "42 CFR 2.12(c)(5)"
CHILD_ABUSE_SOURCE = "42 CFR 2.12(c)(6)"

COUNSELING_NOTES = "counseling_notes"

MEDICAL_PERSONNEL = frozenset({"doctor", "nurse", "ambulance", "pharmacist", "other_medical"})
"""Who may be told in a medical emergency: medical personnel, and nobody else (42 CFR 2.51(a))."""

FDA, FDA_NAME = "fda", "Food and Drug Administration"
FDA_CATEGORIES = frozenset({"demographics", "contact", "medications"})
"""What the FDA needs in order to warn people or their physicians of a product (42 CFR 2.51(b)). The list is program policy."""

FINDINGS: dict[str, tuple[str, ...]] = {
    "civil": ("no_other_way", "need_outweighs_harm"),
    "criminal": ("extremely_serious", "substantial_value", "no_other_way", "need_outweighs_harm", "own_counsel"),
    "program": ("no_other_way", "need_outweighs_harm"),
    "undercover": ("reason_to_believe", "no_other_way", "need_outweighs_harm"),
}
"""What a court must have found, by what the order is for (42 CFR 2.64(d), 2.65(d), 2.66(c), 2.67(c))."""

ORDER_PARAGRAPH = {"civil": "42 CFR 2.64", "criminal": "42 CFR 2.65", "program": "42 CFR 2.66", "undercover": "42 CFR 2.67"}

NOTICE_OWED_TO = {
    "civil": "42 CFR 2.64(b)",
    "criminal": "42 CFR 2.65(b)",
    "program": "42 CFR 2.66(b)",
    "undercover": "42 CFR 2.67(b)",
}
"""Where it stands who must have had notice and a chance to be heard."""

CRIME_FIELDS = frozenset({"incident", "patient_status", "name", "address", "last_whereabouts"})
"""All that may be told of a crime on the premises or against staff (42 CFR 2.12(c)(5)(ii))."""

CHILD_ABUSE_FIELDS = frozenset({"incident", "child", "name", "address"})
"""What the report of suspected child abuse itself holds; the records stay protected (42 CFR 2.12(c)(6)). The list is program policy."""

REPORT_FIELDS = {"crime": CRIME_FIELDS, "child_abuse": CHILD_ABUSE_FIELDS}


class Why(NamedTuple):
    """Name one reason, and the rule that asks for it."""

    code: str
    source: str
    field: str = ""


class Agreement(Protocol):
    """Know of an agreement with an organization what the rule asks for."""

    @property
    def id(self) -> int:
        """Return its key."""

    @property
    def kind(self) -> str:
        """Return what binds the organization."""

    @property
    def signed_on(self) -> date:
        """Return the day it was signed."""

    @property
    def expires_on(self) -> date | None:
        """Return its last day, or nothing when it has none."""

    @property
    def resists_proceedings(self) -> bool:
        """Say whether it promises to resist efforts to get the records (42 CFR 2.11)."""


class EmergencyFacts(NamedTuple):
    """Hold the four facts of 42 CFR 2.51(c), who the medical personnel are, and why no consent could be had."""

    reference: str
    kind: str
    """“medical” (2.51(a)) or “fda” (2.51(b))."""
    profession: str
    recipient_name: str
    recipient_facility: str
    disclosed_by: str
    disclosed_at: datetime | None
    nature: str
    no_consent_because: str
    categories: Sequence[str]
    organization_id: int | None = None
    product: str = ""
    fda_asserts: bool = False


class AuditFacts(NamedTuple):
    """Hold who audits on what authority, and what binds whoever takes copies away (42 CFR 2.53)."""

    reference: str
    organization_id: int | None
    auditor: str
    authority: str
    categories: Sequence[str]
    begins_on: date
    ends_on: date
    """The last day of the audit."""
    copies_leave: bool
    agreed_on: date | None
    destroy_by: date | None
    oversees_originator: bool = False
    ended: bool = False


class ResearchFacts(NamedTuple):
    """Hold the approval on which research may be told (42 CFR 2.52)."""

    reference: str
    organization_id: int | None
    approval_kind: str
    approval_reference: str
    researcher: str
    categories: Sequence[str]
    approved_on: date | None
    ends_on: date | None
    ended: bool = False


class CourtOrderFacts(NamedTuple):
    """Hold what a court ordered, found and limited, and what compels (42 CFR 2.61-2.67)."""

    reference: str
    patient_id: int | None
    organization_id: int | None
    kind: str
    court: str
    has_case_number: bool
    ordered_on: date | None
    findings: Sequence[str]
    notice_given: bool
    scope: Sequence[str]
    subpoena: str
    covers_counseling_notes: bool
    ends_on: date | None = None
    ended: bool = False


class ReportFacts(NamedTuple):
    """Hold a report that the law lets through without consent: to whom, of what, and which facts it names."""

    reference: str
    authority: str
    incident: str
    fields: Sequence[str]


BasisFacts = EmergencyFacts | AuditFacts | ResearchFacts | CourtOrderFacts | ReportFacts


def emergency_lacks(facts: EmergencyFacts) -> Iterator[Why]:
    """Yield which of the facts of an emergency are missing (42 CFR 2.51)."""
    conditions = (
        (facts.recipient_name.strip(), Why("emergency_recipient", FOUR_FACTS + "(1)", "recipient_name")),
        (facts.recipient_facility.strip(), Why("emergency_facility", FOUR_FACTS + "(1)", "recipient_facility")),
        (facts.disclosed_by.strip(), Why("emergency_discloser", FOUR_FACTS + "(2)", "disclosed_by")),
        (facts.disclosed_at is not None, Why("emergency_moment", FOUR_FACTS + "(3)", "disclosed_at")),
        (facts.nature.strip(), Why("emergency_nature", FOUR_FACTS + "(4)", "nature")),
    )
    yield from (why for holds, why in conditions if not holds)
    yield from _fda_lacks(facts) if facts.kind == FDA else _medical_emergency_lacks(facts)


def _medical_emergency_lacks(facts: EmergencyFacts) -> Iterator[Why]:
    """Yield for want of what nobody is told in a medical emergency: medical personnel, and a reason why no consent could be had."""
    if facts.profession not in MEDICAL_PERSONNEL:
        yield Why("emergency_personnel", EMERGENCY_SOURCE + "(a)", "profession")
    if not facts.no_consent_because:
        yield Why("emergency_no_consent", EMERGENCY_SOURCE + "(a)", "no_consent_because")


def _fda_lacks(facts: EmergencyFacts) -> Iterator[Why]:
    """Yield for want of what the FDA is not told: it alone, of a product, to warn patients or their physicians (42 CFR 2.51(b))."""
    source = EMERGENCY_SOURCE + "(b)"
    itself = facts.profession == FDA and facts.recipient_facility == FDA_NAME and facts.organization_id is None
    conditions = (
        (itself, Why("fda_recipient", source, "recipient_facility")),
        (facts.product.strip(), Why("fda_product", source, "product")),
        (facts.fda_asserts, Why("fda_asserts", source, "fda_asserts")),
        (FDA_CATEGORIES.issuperset(facts.categories), Why("fda_category", source, "categories")),
    )
    yield from (why for holds, why in conditions if not holds)


def emergency_does_not_reach(facts: EmergencyFacts, recipient_id: int | None, categories: frozenset[str]) -> Iterator[Why]:
    """Yield in what a request goes beyond what was written down of the emergency: whom it names, and what was to be told."""
    if facts.organization_id != recipient_id:
        yield Why("basis_recipient", EMERGENCY_SOURCE)
    if not categories <= set(facts.categories):
        yield Why("basis_category", "42 CFR 2.13(a)")


def qsoa_lacks(agreements: Sequence[Agreement], today: date) -> Iterator[Why]:
    """Yield why no agreement lets a service organization be told (42 CFR 2.11, 2.12(c)(4))."""
    if not any(is_live(agreement, today) for agreement in agreements):
        yield Why("no_agreement", QSO_SOURCE)
    elif agreement_carrying(agreements, today) is None:
        yield Why("agreement_does_not_resist", QSO_SOURCE)


def agreement_carrying(agreements: Sequence[Agreement], today: date) -> Agreement | None:
    """Return the agreement on which a service organization may be told: a business associate's, or one that resists proceedings."""
    live = [agreement for agreement in agreements if is_live(agreement, today)]
    return next((agreement for agreement in live if agreement.kind == "baa" or agreement.resists_proceedings), None)


def is_live(agreement: Agreement, today: date) -> bool:
    """Say whether an agreement is in force on a day, and of a kind that the rule knows."""
    ended = agreement.expires_on is not None and agreement.expires_on <= today
    return agreement.kind in {"qsoa", "baa"} and agreement.signed_on <= today and not ended


def audit_lacks(facts: AuditFacts, recipient_id: int | None, categories: frozenset[str], today: date) -> Iterator[Why]:
    """Yield what an audit or evaluation lacks (42 CFR 2.53)."""
    if facts.organization_id != recipient_id:
        yield Why("basis_recipient", AUDIT_SOURCE)
    if not facts.auditor.strip():
        yield Why("audit_who", AUDIT_SOURCE, "auditor")
    if not facts.authority:
        yield Why("audit_authority", AUDIT_SOURCE, "authority")
    if facts.ended or not facts.begins_on <= today <= facts.ends_on:
        yield Why("audit_period", AUDIT_SOURCE)
    if facts.copies_leave and facts.agreed_on is None:
        yield Why("audit_agreement", AUDIT_SOURCE + "(c)", "agreed_on")
    if facts.copies_leave and facts.destroy_by is None:
        yield Why("audit_destroy_by", AUDIT_SOURCE + "(c)", "destroy_by")
    if not categories <= set(facts.categories):
        yield Why("basis_category", "42 CFR 2.13(a)")


def research_lacks(facts: ResearchFacts, recipient_id: int | None, categories: frozenset[str], today: date) -> Iterator[Why]:
    """Yield what research lacks (42 CFR 2.52)."""
    if facts.organization_id != recipient_id:
        yield Why("basis_recipient", RESEARCH_SOURCE)
    if not facts.approval_kind or not facts.approval_reference.strip() or facts.approved_on is None:
        yield Why("research_approval", RESEARCH_SOURCE + "(a)", "approval_reference")
    elif facts.approved_on > today:
        yield Why("research_approval", RESEARCH_SOURCE + "(a)", "approved_on")
    if not facts.researcher.strip():
        yield Why("research_who", RESEARCH_SOURCE + "(b)", "researcher")
    if facts.ended or (facts.ends_on is not None and facts.ends_on < today):
        yield Why("research_over", RESEARCH_SOURCE)
    if not categories <= set(facts.categories):
        yield Why("basis_category", "42 CFR 2.13(a)")


def court_order_lacks(facts: CourtOrderFacts, today: date) -> Iterator[Why]:
    """Yield every element for want of which a court order opens nothing; a subpoena alone never does (42 CFR 2.61-2.67)."""
    paragraph = ORDER_PARAGRAPH.get(facts.kind, ORDER_SOURCE)
    over = facts.ended or (facts.ends_on is not None and facts.ends_on < today)
    conditions = (
        (facts.kind in FINDINGS, Why("order_kind", ORDER_SOURCE, "kind")),
        (facts.court.strip(), Why("order_court", paragraph, "court")),
        (facts.has_case_number, Why("order_case", paragraph, "case_number")),
        (facts.ordered_on is not None and facts.ordered_on <= today, Why("order_date", paragraph, "ordered_on")),
        (set(FINDINGS.get(facts.kind, ())) <= set(facts.findings), Why("order_findings", paragraph, "findings")),
        (facts.notice_given, Why("order_notice", NOTICE_OWED_TO.get(facts.kind, ORDER_SOURCE), "notice_given")),
        (facts.scope, Why("order_scope", paragraph, "scope")),
        (facts.subpoena.strip(), Why("order_subpoena", "42 CFR 2.61", "subpoena")),
        (not over, Why("order_over", paragraph)),
    )
    yield from (why for holds, why in conditions if not holds)


def court_order_does_not_reach(facts: CourtOrderFacts, recipient_id: int | None, categories: frozenset[str]) -> Iterator[Why]:
    """Yield in what a request goes beyond the order: its recipient, its scope, what was told to a counselor in confidence."""
    if facts.organization_id != recipient_id:
        yield Why("basis_recipient", ORDER_SOURCE)
    if COUNSELING_NOTES in categories and not facts.covers_counseling_notes:
        yield Why("order_counseling_notes", "42 CFR 2.31(b)(1), 2.63")
    if not categories - {COUNSELING_NOTES} <= set(facts.scope):
        yield Why("basis_category", "42 CFR 2.13(a)")


def report_lacks(basis: str, facts: ReportFacts, categories: frozenset[str]) -> Iterator[Why]:
    """Yield what a report lacks, or holds beyond what the law lets through (42 CFR 2.12(c)(5)-(6))."""
    source = CRIME_SOURCE if basis == "crime" else CHILD_ABUSE_SOURCE
    if not facts.authority.strip():
        yield Why("report_authority", source, "authority")
    if not facts.incident.strip():
        yield Why("report_incident", source, "incident")
    if categories or not set(facts.fields) <= REPORT_FIELDS[basis]:
        yield Why("report_fields", source, "fields")
