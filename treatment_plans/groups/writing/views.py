"""Write down a meeting of a group on one page: what is the same for all, and everybody's own part."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.finishing import VERSION, finished
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.queries import sites_open_to, staff_at
from treatment_plans.drafts.actions import drop_draft
from treatment_plans.drafts.queries import draft_key, draft_of, roster_key, words_seen
from treatment_plans.groups.models import GroupMeeting, MeetingState
from treatment_plans.groups.queries import (
    facilitators_of,
    goals_to_begin_with,
    keep_out_of,
    meetings_seen_by,
    places_without_part,
    roster_with_unseen,
    ways_of_working,
    without_part,
)
from treatment_plans.groups.writing.actions import add_parts, record_meeting
from treatment_plans.groups.writing.forms import (
    GONE,
    HAS_PART,
    NoteOfGroup,
    OwnForm,
    SharedForm,
    StrayForm,
    people_said,
    with_kept,
)
from treatment_plans.sessions.actions import record_session, sign_session
from treatment_plans.sessions.models import Session, SessionKind
from treatment_plans.sessions.naming.queries import NOBODY_ELSE, KeepOut, Written, names_found, names_perhaps
from treatment_plans.sessions.queries import appointments_leading_to, expected_in_group, goals_by_patient
from treatment_plans.sessions.writing.queries import wishes_of

MOST_ON_A_ROSTER = 200


@dataclass(frozen=True)
class Begun:
    """Hold what the page of a note begins with."""

    people: Sequence[Patient]
    sites: Any
    staff: Any
    initial: dict[str, Any]
    preset: dict[int, list[int]] = field(default_factory=dict)
    gone: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """Hold what was typed, and of whom besides those who are asked about: of people who are seen, and of keys that are not."""

    words: QueryDict | None = None
    gone: Sequence[Patient] = ()
    strays: Sequence[uuid.UUID] = ()


@page(Can.WRITE_SESSION)
def write_meeting(request: StaffRequest, group_meeting: int) -> HttpResponse:
    """Write down a meeting of a group that meets again: its roster stands there, nobody's attendance is said before."""
    at = timezone.now()
    found = get_object_or_404(meetings_seen_by(request.user, can=Can.WRITE_SESSION), pk=group_meeting)
    if found.state == MeetingState.HELD:
        return _write_the_rest(request, found, at)
    if found.state != MeetingState.PLANNED:
        return redirect("treatment_plans:group_series", found.series_id)
    series = found.series
    zone = series.site.zone
    places, unseen = roster_with_unseen(series, found.starts_at.astimezone(zone).date(), request.user)
    draft = draft_key("group", found.pk)
    typed = _typed(request, draft, [place.patient for place in places])
    people = [*(place.patient for place in places), *typed.gone]
    goals = goals_by_patient(people)
    initial = {
        **_clock(found.starts_at, series.site),
        "minutes": round((found.ends_at - found.starts_at).total_seconds() / 60),
        "modality": series.modality,
        "techniques": series.techniques,
        "led_with": [user for user in facilitators_of(series) if user.pk != request.user.pk],
    }
    gone = {person.pk: GONE for person in typed.gone}
    begun = Begun(people, None, _colleagues(request, series.site), initial, goals_to_begin_with(series, places, goals), gone)
    note = _note(typed, begun, goals, series.site.program)

    def act() -> Session:
        starts_at, ends_at = note.shared.times_at(series.site)
        times: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "by": request.user, "at": at}
        times["draft"] = finished(draft, request.POST)
        written = record_meeting(meeting=found, parts=note.parts(), **times, **note.shared.facts())
        return _session_of(written)

    return _answer(
        request,
        note,
        people,
        act,
        at,
        {"meeting": found, "series": series, "unseen": unseen, "draft": draft},
    )


def _write_the_rest(request: StaffRequest, found: GroupMeeting, at: datetime) -> HttpResponse:
    """Ask for the parts of those whom whoever wrote a meeting down may not see; where none is left, show the group."""
    series, draft = found.series, draft_key("group", found.pk)
    home = redirect("treatment_plans:group_series", found.series_id)
    places = places_without_part(found, request.user)
    typed = _typed(request, draft, [place.patient for place in places])
    if not (places or typed.gone or typed.strays):
        return home
    people = [*(place.patient for place in places), *typed.gone]
    goals = goals_by_patient(people)
    free = {place.patient_id for place in places_without_part(found, request.user, on_day=False)} if typed.gone else set()
    gone = {person.pk: GONE if person.pk in free else HAS_PART for person in typed.gone}
    begun = Begun(people, None, User.objects.none(), {}, goals_to_begin_with(series, places, goals), gone)
    strays = [StrayForm(typed.words, person=one) for one in typed.strays] if typed.words else []
    note = NoteOfGroup(SharedForm.for_the_rest(typed.words), _own(typed, begun, goals, series.program_id), strays, _shown(typed))
    if typed.words and note.is_all_left_out:
        drop_draft(key=draft, by=request.user, at=at)
        messages.success(request, _("Left out. Nothing was added."))
        return home

    def act() -> Session:
        return add_parts(meeting=found, parts=note.parts(), draft=finished(draft, request.POST), by=request.user, at=at)

    unseen, words = without_part(found).count() - len(places), typed.words.get("shared_text", "") if typed.words else ""
    more = {"meeting": found, "series": series, "unseen": unseen, "written": found.session, "draft": draft, "typed_for_all": words}
    return _answer(request, note, people, act, at, more)


