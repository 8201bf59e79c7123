"""Read the keys that encrypt columns and vouch for the audit record."""

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.exceptions import ImproperlyConfigured

KEY = 32
"""Bytes of a key: AES-256."""


def read_keys(text: str, *, name: str = "FIELD_KEYS") -> dict[int, bytes]:
    """Return the keys written as `1:base64,2:base64`; the highest number writes, the others still read."""
    keys = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        number, _colon, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            keys[int(number)] = key
        except ValueError:
            raise ImproperlyConfigured(f"{name} is written as number:base64, separated by commas.") from None
        if len(key) != KEY or not 0 < int(number) < 256:
            raise ImproperlyConfigured(f"A key of {name} has {KEY} bytes and a number from 1 to 255.")
    return keys


def derived_key(secret: str, *, use: str = "field keys") -> bytes:
    """Return a key made from another secret: for development and tests, where nobody keeps keys."""
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"casemgr {use}".encode()).derive(secret.encode())
