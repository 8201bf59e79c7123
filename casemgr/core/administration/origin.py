"""Say from which address a request comes: the one that speaks to us, or the one for which a proxy of ours asks."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def address_of(request: HttpRequest) -> str:
    """Return the address of whoever asks, for the audit record and for every count of attempts."""
    header = request.headers.get("X-Forwarded-For", "")
    return client_address(request.META.get("REMOTE_ADDR", ""), header, settings.TRUSTED_PROXIES)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the nearest address that is no trusted proxy; a header that somebody else wrote is not read.

    Each proxy writes behind what it was sent by whom it was asked, so the list is true from the right up to the first stranger.
    """
    nearest = peer
    for said in [peer, *reversed(forwarded_for.split(","))]:
        address = _address_in(said)
        if address is None:
            return nearest
        nearest = str(address)
        if not any(address in network for network in trusted):
            return nearest
    return nearest


def _address_in(text: str) -> Address | None:
    """Return the address in what a proxy wrote, perhaps with a port, or nothing."""
    text = text.strip()
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
