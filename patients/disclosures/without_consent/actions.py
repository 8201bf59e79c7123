"""Tell something without a consent, on the few grounds that the law knows, and keep the facts that each asks for."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.recording import start_clock, stop_clock
from casemgr.core.directory.models import Organization, OrganizationKind
from casemgr.core.refusals import Reason, Refused
from patients.disclosures.actions import Released, disclose
from patients.disclosures.bases.models import (
    AuditAccess,
    AuthorityReport,
    CourtOrder,
    EmergencyDisclosure,
    EmergencyKind,
    NoConsentBecause,
    Personnel,
    ReportKind,
    ResearchApproval,
)
from patients.disclosures.bases.queries import audit_facts, emergency_facts, research_facts
from patients.disclosures.models import Basis
from patients.disclosures.queries import reason_in_words
from patients.disclosures.rules import (
    FDA_NAME,
    EmergencyFacts,
    ReportFacts,
    Why,
    audit_lacks,
    emergency_lacks,
    report_lacks,
    research_lacks,
)
from patients.episodes.queries import programs_of
from patients.record.models import Patient

BY_WORD = "call"
"""The way by which something is told in a hurry: by word of mouth, on the telephone or at the bedside."""

HANDED_OVER = "hand"
"""The way by which papers go to a court or an authority."""


@action(Can.DISCLOSE_IN_EMERGENCY)
def disclose_in_emergency(
    *,
    patient: Patient,
    program: Program,
    recipient_name: str,
    recipient_facility: str,
    profession: str,
    nature: str,
    categories: Iterable[str],
    by: User,
    at: datetime,
    disclosed_at: datetime | None = None,
    organization: Organization | None = None,
    no_consent_because: str = NoConsentBecause.CANNOT_BE_HAD,
    product: str = "",
    fda_asserts: bool = False,
) -> EmergencyDisclosure:
    """Tell medical personnel what an emergency needs, with all four facts of 42 CFR 2.51(c) or not at all; somebody reviews it."""
    is_fda = profession == Personnel.FDA
    row = EmergencyDisclosure(
        patient=patient,
        program=program,
        kind=EmergencyKind.FDA if is_fda else EmergencyKind.MEDICAL,
        organization=organization,
        recipient_name=recipient_name.strip(),
        recipient_facility=_facility(recipient_facility.strip() or (organization.name if organization else ""), is_fda=is_fda),
        profession=profession,
        disclosed_by=by,
        disclosed_at=disclosed_at or at,
        nature=nature.strip(),
        no_consent_because="" if is_fda else no_consent_because,
        categories=sorted(set(categories)),
        product=product.strip() if is_fda else "",
        fda_asserts=is_fda and fda_asserts,
        recorded_at=at,
        recorded_by=by,
    )
    _refuse_what_an_emergency_lacks(emergency_facts(row), at)
    _refuse_a_stranger(patient, program)
    row.save()
    _tell(row, by, at)
    today = at.astimezone(program.zone).date()
    start_clock(kind="break_glass_review", program=program, subject=row, started_on=today, at=at, patient_id=patient.pk)
    return row


@action(Can.OVERSEE_PRIVACY)
def review_emergency(*, emergency: EmergencyDisclosure, review: str, by: User, at: datetime) -> EmergencyDisclosure:
    """Look over what was told in an emergency, once, by somebody who did not tell it."""
    row = EmergencyDisclosure.objects.select_for_update(of=("self",)).get(pk=emergency.pk)
    reasons = []
    if row.reviewed_at is not None:
        reasons.append(Reason(_("This was reviewed already."), code="reviewed"))
    if row.disclosed_by_id == by.pk:
        reasons.append(Reason(_("Somebody else must review what you told."), code="own"))
    if not review.strip():
        reasons.append(Reason(_("Write what the review found."), field="review", code="no_review"))
    if reasons:
        raise Refused(*reasons)
    row.reviewed_at, row.reviewed_by, row.review = at, by, review.strip()
    row.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    stop_clock(kind="break_glass_review", subject=row, at=at, outcome="reviewed")
    return row


@action(Can.DISCLOSE_ON_ORDER)
def record_court_order(
    *,
    patient: Patient,
    program: Program,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    kind: str = "",
    court: str = "",
    case_number: str = "",
    ordered_on: date | None = None,
    findings: Iterable[str] = (),
    notice_given: bool = False,
    categories: Iterable[str] = (),
    subpoena: str = "",
    covers_counseling_notes: bool = False,
    ends_on: date | None = None,
) -> CourtOrder:
    """Write down what came from a court; what it lacks is shown on its page, and as long as it lacks anything it opens nothing."""
    _refuse_a_stranger(patient, program)
    if not (court.strip() or subpoena.strip()):
        raise Refused(Reason(_("Write which court or whose subpoena it is."), field="court", code="nothing", source="42 CFR 2.61"))
    return CourtOrder.objects.create(
        patient=patient,
        program=program,
        organization=organization,
        kind=kind,
        court=court.strip(),
        case_number=case_number.strip() or None,
        ordered_on=ordered_on,
        findings=sorted(set(findings)),
        notice_given=notice_given,
        categories=sorted(set(categories)),
        subpoena=subpoena.strip(),
        covers_counseling_notes=covers_counseling_notes,
        ends_on=ends_on,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.DISCLOSE_ON_ORDER)
def tell_on_order(*, court_order: CourtOrder, categories: Iterable[str], description: str, by: User, at: datetime) -> Released:
    """Hand over what a court order opens, and nothing beyond it; a subpoena alone opens nothing (42 CFR 2.61-2.67)."""
    court = court_order.organization or Organization(name=(court_order.court or "?")[:200], kind=OrganizationKind.JUSTICE)
    return disclose(
        patient=court_order.patient,
        recipient=court,
        purpose="proceedings",
        categories=categories,
        description=description.strip() or _("On a court order"),
        via=HANDED_OVER,
        basis=Basis.COURT_ORDER,
        basis_facts=court_order,
        for_proceeding=True,
        by=by,
        at=at,
    )


@action(Can.DISCLOSE_ON_ORDER)
def record_audit(
    *,
    program: Program,
    organization: Organization,
    auditor: str,
    authority: str,
    begins_on: date,
    ends_on: date,
    categories: Iterable[str],
    by: User,
    at: datetime,
    copies_leave: bool = False,
    agreed_on: date | None = None,
    destroy_by: date | None = None,
    oversees_originator: bool = False,
) -> AuditAccess:
    """Let an auditor in: who, on what authority, how far, and what binds whoever takes copies away (42 CFR 2.53)."""
    row = AuditAccess(
        program=program,
        organization=organization,
        auditor=auditor.strip(),
        authority=authority,
        begins_on=begins_on,
        ends_on=ends_on,
        categories=sorted(set(categories)),
        copies_leave=copies_leave,
        agreed_on=agreed_on if copies_leave else None,
        destroy_by=destroy_by if copies_leave else None,
        oversees_originator=oversees_originator,
        recorded_at=at,
        recorded_by=by,
    )
    reasons = [reason_in_words(why) for why in audit_lacks(audit_facts(row), organization.pk, frozenset(row.categories), begins_on)]
    reasons += _no_categories(row.categories)
    if reasons:
        raise Refused(*reasons)
    row.save()
    return row


@action(Can.DISCLOSE_ON_ORDER)
def record_research_approval(
    *,
    program: Program,
    organization: Organization,
    title: str,
    researcher: str,
    approval_kind: str,
    approval_reference: str,
    approved_on: date,
    categories: Iterable[str],
    by: User,
    at: datetime,
    ends_on: date | None = None,
) -> ResearchApproval:
    """Keep the approval on which research may be told (42 CFR 2.52)."""
    row = ResearchApproval(
        program=program,
        organization=organization,
        title=title.strip(),
        researcher=researcher.strip(),
        approval_kind=approval_kind,
        approval_reference=approval_reference.strip(),
        approved_on=approved_on,
        ends_on=ends_on,
        categories=sorted(set(categories)),
        recorded_at=at,
        recorded_by=by,
    )
    today = at.astimezone(program.zone).date()
    reasons = [reason_in_words(why) for why in research_lacks(research_facts(row), organization.pk, frozenset(row.categories), today)]
    reasons += _no_categories(row.categories)
    if reasons:
        raise Refused(*reasons)
    row.save()
    return row


@action(Can.DISCLOSE_ON_ORDER)
def end_authority(
    *, authority: CourtOrder | AuditAccess | ResearchApproval, because: str, by: User, at: datetime
) -> CourtOrder | AuditAccess | ResearchApproval:
    """End what opened the record without consent: from this moment on nothing is told on it."""
    table = type(authority)
    row = table._default_manager.select_for_update(of=("self",)).get(pk=authority.pk)
    reasons = [Reason(_("This has ended already."), code="ended")] if row.ended_at is not None else []
    if not because.strip():
        reasons.append(Reason(_("Write why it ends."), field="because", code="no_reason"))
    if reasons:
        raise Refused(*reasons)
    row.ended_at, row.ended_because = at, because.strip()[:200]
    row.save(update_fields=["ended_at", "ended_because"])
    return row


@action(Can.DISCLOSE_RECORD)
def report_to_authority(
    *,
    patient: Patient,
    program: Program,
    kind: str,
    authority: str,
    incident: str,
    fields: Iterable[str],
    by: User,
    at: datetime,
) -> AuthorityReport:
    """Report a crime here or suspected child abuse: the facts that the law lets through, and no part of the record."""
    named = sorted(set(fields) | {"incident"})
    if kind not in ReportKind.values:
        raise Refused(Reason(_("Say what kind of report this is."), field="kind", code="kind"))
    _refuse_a_stranger(patient, program)
    lacking: list[Why] = list(report_lacks(kind, ReportFacts("", authority, incident, named), frozenset()))
    if lacking:
        raise Refused(*(reason_in_words(why) for why in lacking))
    row = AuthorityReport.objects.create(
        patient=patient,
        program=program,
        kind=kind,
        authority=authority.strip(),
        incident=incident.strip(),
        fields=named,
        recorded_at=at,
        recorded_by=by,
    )
    disclose(
        patient=patient,
        recipient=Organization(name=row.authority, kind=OrganizationKind.JUSTICE if kind == ReportKind.CRIME else OrganizationKind.OTHER),
        purpose="other",
        categories=(),
        description=str(ReportKind(kind).label),
        via=HANDED_OVER,
        basis=kind,
        basis_facts=row,
        by=by,
        at=at,
    )
    return row


def _refuse_a_stranger(patient: Patient, program: Program) -> None:
    """Refuse to tell of a person in the name of a program that does not know them: its privacy officer could not look over it."""
    if not programs_of(patient).filter(pk=program.pk).exists():
        text = _("This person is not and was not in this program. Choose the program whose record it is.")
        raise Refused(Reason(text, field="program", code="which_program", source="42 CFR 2.13(a)"))


def _facility(typed: str, *, is_fda: bool) -> str:
    """Return where somebody works; of the FDA nobody need write it."""
    return FDA_NAME if is_fda and typed.casefold() in {"", "fda", "the fda", FDA_NAME.casefold()} else typed


def _refuse_what_an_emergency_lacks(facts: EmergencyFacts, at: datetime) -> None:
    """Refuse to tell anything without all four facts (42 CFR 2.51(c))."""
    reasons = [reason_in_words(why) for why in emergency_lacks(facts)]
    if not facts.categories:
        reasons.append(Reason(_("Choose what is told: no more than the emergency needs."), field="categories", source="42 CFR 2.51(a)"))
    if facts.disclosed_at is not None and facts.disclosed_at > at:
        reasons.append(Reason(_("This moment has not come yet."), field="disclosed_at", source="42 CFR 2.51(c)(3)"))
    if reasons:
        raise Refused(*reasons)


def _tell(row: EmergencyDisclosure, by: User, at: datetime) -> None:
    """Let what an emergency needs leave through the gate."""
    kind = OrganizationKind.HOSPITAL if row.kind == EmergencyKind.MEDICAL else OrganizationKind.OTHER
    facility = Organization(name=f"{row.recipient_name}, {row.recipient_facility}"[:200], kind=kind)
    disclose(
        patient=row.patient,
        recipient=row.organization or facility,
        purpose="treatment" if row.kind == EmergencyKind.MEDICAL else "other",
        categories=row.categories,
        description=_("Told in an emergency to %(name)s") % {"name": row.recipient_name},
        via=BY_WORD,
        basis=Basis.EMERGENCY,
        basis_facts=row,
        by=by,
        at=at,
    )


def _no_categories(categories: list[str]) -> list[Reason]:
    """Return the reason for want of which nothing could be told."""
    return [] if categories else [Reason(_("Choose which information it reaches."), field="categories", source="42 CFR 2.13(a)")]
