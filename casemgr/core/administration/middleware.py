"""Know at each request who comes, through which door, and for which program."""

import uuid
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program
from casemgr.core.audit.door import Door, through

Handler = Callable[[HttpRequest], HttpResponse]
DOORS = {"/api/": "api", "/oauth/": "api", "/admin/": "admin"}


def door(get_response: Handler) -> Handler:
    """Remember door, address and a request id for the audit record."""

    def handle(request: HttpRequest) -> HttpResponse:
        name = next((name for start, name in DOORS.items() if request.path.startswith(start)), "page")
        with through(Door(name, request.META.get("REMOTE_ADDR", ""), uuid.uuid4().hex)):
            return get_response(request)

    return handle


def session_limits(get_response: Handler) -> Handler:
    """End a session that stood idle or grew too old (45 CFR 164.312(a)(2)(iii))."""

    def handle(request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" not in request.session:
            return get_response(request)
        now = timezone.now()
        began = _moment(request, "signed_in_at") or now
        seen = _moment(request, "seen_at") or now
        if now - seen > settings.SESSION_IDLE or now - began > settings.SESSION_ABSOLUTE:
            return _sign_in_again(request)
        if "signed_in_at" not in request.session:
            request.session["signed_in_at"] = began.isoformat()
        if "seen_at" not in request.session or (now - seen).total_seconds() > 20:
            request.session["seen_at"] = now.isoformat()
        return get_response(request)

    return handle


def program_in_hand(get_response: Handler) -> Handler:
    """Give the request the programs of its user, the one in hand, its time zone and the user's language."""

    def handle(request: HttpRequest) -> HttpResponse:
        programs: list[Program] = []
        user = request.user
        if user.is_authenticated:
            programs = list({m.program_id: m.program for m in user.current_memberships}.values())
        chosen = request.session.get("program") if programs else None
        request.programs = programs  # type: ignore[attr-defined]
        request.program = next((p for p in programs if p.pk == chosen), programs[0] if programs else None)  # type: ignore[attr-defined]
        zone = request.program.zone if request.program else timezone.get_default_timezone()  # type: ignore[attr-defined]
        if user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone):
            return get_response(request)

    return handle


def _moment(request: HttpRequest, key: str) -> datetime | None:
    """Return a moment kept in the session."""
    value = request.session.get(key)
    return datetime.fromisoformat(value) if value else None


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """End the session and send the person to the sign-in page, back here afterwards."""
    logout(request)
    messages.info(request, _("You were signed out because the session was idle or too old. Sign in to go on."))
    target = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
