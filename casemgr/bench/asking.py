"""Ask the WSGI application as a web server does, without a network between."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import Client

from casemgr.core.accounts.models import User

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class PlainRequest(WSGIRequest):
    """Be answered by the plain views, behind the very same middleware."""

    urlconf = "casemgr.bench.plain.urls"


class PlainApplication(WSGIHandler):
    """Serve what the product is compared with."""

    request_class = PlainRequest


class NotAnswered(Exception):
    """Say that a request was refused, so that its time would mean nothing."""


@dataclass(frozen=True)
class Asker:
    """Ask one application with the same headers each time."""

    application: Application
    headers: Mapping[str, str]

    def get(self, path: str, **query: str) -> bytes:
        """Ask for a page."""
        return self._ask("GET", path, query=urlencode(query))

    def post(self, path: str, body: Any, **headers: str) -> bytes:
        """Send JSON."""
        return self._ask("POST", path, body=json.dumps(body).encode(), headers=headers)

    def _ask(self, method: str, path: str, *, query: str = "", body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **self.headers,
            **(headers or {}),
        }
        status: list[int] = []
        response = self.application(environ, lambda line, _headers, _info=None: status.append(int(line.split()[0])))
        try:
            body = b"".join(response)
        finally:
            if hasattr(response, "close"):
                response.close()
        if status != [HTTPStatus.OK]:
            raise NotAnswered(f"{method} {path}: {status[0]} {body[:500]!r}")
        return body


def bearer(application: Application, client_id: str, secret: str) -> dict[str, str]:
    """Sign a partner's system in at the token endpoint and return the header of its requests."""
    asked = urlencode({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret})
    form = Asker(application, {"CONTENT_TYPE": "application/x-www-form-urlencoded"})
    answer = form._ask("POST", "/oauth/token", body=asked.encode(), headers={"CONTENT_LENGTH": str(len(asked))})
    return {"HTTP_AUTHORIZATION": f"Bearer {json.loads(answer)['access_token']}"}


def session(user: User) -> dict[str, str]:
    """Begin a session as this user and return the header of their browser."""
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())}
