"""Guard a page, and let a form tell why an action was refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.basis import under
from casemgr.core.audit.door import People, reading
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_read, write_event
from casemgr.core.refusals import Denied, Refused
from casemgr.core.ui.kinder_words import WITHOUT_SCRIPT, hint_after_saving

FOUND = 302
P = ParamSpec("P")
T = TypeVar("T")


class StaffRequest(HttpRequest):
    """Type a request behind `page`: somebody is signed in and the program in hand is known."""

    user: User
    program: Any
    programs: list[Any]
    htmx: Any


def page(*rights: Can) -> Callable[[Callable[Concatenate[Any, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Open a page to those who hold one of these rights; everybody else is told so, and it goes on the record."""

    def guard(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not any(user.may(right) for right in rights):
                return _refuse(request, user, rights, view.__name__)
            try:
                with under(*rights, by=user), reading() as people:
                    answer = view(request, *args, **kwargs)
                    _note_whom_it_shows(request, answer, people, view.__name__, user)
                if request.method == "POST" and answer.status_code == FOUND and WITHOUT_SCRIPT in request.POST:
                    hint_after_saving(request)
                return answer
            except Denied:
                return render(request, "403.html", status=403)

        guarded.page_rights = rights  # type: ignore[attr-defined]
        return login_required(guarded)

    return guard


def _note_whom_it_shows(request: HttpRequest, answer: HttpResponseBase, people: People, name: str, user: User) -> None:
    """Put on the record whom a page read when it has not said so itself: a form above which a name stands is a read too."""
    is_page = answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html")
    if request.method != "GET" or not is_page or people.are_on_record or not people.read:
        return
    read = sorted(people.read)
    alone = read[0] if len(read) == 1 else None
    note_read(by=user, at=timezone.now(), what=f"page:{name}", patient_id=alone, people=[] if alone else read)


def _refuse(request: HttpRequest, user: Any, rights: tuple[Can, ...], name: str) -> HttpResponse:
    """Answer that the role does not open this page."""
    by = user if isinstance(user, User) else None
    reason = f"needs {' or '.join(rights)}"
    write_event(audit_event(by=by, at=timezone.now(), verb=f"page:{name}", outcome=Outcome.DENIED, reason=reason))
    return render(request, "403.html", status=403)


def attempt(form: BaseForm, act: Callable[[], T]) -> T | None:
    """Do what the form asks; when it is refused, put each reason at the field it belongs to and return nothing."""
    try:
        return act()
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(reason.field if reason.field in form.fields else None, reason.text)
        return None
