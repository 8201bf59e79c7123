"""Know at each request who comes, through which door, and for which program."""

import uuid
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.administration.origin import address_of
from casemgr.core.audit.door import Door, no_is_on_record, through
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event

Handler = Callable[[HttpRequest], HttpResponse]
FORBIDDEN = 403
NOES = frozenset({FORBIDDEN, 404})
DOORS = {"/api/": "api", "/oauth/": "api", "/admin/": "admin"}


def door(get_response: Handler) -> Handler:
    """Remember door, address and a request id for the audit record."""

    def handle(request: HttpRequest) -> HttpResponse:
        name = next((name for start, name in DOORS.items() if request.path.startswith(start)), "page")
        with through(Door(name, address_of(request), uuid.uuid4().hex)):
            return get_response(request)

    return handle


def noes(get_response: Handler) -> Handler:
    """Put on the record each no that nothing else put there: who asked for which row or person and was told that there is none."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if match and _is_worth_a_row(response.status_code, match) and isinstance(request.user, User) and not no_is_on_record():
            _note_no(request.user, match, response.status_code)
        return response

    return handle


def _is_worth_a_row(status: int, match: ResolverMatch) -> bool:
    """Say whether an answer denied somebody something: a page, or a row that was named."""
    return status == FORBIDDEN or (status in NOES and bool(match.kwargs))


def _note_no(user: User, match: ResolverMatch, status: int) -> None:
    """Put one no on the record, with the key that was asked for; if it is that of a person, it shows on their record of access too."""
    wanted = ", ".join(f"{name}:{value}" for name, value in match.kwargs.items())
    find_patient = import_string(settings.ROOT_PATIENT_FINDER)
    event = audit_event(
        by=user,
        at=timezone.now(),
        verb=f"page:{match.url_name}"[:80],
        outcome=Outcome.DENIED,
        patient_id=find_patient(match.kwargs["patient"]) if "patient" in match.kwargs else None,
        subject=wanted,
        reason="not permitted" if status == FORBIDDEN else "nothing here that this person may see",
    )
    write_event(event)


def session_limits(get_response: Handler) -> Handler:
    """End a session that stood idle or grew too old (45 CFR 164.312(a)(2)(iii))."""

    def handle(request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" not in request.session:
            return get_response(request)
        now = timezone.now()
        began = _moment(request, "signed_in_at") or now
        seen = _moment(request, "seen_at") or now
        if now - seen > settings.SESSION_IDLE or now - began > settings.SESSION_ABSOLUTE:
            if isinstance(request.user, User):
                why = "idle" if now - seen > settings.SESSION_IDLE else "too old"
                write_event(audit_event(by=request.user, at=now, verb="session_ended", outcome=Outcome.DONE, reason=why))
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


def _page_of(request: HttpRequest) -> str:
    """Return the page from which a request came: a piece of a page is nothing to come back to."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    is_ours = page.netloc == request.get_host() and request.headers.get("HX-Request") == "true"
    return page._replace(scheme="", netloc="", fragment="").geturl() if is_ours else request.get_full_path()


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """End the session and send the person to the sign-in page, back here afterwards."""
    logout(request)
    messages.info(request, _("You were signed out because the session was idle or too old. Sign in to go on."))
    target = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': _page_of(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
