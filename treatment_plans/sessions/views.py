"""Write down sessions, read them, sign them."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
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
from casemgr.core.ui.forms import error_links
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.queries import sites_open_to
from treatment_plans.plan.catalog.queries import intervention_names
from treatment_plans.sessions.actions import Part, record_session, sign_session
from treatment_plans.sessions.forms import GroupForm, PartForm
from treatment_plans.sessions.models import Attendance, Session, SessionKind
from treatment_plans.sessions.queries import (
    appointments_leading_to,
    attendances_seen_by,
    expected_in_group,
    goals_by_patient,
    sessions_seen_by,
    unsigned_for,
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
    }
    return render(request, "treatment_plans/sessions/sessions.html", context)


@page(Can.SEE_CHART)
def session(request: StaffRequest, session: int) -> HttpResponse:
    """Show one session: what was done together, and the notes of those people whom the reader may see."""
    return _show(request, session)


@page(Can.WRITE_SESSION)
def group(request: StaffRequest) -> HttpResponse:
    """Write down a group: first who took part, then everybody on one page."""
    at = timezone.now()
    sites = sites_open_to(request.user, Can.WRITE_SESSION)
    site = sites.first()
    if "patients" not in request.GET:
        return _ask_roster(request, site, at)
    people = _chosen(request)
    goals = goals_by_patient(people)
    form = GroupForm(typed(request), initial=now_at(site, at), sites=sites)
    parts = [PartForm(typed(request), patient=person, goals=goals[person.pk]) for person in people]
    if request.method == "POST" and all([form.is_valid(), *(part.is_valid() for part in parts)]):
        written = attempt(form, lambda: _record_group(request, form, parts, at))
        if written:
            return after_writing(request, written)
    note_many(audit_event(by=request.user, at=at, verb="goals", outcome=Outcome.SEEN, patient_id=person.pk) for person in people)
    errors = [link for one in (form, *parts) for link in error_links(one)]
    context = {"form": form, "parts": parts, "errors": errors}
    return render(request, "treatment_plans/sessions/group.html", context, status=422 if errors else 200)


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


@page(Can.SEE_CHART)
def unsigned(request: StaffRequest) -> HttpResponse:
    """List one's own notes that wait for a signature, the oldest first."""
    waiting = list(unsigned_for(request.user)[:MOST_ON_A_ROSTER])
    note_read(by=request.user, at=timezone.now(), what="unsigned", people=[part.patient_id for part in waiting])
    return render(request, "treatment_plans/sessions/unsigned.html", {"waiting": waiting})


def _record_group(request: StaffRequest, form: GroupForm, parts: list[PartForm], at: datetime) -> Session:
    """Write down a group, with the appointments that led to it."""
    frame = form.frame()
    booked = appointments_leading_to([part.patient for part in parts], request.user, frame["starts_at"])
    return record_session(
        clinician=request.user,
        kind=SessionKind.GROUP,
        parts=[
            Part(
                patient=part.patient,
                appointment=booked.get(part.patient.pk),
                minutes=part.cleaned_data["minutes"],
                **_said(part, "state", "note", "goals", "no_goal_reason"),
            )
            for part in parts
        ],
        by=request.user,
        at=at,
        **_said(form, "title", "shared_text"),
        **frame,
    )


def _ask_roster(request: StaffRequest, site: Site | None, at: datetime) -> HttpResponse:
    """Ask who took part; whoever is booked for a group today is chosen already."""
    people = list(patients_seen_by(request.user, can=Can.WRITE_SESSION)[:MOST_ON_A_ROSTER])
    expected = expected_in_group(request.user, at.astimezone(site.zone).date(), site.zone) if site else set()
    note_read(by=request.user, at=at, what="roster", people=[person.pk for person in people])
    context = {"people": sorted(people, key=lambda person: person.pk not in expected), "expected": expected}
    return render(request, "treatment_plans/sessions/roster.html", context)


def _chosen(request: StaffRequest) -> list[Patient]:
    """Return the people who were chosen for a group; somebody who may not be seen is somebody unknown."""
    try:
        wanted = {uuid.UUID(text) for text in request.GET.getlist("patients")}
    except ValueError:
        raise Http404 from None
    people = list(patients_seen_by(request.user, can=Can.WRITE_SESSION).filter(public_id__in=wanted))
    if len(people) != len(wanted):
        raise Http404
    return people


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
    }
    return render(request, "treatment_plans/sessions/session.html", context, status=status)


def _part(attendance: Attendance, wishes: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what the page shows of one person's part, the wishes that make it feel safe first."""
    thoughts = [(label, attendance.thought_record[name]) for name, label in THOUGHTS.items() if name in attendance.thought_record]
    state = ATTENDANCE_STATES[attendance.state]
    return {"attendance": attendance, "state": state, "said": said_in(attendance), "wishes": wishes, "thoughts": thoughts}


def _seen_attendances(request: StaffRequest) -> "Prefetch[str, QuerySet[Attendance], str]":
    """Read those attendances along that the reader may see."""
    seen = attendances_seen_by(request.user).prefetch_related(worked_on()).order_by("patient__family_name", "pk")
    return Prefetch("attendances", queryset=seen, to_attr="seen")


def _said(form: Any, *names: str) -> dict[str, Any]:
    """Return what was said in a form; a question that was not asked has no answer."""
    return {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}


def now_at(site: Site | None, moment: datetime) -> dict[str, Any]:
    """Return day and time of a moment by the clock of a site."""
    local = moment.astimezone(site.zone) if site else moment
    return {"day": local.date(), "starts_at": local.time().replace(minute=local.minute // 5 * 5, second=0, microsecond=0), "site": site}


def _number(request: StaffRequest, name: str) -> int:
    """Return a number of the address, or one that belongs to nothing."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
