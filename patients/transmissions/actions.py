"""Put a sending into the queue, take it out again, and say where organisations may be reached; content never stands here."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.recording import record_fact, wake
from casemgr.core.refusals import Denied, Reason, Refused
from patients.consent.models import Consent, PurposeOfUse
from patients.disclosures.actions import Withheld, disclose
from patients.record.models import Patient
from patients.transmissions.events import TransmissionNotSent
from patients.transmissions.models import EventKind, SecureAddress, Transmission, TransmissionState, WebhookEndpoint
from patients.transmissions.rules import REASON_LENGTH, faults_of_address

SHORTEST_SECRET = 24
"""Bytes of a webhook's secret at least (Standard Webhooks asks for 24 to 64)."""


class _Carried(Exception):
    """Undo a question to the gate that was answered with yes."""

    def __init__(self, consent_id: int | None) -> None:
        """Remember on which consent."""
        super().__init__()
        self.consent_id = consent_id


@action(Can.DISCLOSE_RECORD)
def queue_transmission(
    *,
    patient: Patient,
    program: Program,
    recipient: Organization,
    purpose: str,
    categories: Iterable[str],
    description: str,
    via: str,
    format: str,  # noqa: A002 - what a file is called everywhere
    by: User,
    at: datetime,
    event: str = "",
    subject: str = "",
) -> Transmission:
    """Have a part of the record sent; the gate is asked now, so that nothing hopeless waits, and again when it is sent."""
    transmission = Transmission(
        patient=patient,
        program=program,
        recipient=recipient,
        purpose=purpose,
        categories=sorted(set(categories)),
        description=description.strip()[:200],
        via=via,
        format=format,
        event=event,
        subject=subject,
        requested_by=by,
        requested_at=at,
        due_at=at,
    )
    if not transmission.categories:
        raise Refused(Reason(_("Choose at least one part of the record."), field="categories", source="42 CFR 2.13(a)"))
    answered = _ask(transmission, at)
    if not isinstance(answered, _Carried):
        raise answered
    transmission.consent_id = answered.consent_id
    transmission.save(force_insert=True)
    transaction.on_commit(wake)
    return transmission


@action(Can.DISCLOSE_RECORD)
def cancel_transmission(*, transmission: Transmission, reason: str, by: User, at: datetime) -> Transmission:
    """Take a sending out of the queue before it leaves; what is under way can no longer be taken back."""
    locked = _locked(transmission, TransmissionState.QUEUED)
    if not reason.strip():
        raise Refused(Reason(_("Say why it is not to be sent."), field="reason", code="no_reason"))
    if locked.is_under_way(at):
        raise Refused(Reason(_("It is being sent at this moment. Look again in a few minutes."), code="under_way"))
    why = _("Taken back by %(name)s: %(reason)s") % {"name": by, "reason": reason.strip()}
    return _settle(locked, TransmissionState.WITHHELD, locked.why_not_sent(why), at)


@action(Can.RUN_SCHEDULE)
def withhold_transmissions(*, consent: Consent, by: User, at: datetime) -> list[Transmission]:
    """Take out of the queue what rests on a consent that carries it no longer; what another one carries goes on waiting.

    What a worker has offered is left to it: it may have arrived, and before anything is offered again the gate is asked.
    """
    waiting = Transmission.objects.filter(consent=consent, state=TransmissionState.QUEUED, offered_at__isnull=True)
    held = waiting.select_for_update(of=("self",), no_key=True)
    withheld = []
    for transmission in held.select_related("patient", "recipient", "program", "requested_by").order_by("pk"):
        answered = _ask(transmission, at)
        if isinstance(answered, _Carried):
            transmission.consent_id = answered.consent_id
            transmission.save(update_fields=["consent"])
            continue
        if isinstance(answered, Withheld):
            answered.keep()
        withheld.append(_settle(transmission, TransmissionState.WITHHELD, transmission.why_not_sent(str(answered)), at))
    return withheld


@action(Can.DISCLOSE_RECORD)
def retry_transmission(*, transmission: Transmission, by: User, at: datetime) -> Transmission:
    """Try again what failed or perhaps never arrived; the gate is asked anew before anything leaves."""
    locked = _locked(transmission, TransmissionState.FAILED, TransmissionState.DOUBTFUL)
    if locked.state == TransmissionState.DOUBTFUL:
        locked.disclosure_id = None
    locked.state, locked.reason, locked.attempts, locked.due_at = TransmissionState.QUEUED, "", 0, at
    locked.offered_at = locked.leased_until = locked.settled_at = None
    locked.save()
    transaction.on_commit(wake)
    return locked


@action(Can.DISCLOSE_RECORD)
def confirm_transmission(*, transmission: Transmission, by: User, at: datetime) -> Transmission:
    """Say of a sending in doubt that it arrived."""
    return _settle(_locked(transmission, TransmissionState.DOUBTFUL), TransmissionState.SENT, "", at)


@action(Can.RUN_SCHEDULE)
def settle_transmission(*, transmission: Transmission, state: str, reason: str, by: User, at: datetime) -> Transmission:
    """Write down what became of a sending when its turn came; for what was not sent somebody gets a task."""
    locked = Transmission.objects.select_for_update(no_key=True).get(pk=transmission.pk)
    if locked.state not in {TransmissionState.QUEUED, TransmissionState.DOUBTFUL} or locked.state == state:
        return locked
    return _settle(locked, TransmissionState(state), reason, at)


