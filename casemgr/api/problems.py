"""Answer every error the same way: problem details (RFC 9457), and nobody looks exactly like not allowed."""

import json
import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    ParseError,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)

from casemgr.core.refusals import Denied, Refused

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="casemgr", error="invalid_token"'
NAMES = {
    AuthenticationFailed: ("invalid-token", "Bring a valid access token"),
    NotAuthenticated: ("invalid-token", "Bring a valid access token"),
    MethodNotAllowed: ("method-not-allowed", "This address does not know this method"),
    NotFound: ("not-found", "Not found"),
    ParseError: ("malformed", "The request could not be read"),
    Throttled: ("too-many-requests", "Too many requests"),
    UnsupportedMediaType: ("unsupported-media-type", "Send JSON"),
    ValidationError: ("invalid", "The request is not complete"),
}
DETAILS = {
    "invalid-token": "The token is missing, has ended or was never ours. Ask /oauth/token for a new one.",
    "not-found": "There is nothing here that you may see.",
    "internal": "Something went wrong on our side. Nothing was told. Try again later.",
}


class InsufficientScope(APIException):
    """Refuse a token that does not hold the scope of an endpoint."""

    status_code = 403

    def __init__(self, scope: str) -> None:
        """Remember the scope that is missing."""
        super().__init__(f"This needs the scope “{scope}”. Ask for it at /oauth/token, or ask the program to grant it to your client.")
        self.scope = scope


def problem(status: int, name: str, title: str, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    """Return a problem; the same values give the same bytes."""
    body = {"type": f"urn:casemgr:problem:{name}", "title": title, "status": status, "detail": detail or DETAILS.get(name, ""), **more}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **(headers or {})})


def nobody() -> HttpResponse:
    """Return the one answer for a person who is unknown and for one about whom nothing may be told."""
    return problem(404, *NAMES[NotFound])


def not_found(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Answer an address that does not exist like a person who is unknown."""
    return nobody()


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Turn whatever a view raised into a problem; nothing of ours, and no patient, is quoted."""
    if isinstance(exc, Http404 | NotFound):
        return nobody()
    if isinstance(exc, Refused):
        return _refused(exc)
    if isinstance(exc, InsufficientScope):
        challenge = f'Bearer realm="casemgr", error="insufficient_scope", scope="{exc.scope}"'
        return problem(403, "insufficient-scope", "Scope missing", str(exc.detail), headers={"WWW-Authenticate": challenge})
    if isinstance(exc, Denied | PermissionDenied):
        return problem(403, "forbidden", "Not permitted", "Your client may not do this.")
    if isinstance(exc, APIException):
        return _known(exc)
    log.exception("the API failed")
    return problem(500, "internal", "Internal error")


def _known(exc: APIException) -> HttpResponse:
    """Return the problem for an error that the framework raised."""
    name, title = NAMES.get(type(exc), ("invalid", "The request could not be answered"))
    headers = {}
    if isinstance(exc, Throttled):
        headers["Retry-After"] = str(int(getattr(exc, "wait", None) or 60))
    if isinstance(exc, AuthenticationFailed):
        headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(exc, ValidationError) and isinstance(exc.detail, dict):
        errors = [{"field": field, "detail": str(text)} for field, texts in exc.detail.items() for text in _list(texts)]
        return problem(422, name, title, "Correct the fields named here.", headers=headers, errors=errors)
    return problem(exc.status_code, name, title, DETAILS.get(name) or str(exc.detail), headers=headers)


def _refused(refused: Refused) -> HttpResponse:
    """Return the problem for a verb that refused, with every reason at once."""
    errors = [{"field": reason.field, "code": reason.code, "detail": reason.text} for reason in refused.reasons]
    return problem(409, "refused", "This cannot be done now", str(refused), errors=errors)


def _list(texts: Any) -> list[Any]:
    """Return what the framework gives once or many times as a list."""
    return texts if isinstance(texts, list) else [texts]
