"""Send a person on to a partner and keep the answer; the only writer of referrals."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.finishing import Finished, finish
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import PurposeOfUse
from patients.disclosures.actions import disclose
from patients.record.models import Patient
from patients.transmissions.events import NewsForPartners
from patients.transmissions.models import EventKind
from patients.transmissions.queries import is_awaited
from referrals.referral.models import REFERRAL_MOVES, Referral, ReferralState
from referrals.referral.rules import ANSWERS, what_is_told


@action(Can.MAKE_REFERRAL)
def draft_referral(
    *,
    patient: Patient,
    program: Program,
    organization: Organization,
    purpose: str,
    service: str,
    message: str = "",
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Referral:
    """Write a referral; nothing leaves yet."""
    finish(draft, by=by, at=at)
    reasons = []
    if not organization.is_active:
        reasons.append(Reason(_("This organization is no longer active in the directory."), field="organization", code="inactive"))
    if purpose not in PurposeOfUse.values:
        reasons.append(Reason(_("Choose what the referral is for."), field="purpose", code="no_purpose"))
    if not service.strip():
        reasons.append(Reason(_("Say what is asked for."), field="service", code="no_service"))
    if reasons:
        raise Refused(*reasons)
    return Referral.objects.create(
        patient=patient,
        program=program,
        organization=organization,
        purpose=purpose,
        service=service,
        message=message,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.MAKE_REFERRAL)
def send_referral(*, referral: Referral, by: User, at: datetime) -> Referral:
    """Send a referral, if a consent carries it at this moment; what leaves is accounted for first."""
    locked = _locked(referral, "patient", "organization", to=ReferralState.SENT)
    released = disclose(
        patient=locked.patient,
        recipient=locked.organization,
        purpose=locked.purpose,
        categories=what_is_told(locked.purpose),
        description=_("Referral: %(service)s") % {"service": locked.service[:180]},
        via="referral",
        program=locked.program,
        by=by,
        at=at,
    )
    locked.state, locked.sent_at, locked.disclosure_id = ReferralState.SENT, at, released.disclosure_id
    locked.save(update_fields=["state", "sent_at", "disclosure_id"])
    if is_awaited(EventKind.REFERRAL):
        news = NewsForPartners(
            news=EventKind.REFERRAL,
            patient_id=locked.patient_id,
            program_id=locked.program_id,
            organization_id=locked.organization_id,
            subject=f"referrals.referral:{locked.pk}",
        )
        record_fact(news, at=at)
    return locked


@action(Can.ANSWER_REFERRAL)
def answer_referral(*, referral: Referral, state: str, answer: str = "", draft: Finished | None = None, by: User, at: datetime) -> Referral:
    """Write down what the partner answered."""
    finish(draft, by=by, at=at)
    if state not in ANSWERS:
        raise Refused(Reason(_("Choose whether the partner accepted or declined."), field="state", code="no_answer"))
    if state == ReferralState.DECLINED and not answer.strip():
        raise Refused(
            Reason(_("Write down why the partner declined, so that the next step can be found."), field="answer", code="no_reason")
        )
    locked = _locked(referral, to=ReferralState(state))
    locked.state, locked.answered_at, locked.answer = ReferralState(state), at, answer
    locked.save(update_fields=["state", "answered_at", "answer"])
    return locked


@action(Can.MAKE_REFERRAL)
def complete_referral(*, referral: Referral, by: User, at: datetime) -> Referral:
    """Close a referral: the person got what was asked for."""
    locked = _locked(referral, to=ReferralState.COMPLETED)
    locked.state = ReferralState.COMPLETED
    locked.save(update_fields=["state"])
    return locked


@action(Can.MAKE_REFERRAL)
def withdraw_referral(*, referral: Referral, by: User, at: datetime) -> Referral:
    """Take a referral back; what was told already stays on the account of disclosures."""
    locked = _locked(referral, to=ReferralState.WITHDRAWN)
    locked.state = ReferralState.WITHDRAWN
    locked.save(update_fields=["state"])
    return locked


def _locked(referral: Referral, *read_along: str, to: ReferralState) -> Referral:
    """Return the referral as it is now, held until the end, if it may go to this state."""
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related(*read_along or (None,))
    locked = rows.get(pk=referral.pk)
    if (locked.state, to.value) not in REFERRAL_MOVES:
        text = _("This referral is “%(state)s”, so it cannot become “%(to)s”.") % {"state": locked.get_state_display(), "to": to.label}
        raise Refused(Reason(text, code="wrong_state"))
    return locked