@page(Can.WRITE_SESSION)
def write_group(request: StaffRequest) -> HttpResponse:
    """Write down a group that met this once: first who took part, then everybody on one page."""
    at = timezone.now()
    sites = sites_open_to(request.user, Can.WRITE_SESSION)
    site = sites.first()
    if "patients" not in request.GET:
        return _ask_roster(request, site, at)
    wanted = request.GET.getlist("patients")
    people, draft = _chosen(request.user, wanted, is_sent=request.method == "POST"), roster_key(_keys(wanted))
    typed = _typed(request, draft, people)
    people = [*people, *typed.gone]
    initial = {**(_clock(at, site) if site else {}), "site": site}
    begun = Begun(people, sites, _colleagues(request, site), initial, gone={person.pk: GONE for person in typed.gone})
    note = _note(typed, begun, goals_by_patient(people), site.program if site else None)

    def act() -> Session:
        where = note.shared.cleaned_data["site"]
        starts_at, ends_at = note.shared.times_at(where)
        booked = appointments_leading_to(people, request.user, starts_at)
        return record_session(
            site=where,
            clinician=request.user,
            kind=SessionKind.GROUP,
            starts_at=starts_at,
            ends_at=ends_at,
            title=note.shared.cleaned_data["title"],
            parts=[replace(part, appointment=booked.get(part.patient.pk)) for part in note.parts()],
            draft=finished(draft, request.POST),
            by=request.user,
            at=at,
            **note.shared.facts(),
        )

    return _answer(request, note, people, act, at, {"draft": draft})


@require_POST
@page(Can.WRITE_SESSION)
def names_in_group(request: StaffRequest, whose: str) -> HttpResponse:
    """Say while somebody writes where a name of the group stands; nothing is kept."""
    people = _chosen(request.user, request.POST.getlist("patients"))
    by_id = {str(person.public_id): person for person in people}
    person = by_id.get(whose)
    name = f"{whose}-note" if person else "shared_text"
    text = request.POST.get(name, "").replace("\r\n", "\n")
    written = Written({}, {person.pk: text}) if person else Written({"shared_text": text}, {})
    found = [
        {"reason": reason, "hit": hit, "target": f"id_{name}"}
        for reason, hit in names_found({one.pk: one for one in people}, written, [request.user], _others(request))
    ]
    note_read(by=request.user, at=timezone.now(), what="roster", people=[one.pk for one in people])
    return render(request, "treatment_plans/groups/_names.html", {"found": found})


def _others(request: StaffRequest) -> KeepOut:
    """Return whose names stay out as well when a meeting of a group is written that meets again."""
    meeting = request.POST.get("group_meeting", "")
    if not meeting.isdecimal():
        return NOBODY_ELSE
    return keep_out_of(get_object_or_404(meetings_seen_by(request.user, can=Can.WRITE_SESSION), pk=meeting).series, request.user)


def _typed(request: StaffRequest, draft: str, people: Sequence[Patient]) -> Typed:
    """Return what was typed, with the parts of people of whom the form does not ask any longer: none is dropped without a word.

    Somebody may leave the roster, or the sight of the writer, while the form is open or its words wait in a draft.
    """
    if request.method != "POST":
        return Typed()
    typed: QueryDict = request.POST
    asked, hidden = {one.public_id for one in people}, set()
    kept = draft_of(request.user, draft) if VERSION in typed else None
    if kept is not None and kept.words is not None and (seen := words_seen(kept, request.user)):
        hidden = people_said(with_kept(QueryDict(mutable=True), kept.words.fields, asked))
        typed = with_kept(typed, seen.fields, asked)
    missing = (people_said(typed) | hidden) - asked
    gone = list(patients_seen_by(request.user, can=Can.WRITE_SESSION).filter(public_id__in=missing)) if missing else []
    return Typed(typed, gone, sorted(missing - {one.public_id for one in gone}))


def _shown(typed: Typed) -> Sequence[str]:
    """Return who stood on the page that was sent."""
    return typed.words.getlist("patients") if typed.words else []


