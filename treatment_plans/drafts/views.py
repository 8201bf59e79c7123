"""Keep what somebody types while they type, and show what they have not finished."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.moments import say_moment
from casemgr.core.ui.pages import StaffRequest, page
from treatment_plans.drafts.actions import drop_draft, save_draft
from treatment_plans.drafts.forms import DraftForm
from treatment_plans.drafts.queries import (
    address_of,
    draft_of,
    is_open_to,
    lent_to_browser,
    said_in,
    title_of,
    unfinished_notes,
    words_seen,
)

MOST = 200


@never_cache
@page(Can.SEE_CHART)
def drafts(request: StaffRequest) -> HttpResponse:
    """List what one has typed and not saved."""
    found = list(unfinished_notes(request.user)[:MOST])
    note_read(by=request.user, at=timezone.now(), what="drafts", people=[one.patient_id for one in found])
    rows = [{"draft": one, "title": title_of(one.key), "address": address_of(one)} for one in found]
    return render(request, "treatment_plans/drafts/drafts.html", {"rows": rows})


@never_cache
@page(Can.SEE_CHART)
def draft(request: StaffRequest, key: str) -> HttpResponse:
    """Give a form what its owner has typed into it, or take in what they have typed by now."""
    if not is_open_to(request.user, key):
        raise Http404
    if request.headers.get("X-Draft-Owner", "") not in ("", str(request.user.pk)):
        return JsonResponse({"other": True}, status=403)  # somebody else has signed in since that page was opened
    return _taken_in(request, key) if request.method == "POST" else JsonResponse(_opened(request, key))


@require_POST
@page(Can.SEE_CHART)
def drop(request: StaffRequest, key: str) -> HttpResponse:
    """Throw away what one has typed."""
    if draft_of(request.user, key) is None:
        raise Http404
    drop_draft(key=key, by=request.user, at=timezone.now())
    if request.headers.get("X-Draft-Owner"):
        return HttpResponse(status=204)
    messages.success(request, _("Thrown away."))
    return HttpResponseRedirect(reverse("treatment_plans:drafts"))


@never_cache
@page(Can.SEE_CHART)
def read_draft(request: StaffRequest, key: str) -> HttpResponse:
    """Show the words of a draft by themselves: for when its form is gone, or a browser runs no script."""
    found = get_object_or_404(unfinished_notes(request.user), key=key)
    words = words_seen(found, request.user)
    if words is None or not is_open_to(request.user, key):
        raise Http404
    note_read(by=request.user, at=timezone.now(), what="draft", patient_id=found.patient_id)
    context = {"draft": found, "title": title_of(key), "parts": said_in(words, request.user), "address": words.address}
    return render(request, "treatment_plans/drafts/read.html", context)


def _taken_in(request: StaffRequest, key: str) -> JsonResponse:
    """Save what was sent; who has not seen the last change is shown it."""
    try:
        told = json.loads(request.body)
    except ValueError:
        told = None
    form = DraftForm(told if isinstance(told, dict) else {})
    if not form.is_valid():
        return JsonResponse({}, status=400)
    at = timezone.now()
    try:
        version = save_draft(key=key, words=form.words(), version=form.cleaned_data["version"], by=request.user, at=at)
    except Refused as refused:
        if refused.reasons[0].code == "elsewhere":
            return JsonResponse(_held(request, key), status=409)
        return JsonResponse({"why": str(refused)}, status=422)
    return JsonResponse({"version": version, "at": _clock(at)})


def _opened(request: StaffRequest, key: str) -> dict[str, Any]:
    """Return what a form is told when it opens: what was typed, and the keys with which this browser may keep more of it."""
    return {**_held(request, key), **lent_to_browser(request.user, key)}


def _held(request: StaffRequest, key: str) -> dict[str, Any]:
    """Return what the server has of a draft."""
    known = draft_of(request.user, key)
    if known is None:
        return {"version": 0, "fields": None, "labels": {}, "at": "", "gone": False}
    words = words_seen(known, request.user)
    if words is not None:
        note_read(by=request.user, at=timezone.now(), what="draft", patient_id=known.patient_id)
    fields = words.fields if words is not None else None
    labels = words.labels if words is not None else {}
    is_gone = known.version > 0 and fields is None
    return {"version": known.version, "fields": fields, "labels": labels, "at": _clock(known.recorded_at), "gone": is_gone}


def _clock(moment: datetime) -> str:
    """Return a moment as people say it: the time of today, the day before it for others."""
    local = timezone.localtime(moment)
    today = timezone.localtime(timezone.now()).date()
    return say_moment(moment, style="time" if local.date() == today else "exact").words
