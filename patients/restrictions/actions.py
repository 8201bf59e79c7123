"""Take what a person asks not to be told, decide about it, and end it in the only ways there are (42 CFR 2.26)."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.recording import start_clock, stop_clock
from casemgr.core.directory.models import Organization, OrganizationKind
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import InformationCategory
from patients.record.models import Patient
from patients.restrictions.models import EndBasis, Restriction, RestrictionState, ToWhom
from patients.restrictions.rules import END_SOURCE, OWED_SOURCE, REQUEST_SOURCE, TREATMENT_PAYMENT_OPERATIONS, Part, may_end, parts_of


@action(Can.ASK_RESTRICTION)
def ask_restriction(
    *,
    patient: Patient,
    program: Program,
    asked_by: str,
    asked_on: date,
    to_whom: str,
    purposes: Iterable[str],
    by: User,
    at: datetime,
    organization: Organization | None = None,
    categories: Iterable[str] = (),
    words: str = "",
    paid_in_full: bool = False,
    services: str = "",
) -> Restriction:
    """Write down what a person asks not to be told; treatment goes on whatever is decided.

    Where the law binds the program to agree, it holds from this moment on: nobody is told while the request waits. When more than that
    is asked for, the part that binds is a request of its own, and it is returned; the rest waits beside it for the decision.
    """
    row = Restriction(
        patient=patient,
        program=program,
        asked_by=asked_by.strip(),
        asked_on=asked_on,
        to_whom=to_whom,
        organization=organization if to_whom == ToWhom.NAMED else None,
        purposes=sorted(set(purposes)),
        categories=sorted(set(categories)),
        words=words.strip(),
        paid_in_full=paid_in_full,
        services=services.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    reasons = _what_a_request_lacks(row, at)
    if reasons:
        raise Refused(*reasons)
    names_plan = row.organization is not None and row.organization.kind == OrganizationKind.HEALTH_PLAN
    parts = parts_of(to_whom=to_whom, names_health_plan=names_plan, purposes=row.purposes, paid_in_full=paid_in_full)
    binding, *_rest = [_write_part(row, part, at) for part in parts]
    return binding


@action(Can.OVERSEE_PRIVACY)
def decide_restriction(*, restriction: Restriction, agree: bool, by: User, at: datetime, decision: str = "") -> Restriction:
    """Agree to a request or not; one that the law binds to is never declined (42 CFR 2.26(a)(6))."""
    row = _locked(restriction)
    reasons = []
    if row.state != RestrictionState.ASKED:
        reasons.append(Reason(_("This request was decided already."), code="decided"))
    if not agree and row.is_owed:
        reasons.append(
            Reason(
                _("The program must agree: a health plan, payment or operations, and paid in full without the plan."),
                field="agree",
                code="owed",
                source=OWED_SOURCE,
            )
        )
    if not agree and not decision.strip():
        reasons.append(Reason(_("Say why, so that the person can be told."), field="decision", code="no_reason", source=REQUEST_SOURCE))
    if reasons:
        raise Refused(*reasons)
    row.state = RestrictionState.AGREED if agree else RestrictionState.DECLINED
    row.decided_at, row.decided_by, row.decision = at, by, decision.strip()
    row.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    stop_clock(kind="restriction_request", subject=row, at=at, outcome=row.state)
    return row


@action(Can.OVERSEE_PRIVACY)
def end_restriction(*, restriction: Restriction, end_basis: str, end_note: str, by: User, at: datetime) -> Restriction:
    """End a restriction in one of the ways that the law knows; after the program's own notice it holds on for what is there already."""
    row = _locked(restriction)
    reasons = []
    if row.state != RestrictionState.AGREED:
        reasons.append(Reason(_("This restriction is not in force, so there is nothing to end."), code="not_in_force"))
    if not may_end(basis=end_basis, is_owed=row.is_owed):
        reasons.append(
            Reason(
                _("This restriction ends only when the person asks for it or agrees."),
                field="end_basis",
                code="end_basis",
                source=END_SOURCE,
            )
        )
    if not end_note.strip():
        reasons.append(Reason(_("Write who said so, when and how."), field="end_note", code="no_note", source=END_SOURCE))
    if reasons:
        raise Refused(*reasons)
    row.state, row.ended_at, row.end_basis, row.end_note = RestrictionState.ENDED, at, end_basis, end_note.strip()
    row.records_until = at.astimezone(row.program.zone).date() if end_basis == EndBasis.PROGRAM_NOTICE else None
    row.save(update_fields=["state", "ended_at", "end_basis", "end_note", "records_until"])
    return row


def _write_part(asked: Restriction, part: Part, at: datetime) -> Restriction:
    """Keep one part of a request as a row of its own, and let the clock of its decision run."""
    row = copy(asked)
    row.to_whom, row.purposes, row.is_owed = part.to_whom, sorted(part.purposes), part.is_owed
    row.save()
    start_clock(kind="restriction_request", program=row.program, subject=row, started_on=row.asked_on, at=at, patient_id=row.patient_id)
    return row


def _locked(restriction: Restriction) -> Restriction:
    """Return the restriction, held until the transaction ends; whoever is about to tell something waits."""
    return Restriction.objects.select_for_update(of=("self",)).select_related("program", "organization").get(pk=restriction.pk)


def _what_a_request_lacks(row: Restriction, at: datetime) -> list[Reason]:
    """Return everything for want of which a request says nothing."""
    conditions = (
        (row.asked_by, _("Write who asks for it."), "asked_by"),
        (row.asked_on <= at.astimezone(row.program.zone).date(), _("The day of the request cannot lie ahead."), "asked_on"),
        (row.to_whom in ToWhom.values, _("Say who is not to be told."), "to_whom"),
        (row.to_whom != ToWhom.NAMED or row.organization, _("Choose the organization that is not to be told."), "organization"),
        (row.purposes, _("Choose what it is about: treatment, payment or operations."), "purposes"),
        (TREATMENT_PAYMENT_OPERATIONS.issuperset(row.purposes), _("Only these three can be restricted."), "purposes"),
        (set(row.categories) <= set(InformationCategory.values), _("Choose from the list."), "categories"),
        (not row.paid_in_full or row.services, _("Write what was paid."), "services"),
    )
    return [Reason(text, field=field, code=field, source=REQUEST_SOURCE) for holds, text, field in conditions if not holds]