def _note(typed: Typed, begun: Begun, goals: dict[int, Any], program: Program | None) -> NoteOfGroup:
    """Return the forms of the page."""
    ways = ways_of_working([program] if program else [], begun.initial.get("techniques", ()))
    shared = SharedForm(typed.words, sites=begun.sites, staff=begun.staff, ways=ways, initial=begun.initial)
    strays = [StrayForm(typed.words, person=one) for one in typed.strays] if typed.words else []
    return NoteOfGroup(shared, _own(typed, begun, goals, program.pk if program else 0), strays, _shown(typed))


def _own(typed: Typed, begun: Begun, goals: dict[int, Any], program_id: int) -> list[OwnForm]:
    """Return the form for each person, with what makes the session feel safe for them."""
    wishes = wishes_of([one.pk for one in begun.people], program_id)
    return [
        OwnForm(
            typed.words,
            patient=one,
            goals=goals.get(one.pk, []),
            preset=begun.preset.get(one.pk, []),
            wishes=wishes.get(one.pk, []),
            gone=begun.gone.get(one.pk, ()),
        )
        for one in begun.people
    ]


def _answer(
    request: StaffRequest, note: NoteOfGroup, people: Sequence[Patient], act: Callable[[], Session], at: datetime, more: dict[str, Any]
) -> HttpResponse:
    """Save the note if it was sent and is whole; otherwise show the page with what is wrong."""
    if request.method == "POST" and note.is_valid():
        try:
            written = act()
        except Refused as refused:
            note.refuse(refused.reasons)
        else:
            others = keep_out_of(more["series"], request.user) if "series" in more else NOBODY_ELSE
            return _after_writing(request, written, people, others)
    note_many(audit_event(by=request.user, at=at, verb="goals", outcome=Outcome.SEEN, patient_id=person.pk) for person in people)
    errors = note.errors
    context = {"form": note.shared, "parts": note.own, "strays": note.strays, "errors": errors, **more}
    return render(request, "treatment_plans/groups/write.html", context, status=422 if errors else 200)


def _after_writing(request: StaffRequest, written: Session, people: Sequence[Patient], others: KeepOut) -> HttpResponse:
    """Sign what was written if that was asked for, say what may be a name, and show it."""
    shared = Written({"shared_text": written.shared_text, "homework": written.homework}, {})
    for reason in names_perhaps({one.pk: one for one in people}, shared, [request.user], others):
        messages.warning(request, reason.text)
    if "sign" not in request.POST:
        messages.success(request, _("Saved. It is not signed yet."))
    else:
        try:
            sign_session(session=written, by=request.user, at=timezone.now())
        except Refused as refused:
            messages.warning(request, _("Saved, but not signed: %(why)s") % {"why": refused})
        else:
            messages.success(request, _("Saved and signed."))
    return HttpResponseRedirect(reverse("treatment_plans:session", args=[written.pk]))


def _session_of(meeting: GroupMeeting) -> Session:
    """Return the session of a meeting that was written down."""
    if meeting.session is None:
        raise Http404
    return meeting.session


def _colleagues(request: StaffRequest, site: Site | None) -> Any:
    """Return who may have led as well."""
    sites = Site.objects.filter(pk=site.pk) if site else Site.objects.none()
    return staff_at(sites).exclude(pk=request.user.pk)


def _ask_roster(request: StaffRequest, site: Site | None, at: datetime) -> HttpResponse:
    """Ask who took part; whoever is booked for a group today is chosen already."""
    people = list(patients_seen_by(request.user, can=Can.WRITE_SESSION)[:MOST_ON_A_ROSTER])
    expected = expected_in_group(request.user, at.astimezone(site.zone).date(), site.zone) if site else set()
    note_read(by=request.user, at=at, what="roster", people=[person.pk for person in people])
    context = {"people": sorted(people, key=lambda person: person.pk not in expected), "expected": expected}
    return render(request, "treatment_plans/groups/roster.html", context)


def _chosen(user: User, texts: Sequence[str], *, is_sent: bool = False) -> list[Patient]:
    """Return the people who were chosen; somebody who may not be seen is somebody unknown, but for what was typed of them before."""
    wanted = _keys(texts)
    people = list(patients_seen_by(user, can=Can.WRITE_SESSION).filter(public_id__in=wanted))
    if len(people) != len(wanted) and not is_sent:
        raise Http404
    return people


def _keys(texts: Sequence[str]) -> set[uuid.UUID]:
    """Return the keys of people in an address."""
    try:
        return {uuid.UUID(text) for text in texts}
    except ValueError:
        raise Http404 from None


def _clock(moment: datetime, site: Site) -> dict[str, Any]:
    """Return day and time of a moment by the clock of a site, to five minutes."""
    local = moment.astimezone(site.zone)
    return {"day": local.date(), "starts_at": local.time().replace(minute=local.minute // 5 * 5, second=0, microsecond=0)}
