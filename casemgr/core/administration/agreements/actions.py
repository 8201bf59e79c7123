"""Sign agreements, keep their papers, end them early."""

from base64 import b64encode
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.agreements.models import Agreement, AgreementKind, AgreementScan
from casemgr.core.agreements.rules import SCAN_LIMIT, SOURCE, kind_of_scan, what_is_missing
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.recording import start_clock, stop_clock, stop_clocks, subject_of
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason, Refused


@action(Can.MANAGE_ORGANIZATIONS)
def record_agreement(
    *,
    program: Program,
    organization: Organization,
    kind: str,
    services: str,
    signed_on: date,
    expires_on: date,
    by: User,
    at: datetime,
    signed_for_them: str = "",
    bound_by_part2: bool = False,
    resists_proceedings: bool = False,
    scan: bytes | None = None,
) -> Agreement:
    """Put a signed agreement on file and start the clock that warns of its end."""
    today = at.astimezone(program.zone).date()
    promises = {"bound_by_part2": bound_by_part2, "resists_proceedings": resists_proceedings}
    lacking = what_is_missing(kind=kind, services=services, signed_on=signed_on, expires_on=expires_on, today=today, **promises)
    reasons = [_said_of(name) for name in lacking]
    if kind not in AgreementKind.values:
        reasons.append(Reason(_("Choose the kind of agreement."), field="kind"))
    reasons += _what_is_wrong_with(scan)
    if reasons:
        raise Refused(*reasons)
    agreement = Agreement.objects.create(
        program=program,
        organization=organization,
        kind=kind,
        services=services.strip(),
        signed_on=signed_on,
        expires_on=expires_on,
        signed_for_them=signed_for_them.strip(),
        recorded_at=at,
        recorded_by=by,
        **promises,
    )
    if scan:
        _keep_scan(agreement, scan, at)
    _follow_earlier(agreement, at)
    start_clock(
        kind=ClockKind.AGREEMENT_EXPIRY, program=program, subject=agreement, started_on=signed_on, due_on=max(expires_on, signed_on), at=at
    )
    return agreement


@action(Can.MANAGE_ORGANIZATIONS)
def keep_agreement_scan(*, agreement: Agreement, scan: bytes, by: User, at: datetime) -> Agreement:
    """Keep the paper of an agreement that was put on file without it; it cannot be exchanged afterwards."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    reasons = _what_is_wrong_with(scan)
    if AgreementScan.objects.filter(agreement=agreement).exists():
        reasons.append(Reason(_("The paper is on file already. A new one belongs to a new agreement."), field="scan", code="kept"))
    if reasons:
        raise Refused(*reasons)
    _keep_scan(agreement, scan, at)
    return agreement


@action(Can.MANAGE_ORGANIZATIONS)
def end_agreement(*, agreement: Agreement, ended_on: date, reason: str, by: User, at: datetime) -> Agreement:
    """End an agreement before its day; from that day on nothing rests on it."""
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("program").get(pk=agreement.pk)
    reasons = []
    if agreement.ended_on is not None:
        reasons.append(Reason(_("This agreement was ended already."), code="ended"))
    if not agreement.signed_on <= ended_on < agreement.expires_on:
        reasons.append(Reason(_("Give a day between the signature and the end that was agreed."), field="ended_on"))
    if not reason.strip():
        reasons.append(Reason(_("Write why it ends early."), field="reason"))
    if reasons:
        raise Refused(*reasons)
    agreement.ended_on, agreement.end_reason = ended_on, reason.strip()[:200]
    agreement.save(update_fields=["ended_on", "end_reason"])
    stop_clock(kind=ClockKind.AGREEMENT_EXPIRY, subject=agreement, at=at, outcome="ended early")
    return agreement


@action(Can.MANAGE_ORGANIZATIONS)
def let_agreement_end(*, agreement: Agreement, by: User, at: datetime) -> Agreement:
    """Say that an agreement that has ended is not followed by another; its clock stops."""
    today = at.astimezone(agreement.program.zone).date()
    if agreement.expires_on > today:
        raise Refused(Reason(_("This agreement has not ended yet. End it early, or wait."), code="runs"))
    stop_clock(kind=ClockKind.AGREEMENT_EXPIRY, subject=agreement, at=at, outcome="let end")
    return agreement


def _follow_earlier(agreement: Agreement, at: datetime) -> None:
    """Stop the clocks of the agreements of the same kind that this one follows."""
    same = {"program": agreement.program, "organization": agreement.organization, "kind": agreement.kind}
    earlier = [subject_of(row) for row in Agreement.objects.filter(**same).exclude(pk=agreement.pk)]
    stop_clocks(kinds=[ClockKind.AGREEMENT_EXPIRY], subjects=earlier, at=at, outcome=f"followed by {agreement.pk}")


def _keep_scan(agreement: Agreement, scan: bytes, at: datetime) -> None:
    """Keep the paper, encrypted."""
    AgreementScan.objects.create(
        agreement=agreement, content_type=kind_of_scan(scan) or "", content=b64encode(scan).decode("ascii"), kept_at=at
    )


def _what_is_wrong_with(scan: bytes | None) -> list[Reason]:
    """Return why a scanned document cannot be kept."""
    if scan is None:
        return []
    if len(scan) > SCAN_LIMIT:
        return [Reason(_("The document is larger than 5 MB. Scan it in gray, or with fewer dots."), field="scan", code="too_large")]
    if kind_of_scan(scan) is None:
        return [Reason(_("Only a PDF or a picture (PNG, JPEG) can be kept here."), field="scan", code="not_a_scan")]
    return []


def _said_of(missing: str) -> Reason:
    """Return the sentence for what an agreement lacks."""
    words = {
        "services": _("Say which services the organization provides."),
        "signed_on": _("Give the date of the signature."),
        "signed_later": _("The signature cannot be of a day that has not come yet."),
        "expires_on": _("Give the day on which it ends or must be looked at again."),
        "expires_before": _("It must end after it was signed."),
        "bound_by_part2": _("The organization must acknowledge that it is fully bound by 42 CFR part 2."),
        "resists_proceedings": _("The organization must promise to resist efforts to obtain the records, in proceedings if need be."),
    }
    field = {"signed_later": "signed_on", "expires_before": "expires_on"}.get(missing, missing)
    return Reason(words[missing], field=field, code=missing, source=SOURCE)
