"""Encrypt a column, so that a copy of the database tells nothing of what stands in it (45 CFR 164.312(a)(2)(iv))."""

import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

if TYPE_CHECKING:
    _Bytes = models.BinaryField[Any, Any]  # the field itself takes no types at run time
else:
    _Bytes = models.BinaryField

NONCE = 12
"""Bytes of the number used once; 96 bits as NIST SP 800-38D advises for GCM."""


class Unreadable(Exception):
    """Say that a value cannot be decrypted: the key is gone, or the value was moved or changed. It never holds the value."""


def encrypt(text: str, *, purpose: str) -> bytes:
    """Return key number, nonce and ciphertext; it can be read only for the same purpose."""
    number = max(settings.FIELD_KEYS)
    nonce = os.urandom(NONCE)
    return bytes([number]) + nonce + AESGCM(settings.FIELD_KEYS[number]).encrypt(nonce, text.encode(), purpose.encode())


def decrypt(value: bytes, *, purpose: str) -> str:
    """Return the text, or raise `Unreadable`."""
    key = settings.FIELD_KEYS.get(value[0]) if value else None
    if key is None:
        raise Unreadable(f"The key of a value of {purpose} is not in FIELD_KEYS.")
    try:
        return AESGCM(key).decrypt(value[1 : 1 + NONCE], value[1 + NONCE :], purpose.encode()).decode()
    except InvalidTag:
        raise Unreadable(f"A value of {purpose} is not what was written.") from None


def lent_keys(*, purpose: str) -> dict[int, bytes]:
    """Return keys that somebody else may hold for one purpose, one made from each of ours: from them nobody gets back to ours."""
    info = f"casemgr lent: {purpose}".encode()
    return {number: HKDF(SHA256(), len(key), None, info).derive(key) for number, key in settings.FIELD_KEYS.items()}


class EncryptedTextField(_Bytes):
    """Hold text that only the program can read; the database, its backups and its history hold ciphertext.

    `purpose` goes into the seal: a value moved to another column cannot be read there. Nothing can be searched or compared in it.
    """

    def __init__(self, *args: Any, purpose: str, **options: Any) -> None:
        """Remember what the values are for."""
        self.purpose = purpose
        options.setdefault("editable", True)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Return how to make this field again."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "purpose": self.purpose}

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return encrypt(value, purpose=self.purpose) if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: object, connection: object) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(bytes(value), purpose=self.purpose)

    def to_python(self, value: Any) -> Any:
        """Leave text as it is."""
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison but with nothing: ciphertext of the same words differs each time."""
        if lookup_name != "isnull":
            raise FieldError("An encrypted column cannot be searched.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to be written out by a serializer."""
        raise FieldError("An encrypted column is not exported.")
