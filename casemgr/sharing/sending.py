"""Send what is queued: ask the gate once more, write the account, and only then let the bytes go.

A sending is leased before it is offered. Killed in between, it is offered again under the same key: a way that knows keys delivers it once,
and the account of the first attempt stands for all of them. On one that does not, a sending found half done is in doubt and a person
decides, because nobody can know.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.refusals import Denied, Refused
from casemgr.sharing.mail import Email
from casemgr.sharing.packets import packet_of
from casemgr.sharing.ways import NoAddress, NotTaken, Offer, QueuedWay, queued_way
from casemgr.sharing.webhooks import Webhook
from patients.disclosures.actions import Released, disclose
from patients.disclosures.models import Disclosure
from patients.transmissions.actions import settle_transmission
from patients.transmissions.models import Transmission, TransmissionState
from patients.transmissions.rules import is_given_up, next_pause

log = logging.getLogger(__name__)

BATCH = 10
"""Sendings leased at once; few, because the lease must outlast them all when a partner's system does not answer."""

WAYS_THAT_SEND = (Email, Webhook)
"""Ways that send from the queue; named here so that whoever sends has them at hand."""


class _AccountedBefore(Exception):
    """Undo a second account of the same sending, and keep what the gate let through."""

    def __init__(self, released: Released) -> None:
        """Keep what may leave."""
        super().__init__()
        self.released = released


class _TakenBack(Exception):
    """Undo an account of a sending that somebody took back meanwhile."""


def send_transmissions(*, at: datetime, limit: int = BATCH) -> int:
    """Send what is due; return how many sendings were looked at. Called again, with a later moment, until nothing is left."""
    silent: set[tuple[str, int]] = set()
    batch = _claim(at, min(limit, BATCH))
    for transmission in batch:
        side = (transmission.via, transmission.recipient_id)
        if side in silent:
            _put_off(transmission, at, _("The other side did not answer a moment ago."))
        elif not _send_safely(transmission, at):
            silent.add(side)
    return len(batch)


