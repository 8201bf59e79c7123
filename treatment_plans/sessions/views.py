"""Write down sessions, read them, sign them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Site
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, page
from treatment_plans.drafts.queries import unfinished_notes
from treatment_plans.plan.catalog.queries import intervention_names
from treatment_plans.sessions.actions import sign_session
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.queries import (
    attendances_seen_by,
    is_contradicted,
    sessions_seen_by,
    worked_on,
)
from treatment_plans.sessions.writing.models import THOUGHTS
from treatment_plans.sessions.writing.queries import carried_whole, said_in, wishes_of

PAGE = 50
MOST_ON_A_ROSTER = 200
ATTENDANCE_STATES = {"present": "good", "late": "note", "absent": "warn", "excused": "quiet"}


@page(Can.SEE_CHART)
def sessions(request: StaffRequest) -> HttpResponse:
    """List sessions, the latest first: one's own, or all that the reader may see."""
    is_all = request.GET.get("whose") == "all"
    seen = sessions_seen_by(request.user).prefetch_related(_seen_attendances(request))
    rows = seen if is_all else seen.filter(clinician=request.user)
    found: Any = slice_of(rows, by="-starts_at", after=request.GET.get("after", ""), size=PAGE)
    note_read(by=request.user, at=timezone.now(), what="sessions", people=[part.patient_id for row in found.rows for part in row.seen])
    after = {"after": found.next_key, **({"whose": "all"} if is_all else {})}
    context = {
        "sessions": found.rows,
        "is_all": is_all,
        "next_url": f"{reverse('treatment_plans:sessions')}?{urlencode(after)}" if found.next_key else "",
        "may_write": request.user.may(Can.WRITE_SESSION),
        "unfinished": unfinished_notes(request.user).exists(),
    }
    return render(request, "treatment_plans/sessions/sessions.html", context)


@page(Can.SEE_CHART)
def session(request: StaffRequest, session: int) -> HttpResponse:
    """Show one session: what was done together, and the notes of those people whom the reader may see."""
    return _show(request, session)


@require_POST
@page(Can.WRITE_SESSION)
def sign(request: StaffRequest, session: int) -> HttpResponse:
    """Sign every note of a session."""
    found = get_object_or_404(sessions_seen_by(request.user, can=Can.WRITE_SESSION), pk=session)
    try:
        sign_session(session=found, by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, session, refused=refused, status=422)
    messages.success(request, _("Signed."))
    return HttpResponseRedirect(reverse("treatment_plans:session", args=[found.pk]))


def after_writing(request: StaffRequest, written: Session) -> HttpResponse:
    """Sign what was written if that was asked for, and show it."""
    stale = carried_whole(written) if "sign" in request.POST else []
    if stale:
        names = ", ".join(note.patient.display_name for note in stale)
        text = _("Saved, but not signed: every word on %(names)s was carried forward. Read it again; sign it if it still holds.")
        messages.warning(request, text % {"names": names})
    elif "sign" in request.POST:
        try:
            sign_session(session=written, by=request.user, at=timezone.now())
        except Refused as refused:
            messages.warning(request, _("Saved, but not signed: %(why)s") % {"why": refused})
        else:
            messages.success(request, _("Saved and signed."))
    else:
        messages.success(request, _("Saved. It is not signed yet."))
    return HttpResponseRedirect(reverse("treatment_plans:session", args=[written.pk]))


def _show(request: StaffRequest, key: int, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """Draw the page of a session; each chart that is opened by it is put on the record."""
    found = get_object_or_404(sessions_seen_by(request.user).prefetch_related(_seen_attendances(request)), pk=key)
    attendances: list[Attendance] = found.seen  # type: ignore[attr-defined]
    at = timezone.now()
    note_many(
        audit_event(by=request.user, at=at, verb="session", outcome=Outcome.SEEN, patient_id=one.patient_id, subject=f"session:{found.pk}")
        for one in attendances
    )
    is_mine = found.clinician_id == request.user.pk and request.user.may(Can.WRITE_SESSION, program_id=found.program_id)
    wishes = wishes_of([one.patient_id for one in attendances], found.program_id)
    context = {
        "session": found,
        "parts": [_part(one, wishes.get(one.patient_id, [])) for one in attendances],
        "techniques": list(intervention_names(found.site.program, found.techniques).values()) if found.techniques else [],
        "stale": carried_whole(found) if is_mine else [],
        "refused": refused,
        "is_mine": is_mine,
        "may_rate": request.user.may(Can.WRITE_SESSION, program_id=found.program_id),
        "keeps_counseling": is_mine and request.user.may(Can.WRITE_COUNSELING_NOTE, program_id=found.program_id),
        "may_sign": is_mine and any(one.signed_at is None for one in attendances),
        "may_change": is_mine and not any(one.signed_at for one in attendances),
    }
    return render(request, "treatment_plans/sessions/session.html", context, status=status)


def _part(attendance: Attendance, wishes: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what the page shows of one person's part, the wishes that make it feel safe first."""
    thoughts = [(label, attendance.thought_record[name]) for name, label in THOUGHTS.items() if name in attendance.thought_record]
    state = ATTENDANCE_STATES[attendance.state]
    is_doubtful = is_contradicted(attendance)
    said = said_in(attendance)
    return {"attendance": attendance, "state": state, "said": said, "wishes": wishes, "thoughts": thoughts, "is_doubtful": is_doubtful}


def _seen_attendances(request: StaffRequest) -> "Prefetch[str, QuerySet[Attendance], str]":
    """Read those attendances along that the reader may see."""
    seen = attendances_seen_by(request.user).select_related("appointment", "in_error")
    seen = seen.prefetch_related(worked_on()).order_by("patient__family_name", "pk")
    return Prefetch("attendances", queryset=seen, to_attr="seen")


def now_at(site: Site | None, moment: datetime) -> dict[str, Any]:
    """Return day and time of a moment by the clock of a site."""
    local = moment.astimezone(site.zone) if site else moment
    return {"day": local.date(), "starts_at": local.time().replace(minute=local.minute // 5 * 5, second=0, microsecond=0), "site": site}


def typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
