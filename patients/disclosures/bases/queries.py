"""Read the facts on which something is told without a consent, as they stand at this moment."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model

from casemgr.core.accounts.models import Program
from patients.disclosures.bases.models import AuditAccess, AuthorityReport, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.rules import AuditFacts, BasisFacts, CourtOrderFacts, EmergencyFacts, ReportFacts, ResearchFacts

BasisRow = EmergencyDisclosure | CourtOrder | AuditAccess | ResearchApproval | AuthorityReport


class Ground(NamedTuple):
    """Hold the facts of a basis and the program whose record it is about."""

    facts: BasisFacts
    program: Program


def ground_of(row: BasisRow, *, hold: bool = False) -> Ground:
    """Return the facts of a basis, read anew; with `hold` they stay as they are until the transaction ends.

    A report never changes, so nobody need hold it.
    """
    table = type(row)
    hold = hold and table is not AuthorityReport
    rows: Any = table._default_manager.select_related("program")
    found: Any = (rows.select_for_update(no_key=True, of=("self",)) if hold else rows).get(pk=row.pk)
    return Ground(_FACTS[table](found), found.program)


def _reference(row: Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def emergency_facts(row: EmergencyDisclosure) -> EmergencyFacts:
    """Return the facts of an emergency."""
    return EmergencyFacts(
        reference=_reference(row),
        kind=row.kind,
        profession=row.profession,
        recipient_name=row.recipient_name,
        recipient_facility=row.recipient_facility,
        disclosed_by=row.disclosed_by.full_name,
        disclosed_at=row.disclosed_at,
        nature=row.nature,
        no_consent_because=row.no_consent_because,
        categories=row.categories,
        organization_id=row.organization_id,
        product=row.product,
        fda_asserts=row.fda_asserts,
    )


def audit_facts(row: AuditAccess) -> AuditFacts:
    """Return the facts of an audit."""
    return AuditFacts(
        reference=_reference(row),
        organization_id=row.organization_id,
        auditor=row.auditor,
        authority=row.authority,
        categories=row.categories,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        copies_leave=row.copies_leave,
        agreed_on=row.agreed_on,
        destroy_by=row.destroy_by,
        oversees_originator=row.oversees_originator,
        ended=row.ended_at is not None,
    )


def research_facts(row: ResearchApproval) -> ResearchFacts:
    """Return the facts of an approved research."""
    return ResearchFacts(
        reference=_reference(row),
        organization_id=row.organization_id,
        approval_kind=row.approval_kind,
        approval_reference=row.approval_reference,
        researcher=row.researcher,
        categories=row.categories,
        approved_on=row.approved_on,
        ends_on=row.ends_on,
        ended=row.ended_at is not None,
    )


def court_order_facts(row: CourtOrder) -> CourtOrderFacts:
    """Return the facts of a court order; of the number of the case only that it is there."""
    return CourtOrderFacts(
        reference=_reference(row),
        patient_id=row.patient_id,
        organization_id=row.organization_id,
        kind=row.kind,
        court=row.court,
        has_case_number=bool(row.case_number),
        ordered_on=row.ordered_on,
        findings=row.findings,
        notice_given=row.notice_given,
        scope=row.categories,
        subpoena=row.subpoena,
        covers_counseling_notes=row.covers_counseling_notes,
        ends_on=row.ends_on,
        ended=row.ended_at is not None,
    )


def report_facts(row: AuthorityReport) -> ReportFacts:
    """Return the facts of a report."""
    return ReportFacts(reference=_reference(row), authority=row.authority, incident=row.incident, fields=row.fields)


_FACTS: dict[type[Model], Callable[[Any], BasisFacts]] = {
    EmergencyDisclosure: emergency_facts,
    AuditAccess: audit_facts,
    ResearchApproval: research_facts,
    CourtOrder: court_order_facts,
    AuthorityReport: report_facts,
}
