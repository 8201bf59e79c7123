"""Tell a partner's system at once that something happened: which person, which row, and where to ask; never what stands in it."""

import json
import socket
from typing import Any, ClassVar

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from requests.adapters import HTTPAdapter
from standardwebhooks.webhooks import Webhook as Seal
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from casemgr.core.directory.models import Organization
from casemgr.sharing.packets import META
from casemgr.sharing.ways import HEADERS, NoAddress, NotTaken, Offer, WayOut
from patients.transmissions.models import WebhookEndpoint
from patients.transmissions.queries import webhook_of
from patients.transmissions.rules import faults_of_address, may_be_reached

SECONDS = 5
"""How long a partner's system may take. The figure is ours: whoever is told later in the same turn waits meanwhile."""

WHERE_TO_ASK = {
    "referral.sent": "/api/v1/referrals",
    "appointment.changed": "/api/v1/patients/{person}/appointments",
    "order.changed": "/api/v1/patients/{person}/medications",
}
"""Where the API tells more, if a consent still lets it."""


class Webhook(WayOut):
    """Carry the news that something happened, signed; the partner asks the API for the rest, and the gate is asked again."""

    via = "webhook"
    label = gettext_lazy("Tell the organization's system at once")
    formats = ("event",)
    carried_in: ClassVar[dict[str, str]] = {"event": "envelope, and header"}
    is_queued = True
    knows_keys = True

    def address_of(self, recipient: Organization, purpose: str) -> str:
        """Return the address at which this organisation is told."""
        return _endpoint(recipient, purpose).url

    def prepare(self, offer: Offer) -> requests.Request:
        """Return the signed request."""
        endpoint = _endpoint(offer.recipient, offer.purpose)
        if faults_of_address(endpoint.url, inside=settings.WEBHOOKS_MAY_STAY_INSIDE):
            raise NoAddress(_("The address of this webhook is not allowed. End it and register another."))
        body = event_of(offer)
        return requests.Request("POST", endpoint.url, data=body, headers=_headers(endpoint, offer, body))

    def send(self, offer: Offer, prepared: requests.Request) -> None:
        """Post the event; whatever the partner answers but yes counts as not taken."""
        try:
            with _session() as session:
                answer = session.send(prepared.prepare(), timeout=SECONDS, allow_redirects=False, stream=True)
                answer.close()
        except requests.RequestException as error:
            raise NotTaken(type(error).__name__) from None
        if not 200 <= answer.status_code < 300:
            raise NotTaken(f"HTTP {answer.status_code}")


def event_of(offer: Offer) -> bytes:
    """Return what is told: that something happened, with notice, scope and number."""
    packet = offer.packet
    body = {
        "type": offer.event,
        "timestamp": offer.at.isoformat(),
        "data": {"person": str(packet.person), "ask": WHERE_TO_ASK[offer.event].format(person=packet.person)},
        "meta": META,
        **packet.must_go_along,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _endpoint(recipient: Organization, purpose: str) -> WebhookEndpoint:
    """Return where this organisation is told, or say that it no longer wants to be."""
    found = webhook_of(recipient.pk, purpose)
    if found is None:
        raise NoAddress(_("This organization has no webhook any more."))
    return found


def _headers(endpoint: WebhookEndpoint, offer: Offer, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks: the same id however often it is tried, and a signature over id, moment and body."""
    return {
        **HEADERS,
        "Content-Type": "application/json",
        "User-Agent": "webhooks/1",
        "webhook-id": offer.key,
        "webhook-timestamp": str(int(offer.at.timestamp())),
        "webhook-signature": Seal(str(endpoint.secret)).sign(offer.key, offer.at, body.decode()),
    }


def _session() -> requests.Session:
    """Return a session that follows no proxy, keeps no cookie, and speaks to no machine that it may not."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Outward())
    session.mount("http://", _Outward())
    return session


def _check_peer(connection: Any, connected: socket.socket) -> socket.socket:
    """Hang up on a machine of our own network: a name that looked public when it was registered may lead anywhere today."""
    peer = connected.getpeername()[0]
    if not may_be_reached(peer, inside=settings.WEBHOOKS_MAY_STAY_INSIDE):
        connected.close()
        raise NewConnectionError(connection, "This machine is not spoken to.")
    return connected


class _PlainToOutside(HTTPConnection):
    """Look at whom one speaks to before the first byte."""

    def _new_conn(self) -> socket.socket:
        return _check_peer(self, super()._new_conn())


class _SecureToOutside(HTTPSConnection):
    """Look at whom one speaks to before the first byte."""

    def _new_conn(self) -> socket.socket:
        return _check_peer(self, super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    """Make connections that look first."""

    ConnectionCls = _PlainToOutside


class _SecurePool(HTTPSConnectionPool):
    """Make connections that look first."""

    ConnectionCls = _SecureToOutside


class _Outward(HTTPAdapter):
    """Use those connections."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
