"""Hand a part of the record over, or have it sent: the gate is asked, the account is written, and only then is anything read."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason, Refused
from casemgr.sharing.mail import Email
from casemgr.sharing.packets import packet_of
from casemgr.sharing.parts import RIGHT_TO_SEE
from casemgr.sharing.ways import WAYS, ReferralPacket, WayOut, Written, queued_way
from casemgr.sharing.webhooks import Webhook
from patients.consent.models import InformationCategory, in_words
from patients.disclosures.actions import disclose
from patients.record.models import Patient
from patients.transmissions.actions import queue_transmission
from patients.transmissions.models import Transmission
from referrals.referral.models import Referral, ReferralState
from referrals.referral.queries import categories_told
from treatment_plans.counseling.queries import others_wrote

WAITING_WAYS = (Email, Webhook)
"""Ways that send from the queue; named here so that the pages know them in a process that itself sends nothing."""

COUNSELING_NOTES = InformationCategory.COUNSELING_NOTES.value


@action(Can.DISCLOSE_RECORD)
def hand_over_record(
    *,
    patient: Patient,
    program: Program,
    recipient: Organization,
    purpose: str,
    categories: Iterable[str],
    via: str,
    written_as: str,
    by: User,
    at: datetime,
) -> Written:
    """Write a packet for a recipient, to be handed over; if it cannot be written, nothing was told."""
    way, wanted = _chosen(via, written_as), _wanted(categories, by, program)
    if COUNSELING_NOTES in wanted and others_wrote(by, patient_id=patient.pk, program_id=program.pk):
        text = _("You may not see this part yourself: %(parts)s. Ask somebody who may.")
        words = text % {"parts": in_words(InformationCategory, [COUNSELING_NOTES])}
        raise Refused(Reason(words, field="categories", code="closed_part", source="42 CFR 2.31(b)"))
    released = disclose(
        patient=patient,
        recipient=recipient,
        purpose=purpose,
        categories=wanted,
        description=in_words(InformationCategory, wanted)[:200],
        via=way.via,
        program=program,
        by=by,
        at=at,
    )
    return way.write(packet_of(released, patient=patient, recipient=recipient, program=program, at=at), written_as)


@action(Can.DISCLOSE_RECORD)
def send_record(
    *,
    patient: Patient,
    program: Program,
    recipient: Organization,
    purpose: str,
    categories: Iterable[str],
    via: str,
    written_as: str,
    by: User,
    at: datetime,
) -> Transmission:
    """Have a packet sent; it is written when it leaves, and only if it may leave then."""
    way, wanted = _chosen(via, written_as), _wanted(categories, by, program)
    queued_way(way.via).address_of(recipient, purpose)
    return queue_transmission(
        patient=patient,
        program=program,
        recipient=recipient,
        purpose=purpose,
        categories=wanted,
        description=in_words(InformationCategory, wanted),
        via=way.via,
        format=written_as,
        by=by,
        at=at,
    )


@action(Can.DISCLOSE_RECORD)
def hand_over_referral_packet(*, referral: Referral, by: User, at: datetime) -> Written:
    """Put on paper what a referral tells, for a partner that is reached by fax or by hand; each paper stands on the account."""
    if referral.state not in {ReferralState.SENT, ReferralState.ACCEPTED}:
        text = _("Send the referral first; once it is declined, withdrawn or completed nothing more is told.")
        raise Refused(Reason(text, code="wrong_state"))
    released = disclose(
        patient=referral.patient,
        recipient=referral.organization,
        purpose=referral.purpose,
        categories=categories_told(referral),
        description=_("Packet of a referral: %(service)s") % {"service": referral.service[:160]},
        via=ReferralPacket.via,
        program=referral.program,
        by=by,
        at=at,
    )
    packet = packet_of(released, patient=referral.patient, recipient=referral.organization, program=referral.program, at=at)
    packet.parts["referral"] = {"asked_for": referral.service, "message": referral.message}
    return ReferralPacket.write(packet, "pdf")


def _chosen(via: str, written_as: str) -> type[WayOut]:
    """Return the way that somebody chose, or say that there is none such."""
    way = WAYS.get(via)
    if way is None or not way.is_chosen or written_as not in way.formats:
        raise Refused(Reason(_("Choose how it is to leave."), field="way", code="no_way"))
    return way


def _wanted(categories: Iterable[str], by: User, program: Program) -> list[str]:
    """Return the parts that were chosen, if whoever chose them may see them at all."""
    wanted = sorted(set(categories))
    if not wanted:
        raise Refused(Reason(_("Choose at least one part of the record."), field="categories", source="42 CFR 2.13(a)"))
    closed = [part for part, right in RIGHT_TO_SEE.items() if part in wanted and not by.may(right, program_id=program.pk)]
    if closed:
        text = _("You may not see this part yourself: %(parts)s. Ask somebody who may.") % {"parts": in_words(InformationCategory, closed)}
        raise Refused(Reason(text, field="categories", code="closed_part", source="42 CFR 2.12(c)(3)"))
    return wanted