def _claim(at: datetime, most: int) -> list[Transmission]:
    """Lease a batch of due sendings; what another worker holds is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE patients_transmission SET leased_until = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM patients_transmission
                WHERE state = 'queued' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,
            [at + settings.MESSAGE_LEASE, at, at, most],
        )
        keys = [key for (key,) in cursor.fetchall()]
    rows = Transmission.objects.select_related("patient", "recipient", "program", "requested_by")
    return list(rows.filter(pk__in=keys).order_by("due_at", "pk")) if keys else []


def _send_safely(transmission: Transmission, at: datetime) -> bool:
    """Send one; what goes wrong with it in a way that nobody foresaw does not hold up the others."""
    try:
        return _send(transmission, at)
    except OperationalError:
        raise
    except Exception as error:
        log.warning("sending failed", extra={"transmission_id": transmission.pk, "error": type(error).__name__})
        return _try_later(transmission, type(error).__name__, at)


def _send(transmission: Transmission, at: datetime) -> bool:
    """Send one, or write down why not; false when the other side cannot be reached."""
    way = queued_way(transmission.via)
    if transmission.offered_at is not None and not way.knows_keys:
        _settle(transmission, TransmissionState.DOUBTFUL, _("Work stopped while this was being sent. Ask whether it arrived."), at)
        return True
    try:
        way.address_of(transmission.recipient, transmission.purpose)
        released = _release(transmission, at)
    except NoAddress as nowhere:
        _settle(transmission, TransmissionState.FAILED, str(nowhere), at)
    except (Refused, Denied) as no:
        _settle(transmission, TransmissionState.WITHHELD, _why(transmission, no), at)
    except _TakenBack:
        log.info("taken back", extra={"transmission_id": transmission.pk})
    else:
        return _offer(transmission, way, released, at)
    return True


def _release(transmission: Transmission, at: datetime) -> Released:
    """Ask the gate, and write the account together with the mark that this is being offered; a later attempt keeps the first account."""
    if transmission.patient.deceased_on is not None:
        raise Refused(_("The person has died since this was asked for. Ask the personal representative (42 CFR 2.15(b))."))
    with transaction.atomic():
        answered = _answer_of_the_gate(transmission, at)
        if isinstance(answered, Released):
            _mark_offered(transmission, answered, at)
    if not isinstance(answered, Released):
        raise answered
    return answered


def _answer_of_the_gate(transmission: Transmission, at: datetime) -> Released | Refused | Denied:
    """Return what the gate says, under the account of the first attempt; a no is returned, so that what it wrote down stays."""
    try:
        with transaction.atomic():
            answered = _ask(transmission, at)
            if isinstance(answered, Released) and transmission.disclosure_id and answered.consent_id == transmission.consent_id:
                raise _AccountedBefore(answered)
            return answered
    except _AccountedBefore as before:
        first = Disclosure.objects.get(pk=transmission.disclosure_id or 0)
        return before.released._replace(disclosure_id=first.pk, disclosure_public_id=str(first.public_id))


def _ask(transmission: Transmission, at: datetime) -> Released | Refused | Denied:
    """Ask the gate on behalf of whoever wanted this sent."""
    try:
        return disclose(**transmission.question, at=at)
    except (Refused, Denied) as no:
        return no


def _mark_offered(transmission: Transmission, released: Released, at: datetime) -> None:
    """Write down that this is under way from now on, unless somebody took it back."""
    waiting = Transmission.objects.filter(pk=transmission.pk, state=TransmissionState.QUEUED)
    if not waiting.update(disclosure_id=released.disclosure_id, consent_id=released.consent_id, offered_at=at):
        raise _TakenBack


def _offer(transmission: Transmission, way: QueuedWay, released: Released, at: datetime) -> bool:
    """Read, write and hand over; what was certainly not taken is tried again later and less often each time."""
    try:
        offer = _offer_of(transmission, released, at)
        prepared = way.prepare(offer)
    except Exception as error:
        log.warning("not prepared", extra={"transmission_id": transmission.pk, "error": type(error).__name__})
        return _try_later(transmission, type(error).__name__, at)
    try:
        way.send(offer, prepared)
    except NotTaken as error:
        return _try_later(transmission, str(error), at)
    except Exception as error:
        log.warning("sending failed", extra={"transmission_id": transmission.pk, "error": type(error).__name__})
        if way.knows_keys:
            return _try_later(transmission, type(error).__name__, at)
        text = _("It is not known whether this arrived (%(error)s). Ask before it is sent again.") % {"error": type(error).__name__}
        _settle(transmission, TransmissionState.DOUBTFUL, text, at)
        return False
    _settle(transmission, TransmissionState.SENT, "", at)
    return True


def _offer_of(transmission: Transmission, released: Released, at: datetime) -> Offer:
    """Return what is offered, read at this moment."""
    whole = not transmission.event
    packet = packet_of(
        released, patient=transmission.patient, recipient=transmission.recipient, program=transmission.program, at=at, whole=whole
    )
    return Offer(
        key=str(transmission.key),
        recipient=transmission.recipient,
        purpose=transmission.purpose,
        packet=packet,
        format=transmission.format,
        event=transmission.event,
        subject=transmission.subject,
        at=at,
    )


def _try_later(transmission: Transmission, error: str, at: datetime) -> bool:
    """Give a sending back to the queue, or give it up."""
    if is_given_up(transmission.attempts):
        text = _("It was tried %(count)s times: %(error)s.") % {"count": transmission.attempts, "error": error}
        _settle(transmission, TransmissionState.FAILED, text, at)
    else:
        _put_off(transmission, at, _("The last attempt failed: %(error)s.") % {"error": error})
    return False


def _put_off(transmission: Transmission, at: datetime, reason: str) -> None:
    """Give a sending back to the queue, to be looked at again later."""
    Transmission.objects.filter(pk=transmission.pk, state=TransmissionState.QUEUED).update(
        due_at=at + next_pause(transmission.attempts), leased_until=None, offered_at=None, reason=reason[:200]
    )


def _settle(transmission: Transmission, state: TransmissionState, reason: str, at: datetime) -> None:
    """Write down what became of a sending."""
    settle_transmission(transmission=transmission, state=state, reason=reason, by=User.objects.system(), at=at)


def _why(transmission: Transmission, no: Refused | Denied) -> str:
    """Return in words why the gate said no."""
    if isinstance(no, Denied):
        return _("%(name)s, who asked for this, may not disclose this record any more.") % {"name": transmission.requested_by}
    return transmission.why_not_sent(str(no))
