"""Carry what somebody searched for in an address that only that person's own requests can read.

Django's lists keep a search in the address, and addresses stand in logs, proxies and the history of a browser. What is typed is sent in the
body instead, and the answer leads to an address that holds it encrypted for this user.
"""

import base64

from django.http import HttpRequest

from casemgr.core.encrypted import Unreadable, decrypt, encrypt

LONGEST = 200


def sealed(request: HttpRequest, words: str) -> str:
    """Return these words as they may stand in an address."""
    return base64.urlsafe_b64encode(encrypt(words[:LONGEST], purpose=_purpose(request))).decode().rstrip("=")


def unsealed(request: HttpRequest, text: str) -> str:
    """Return the words behind this text; nothing when they were not sealed for this user, or were typed into the address."""
    try:
        return decrypt(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), purpose=_purpose(request)) if text else ""
    except (Unreadable, ValueError):
        return ""


def _purpose(request: HttpRequest) -> str:
    """Bind the words to who typed them."""
    return f"search of user {request.user.pk}"
