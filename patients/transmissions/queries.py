"""Read what waits to be sent, what was sent, and where organisations want to be told."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.transmissions.events import NewsForPartners
from patients.transmissions.models import SecureAddress, Transmission, TransmissionState, WebhookEndpoint

TO_LOOK_AT = [TransmissionState.FAILED, TransmissionState.DOUBTFUL]


def transmissions_seen_by(user: User, *, can: Can = Can.SEE_DISCLOSURES) -> QuerySet[Transmission]:
    """Return the sendings of the patients whom this user sees, of the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return Transmission.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can))


def transmission_list(user: User, *, show: str) -> QuerySet[Transmission]:
    """Return the sendings that somebody asks for: waiting, withheld, to be looked at, sent, or all."""
    rows = transmissions_seen_by(user).select_related("patient", "recipient", "requested_by")
    states = {
        "waiting": [TransmissionState.QUEUED],
        "withheld": [TransmissionState.WITHHELD],
        "failed": TO_LOOK_AT,
        "sent": [TransmissionState.SENT],
    }.get(show)
    return rows if states is None else rows.filter(state__in=states)


def transmissions_of(patient: Patient) -> QuerySet[Transmission]:
    """Return the sendings about one person, newest first."""
    return Transmission.objects.filter(patient=patient).select_related("recipient", "requested_by").order_by("-id")


def secure_address_of(organization_id: int) -> SecureAddress | None:
    """Return the address to which this organisation agreed that records are mailed."""
    return SecureAddress.objects.filter(organization=organization_id, ended_at__isnull=True).first()


def webhooks_for(event: str) -> Sequence[WebhookEndpoint]:
    """Return where this kind of event is told; whether it may be is asked for each."""
    named = WebhookEndpoint.objects.filter(is_active=True, events__contains=[event], organization__is_active=True)
    return list(named.select_related("organization").order_by("pk"))


def is_awaited(news: str) -> bool:
    """Say whether any partner's system wants news of this kind at once."""
    return WebhookEndpoint.objects.filter(is_active=True, events__contains=[news]).exists()


def news_awaited(news: str, *, about: Any, program_id: int) -> list[NewsForPartners]:
    """Return the news about a row of a patient, to be recorded as a fact; nothing while nobody wants such news."""
    if not is_awaited(news):
        return []
    subject = f"{about._meta.label_lower}:{about.pk}"
    return [NewsForPartners(news=news, patient_id=about.patient_id, program_id=program_id, organization_id=0, subject=subject)]


def webhook_of(organization_id: int, purpose: str) -> WebhookEndpoint | None:
    """Return where this organisation is told of events for this purpose."""
    return WebhookEndpoint.objects.filter(Q(organization=organization_id, purpose=purpose, is_active=True)).first()
