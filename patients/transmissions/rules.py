"""Decide when a sending is tried again, and where a webhook may lead."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

TRIES = 8
"""Times that a sending is tried before a person must look. The figure is ours: with the pauses below, about two hours."""

FIRST_PAUSE = timedelta(seconds=30)
"""Pause before the second attempt; each one after is twice as long. The figure is ours."""

LONGEST_PAUSE = timedelta(hours=1)

REASON_LENGTH = 300


def next_pause(attempts: int) -> timedelta:
    """Return how long to wait before a sending is tried again."""
    pause: timedelta = FIRST_PAUSE * 2 ** max(attempts - 1, 0)
    return min(pause, LONGEST_PAUSE)


def is_given_up(attempts: int) -> bool:
    """Say whether a sending was tried often enough."""
    return attempts >= TRIES


def faults_of_address(url: str, *, inside: bool) -> list[str]:
    """Return what is wrong with the address of a webhook, by name: only https to a public machine, unless this is no production."""
    parts = urlsplit(url)
    faults = []
    if parts.scheme not in ({"https", "http"} if inside else {"https"}):
        faults.append("not_https")
    if not parts.hostname:
        faults.append("no_host")
    if parts.username or parts.password or parts.fragment:
        faults.append("carries_secret")
    if parts.hostname and not inside and _is_private_name(parts.hostname):
        faults.append("private")
    return faults


def may_be_reached(address: str, *, inside: bool) -> bool:
    """Say whether a machine of this address may be spoken to: nobody on our own network, which a webhook could be made to ask."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or found
    return inside or (mapped.is_global and not mapped.is_multicast)


def _is_private_name(host: str) -> bool:
    """Say whether a name alone tells that the machine is one of ours."""
    try:
        return not may_be_reached(host, inside=False)
    except ValueError:
        return "." not in host or host.rsplit(".", 1)[-1].lower() in {"localhost", "local", "internal", "lan", "home", "arpa"}