@action(Can.MANAGE_ORGANIZATIONS)
def agree_on_secure_address(
    *, organization: Organization, email: str, agreed_with: str, agreed_on: date | None, by: User, at: datetime
) -> SecureAddress:
    """Write down to which address an organisation agreed that records may be mailed; it takes the place of the one before."""
    reasons = []
    if not email.strip():
        reasons.append(Reason(_("Write the e-mail address."), field="email"))
    if not agreed_with.strip():
        reasons.append(Reason(_("Write with whom this was agreed."), field="agreed_with", source="45 CFR 164.312(e)(1)"))
    if agreed_on is None or agreed_on > at.date():
        reasons.append(Reason(_("Give the day on which it was agreed."), field="agreed_on"))
    if reasons or agreed_on is None:
        raise Refused(*reasons)
    SecureAddress.objects.filter(organization=organization, ended_at__isnull=True).update(ended_at=at)
    return SecureAddress.objects.create(
        organization=organization,
        email=email.strip(),
        agreed_with=agreed_with.strip(),
        agreed_on=agreed_on,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.MANAGE_ORGANIZATIONS)
def end_secure_address(*, address: SecureAddress, by: User, at: datetime) -> SecureAddress:
    """Mail nothing to this address any more."""
    locked = SecureAddress.objects.select_for_update(no_key=True).get(pk=address.pk)
    locked.ended_at = locked.ended_at or at
    locked.save(update_fields=["ended_at"])
    return locked


@action(Can.ADMINISTER_ACCOUNTS)
def register_webhook(
    *,
    organization: Organization,
    url: str,
    secret: str,
    purpose: str,
    events: Iterable[str],
    by: User,
    at: datetime,
    inside: bool = False,
    is_active: bool = True,
) -> WebhookEndpoint:
    """Tell an organisation's system of events at this address; `inside` lets it be a machine of our own, which production never does."""
    wanted = sorted(set(events))
    reasons = [Reason(text, field="url", code=fault) for fault, text in _faults(url, inside=inside)]
    if not organization.is_active:
        reasons.append(Reason(_("This organization is no longer active in the directory."), field="organization", code="inactive"))
    if len(secret) < SHORTEST_SECRET:
        reasons.append(Reason(_("The secret is too short."), field="secret"))
    if purpose not in PurposeOfUse.values:
        reasons.append(Reason(_("Say what the events are wanted for."), field="purpose"))
    if not wanted or set(wanted) - set(EventKind.values):
        reasons.append(Reason(_("Choose at least one event."), field="events"))
    if is_active and WebhookEndpoint.objects.filter(organization=organization, purpose=purpose, is_active=True).exists():
        reasons.append(Reason(_("There is a webhook for this purpose already. End it first."), field="purpose", code="taken"))
    if reasons:
        raise Refused(*reasons)
    return WebhookEndpoint.objects.create(
        organization=organization,
        url=url.strip(),
        secret=secret,
        purpose=purpose,
        events=wanted,
        is_active=is_active,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.ADMINISTER_ACCOUNTS)
def end_webhook(*, webhook: WebhookEndpoint, by: User, at: datetime) -> WebhookEndpoint:
    """Tell nothing at this address any more."""
    locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    return locked


def _ask(transmission: Transmission, at: datetime) -> _Carried | Refused | Denied:
    """Ask the gate and undo the answer: whoever asks is told no more than yes or why not, and nothing counts as told."""
    try:
        with transaction.atomic():
            released = disclose(**transmission.question, at=at)
            raise _Carried(released.consent_id)
    except _Carried as carried:
        return carried
    except (Refused, Denied) as no:
        return no


def _locked(transmission: Transmission, *states: TransmissionState) -> Transmission:
    """Return the sending as it is now, held until the end, if it stands in one of these states."""
    locked = Transmission.objects.select_for_update(no_key=True).get(pk=transmission.pk)
    if locked.state not in states:
        text = _("This sending is “%(state)s”, so this cannot be done with it.") % {"state": locked.get_state_display()}
        raise Refused(Reason(text, code="wrong_state"))
    return locked


def _settle(transmission: Transmission, state: TransmissionState, reason: str, at: datetime) -> Transmission:
    """Write down what became of a sending."""
    transmission.state, transmission.reason, transmission.settled_at = state, reason[:REASON_LENGTH], at
    transmission.leased_until = None
    transmission.save(update_fields=["state", "reason", "settled_at", "leased_until"])
    if state != TransmissionState.SENT:
        record_fact(TransmissionNotSent(transmission_id=transmission.pk, patient_id=transmission.patient_id), at=at)
    return transmission


def _faults(url: str, *, inside: bool) -> list[tuple[str, str]]:
    """Return what is wrong with an address, in words."""
    words = {
        "not_https": _("The address must begin with https://."),
        "no_host": _("The address names no machine."),
        "carries_secret": _("The address must hold no password and nothing after #."),
        "private": _("This is a machine of a private network. Give the address that everybody reaches."),
    }
    return [(fault, words[fault]) for fault in faults_of_address(url.strip(), inside=inside)]
