"""Read which machines stand before us and say truly for whom they ask."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network


def read_proxies(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks of trusted proxies, written with commas between them; nothing written trusts nobody."""
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError:
        raise ImproperlyConfigured("TRUSTED_PROXIES is written as addresses or networks, with commas: 127.0.0.1,10.0.0.0/8.") from None
