"""Write an event down in one unambiguous way, so that it can be sealed, and so that two events never read the same."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

NONCE_BYTES = 9
"""Bytes that make each code unlike any other; a copied row is known by them."""

OLD_FIELDS = (
    "at",
    "actor_id",
    "actor_name",
    "verb",
    "outcome",
    "patient_id",
    "subject",
    "reason",
    "detail",
    "door",
    "address",
    "request_id",
)
"""What was sealed of an event before events had codes; the database's function says the same."""

FIELDS = (*OLD_FIELDS, "rests_on", "people")
"""What a code vouches for: everything that an event says."""


def moment_text(moment: datetime) -> str:
    """Return a moment to the microsecond in universal time, as the database writes it."""
    if moment.tzinfo is not UTC and moment.utcoffset():
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26]


def part(value: Any) -> str:
    """Return one value as text."""
    if value is None:
        return ""
    if type(value) is str:
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)


def written(values: Sequence[Any]) -> str:
    """Return values one after the other, each with its length before it."""
    return "".join([f"{len(text)}:{text}" for text in map(part, values)])


def digest_of(previous: str, body: str) -> str:
    """Return the digest that seals what is written here to everything before it."""
    return hashlib.sha256((previous + body).encode()).hexdigest()


def new_code(values: Sequence[Any]) -> str:
    """Return the code that vouches for these values: key number, something used once, and what only the key's holder can compute."""
    number = max(settings.AUDIT_KEYS)
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return f"{number}.{nonce}.{_mac(number, nonce + written(values))}"


def is_vouched_for(code: str, said: str) -> bool:
    """Say whether the code of an event was made by somebody with the key, for what is written here."""
    number, nonce, mac = code.split(".", 2)
    return hmac.compare_digest(_mac(int(number), nonce + said), mac)


def key_is_known(code: str) -> bool:
    """Say whether the key of a code is at hand; text that is no code has none."""
    number, *rest = code.split(".")
    return number.isdecimal() and int(number) in settings.AUDIT_KEYS and len(rest) == 2


def _mac(number: int, text: str) -> str:
    """Return the authenticity code of a text under a key."""
    return hmac.digest(settings.AUDIT_KEYS[number], text.encode(), "sha256").hex()


def signature(text: str) -> str:
    """Return the signature of a line that is kept outside the database, with the number of its key."""
    number = max(settings.AUDIT_KEYS)
    return f"{number}.{_mac(number, text)}"


def is_signed(text: str, signed: str) -> bool:
    """Say whether a line was signed by somebody with the key."""
    number, _dot, mac = signed.partition(".")
    return number.isdecimal() and int(number) in settings.AUDIT_KEYS and hmac.compare_digest(_mac(int(number), text), mac)
