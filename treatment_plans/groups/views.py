"""Show groups with their roster and meetings; found them, give places, plan and cancel meetings."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import in_care_seen_by
from treatment_plans.appointments.queries import sites_open_to, staff_at
from treatment_plans.groups.actions import (
    add_meeting,
    cancel_meeting,
    change_series,
    end_series,
    give_place,
    leave_group,
    start_series,
    wait_for_place,
)
from treatment_plans.groups.forms import (
    AboutForm,
    CancelForm,
    EndForm,
    ExtraForm,
    LeaveForm,
    PersonForm,
    PlaceForm,
    SeriesForm,
    initial_of,
)
from treatment_plans.groups.models import GroupSeries, MeetingState, PlaceState
from treatment_plans.groups.queries import (
    closed_days,
    facilitators_of,
    first_times,
    led_by,
    meetings_of,
    meetings_seen_by,
    meetings_with_open_parts,
    places_in,
    places_seen_by,
    series_seen_by,
    ways_of_working,
    when_leaders_are_elsewhere,
    with_numbers,
)
from treatment_plans.rooms.queries import rooms_at
from treatment_plans.sessions.queries import goals_by_patient

MEETING_STATES = {"planned": "note", "held": "good", "cancelled": "quiet"}
COMING, PAST = 4, 4
"""Meetings that stand on the page of a group."""


@page(Can.SEE_CHART)
def groups(request: StaffRequest) -> HttpResponse:
    """List the groups that go on: one's own, or all of one's sites."""
    is_all = request.GET.get("whose") == "all"
    goes_on = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate())
    seen = with_numbers(series_seen_by(request.user), timezone.now()).filter(goes_on)
    rows = seen if is_all else seen.filter(pk__in=led_by(request.user).values("series"))
    found = slice_of(rows, by="title", after=request.GET.get("after", ""))
    more = f"?after={found.next_key}{'&whose=all' if is_all else ''}" if found.next_key else ""
    context = {"groups": found.rows, "is_all": is_all, "next_url": more, "may_write": request.user.may(Can.WRITE_SESSION)}
    return render(request, "treatment_plans/groups/groups.html", context)


@page(Can.SEE_CHART)
def group_series(request: StaffRequest, group: int) -> HttpResponse:
    """Show one group: who leads it, who has a place, who waits, when it meets."""
    now = timezone.now()
    found: Any = get_object_or_404(with_numbers(series_seen_by(request.user), now), pk=group)
    places = places_in(found, request.user)
    members = [place for place in places if place.state == PlaceState.MEMBER]
    waiting = sorted((place for place in places if place.state == PlaceState.WAITING), key=lambda place: (place.asked_on, place.pk))
    meetings = list(meetings_of(found).filter(starts_at__gte=now).order_by("starts_at")[:COMING])
    past = list(meetings_of(found).filter(starts_at__lt=now).order_by("-starts_at")[:PAST])
    unwritten = [one for one in past if one.state == MeetingState.PLANNED]
    ordered = (*unwritten, *meetings, *(one for one in past if one not in unwritten))
    note_read(by=request.user, at=now, what="groups", people=[place.patient_id for place in places])
    may_note = request.user.may(Can.WRITE_SESSION, program_id=found.program_id)
    context = {
        "series": found,
        "facilitators": facilitators_of(found),
        "members": members,
        "waiting": waiting,
        "unseen": found.members + found.waiting - len(places),
        "is_full": found.is_full_with(found.members),
        "meetings": [{"row": one, "state": MEETING_STATES[one.state]} for one in ordered],
        "open_parts": meetings_with_open_parts(past, request.user),
        "may_write": found.ends_on is None and may_note,
        "may_note": may_note,
        "now": now,
        "today": _today(found),
    }
    return render(request, "treatment_plans/groups/series.html", context)


@page(Can.WRITE_SESSION)
def start_group(request: StaffRequest) -> HttpResponse:
    """Found a group."""
    at = timezone.now()
    sites = sites_open_to(request.user, Can.WRITE_SESSION)
    site = sites.first()
    initial = {"starts_on": at.astimezone(site.zone if site else UTC).date(), "facilitators": [request.user]}
    offered: dict[str, Any] = {"sites": sites, "rooms": rooms_at(sites), "staff": staff_at(sites)}
    ways = ways_of_working(dict.fromkeys(one.program for one in sites))
    form = SeriesForm(request.POST or None, ways=ways, initial=initial, **offered)
    if form.is_valid() and form.knows_closed(_closed(form.series(), at)):
        made = attempt(form, lambda: start_series(by=request.user, at=at, **form.facts()))
        if made:
            messages.success(request, _("The group is planned for the next weeks. Now give places."))
            _warn_of_leaders(request, made)
            return redirect("treatment_plans:group_series", made.pk)
    return _form(request, form, None, _("Start a group"), _("Start the group"))


@page(Can.WRITE_SESSION)
def change_group(request: StaffRequest, group: int) -> HttpResponse:
    """Say anew what a group is called, how many places it has, who leads it."""
    found = _series(request, group)
    staff = staff_at(sites_open_to(request.user, Can.WRITE_SESSION))
    ways = ways_of_working([found.site.program], found.techniques)
    form = AboutForm(request.POST or None, staff=staff, ways=ways, initial=initial_of(found, facilitators_of(found)))

    def act() -> GroupSeries:
        facts: dict[str, Any] = {**form.cleaned_data, "facilitators": list(form.cleaned_data["facilitators"])}
        return change_series(series=found, by=request.user, at=timezone.now(), **facts)

    if form.is_valid() and attempt(form, act) is not None:
        return redirect("treatment_plans:group_series", found.pk)
    return _form(request, form, found, _("Change the group"), _("Save"))


@page(Can.WRITE_SESSION)
def end_group(request: StaffRequest, group: int) -> HttpResponse:
    """End a group."""
    found = _series(request, group)
    form = EndForm(request.POST or None, initial={"on": _today(found)})
    if (
        form.is_valid()
        and attempt(form, lambda: end_series(series=found, on=form.cleaned_data["on"], by=request.user, at=timezone.now())) is not None
    ):
        messages.success(request, _("The group has ended. Later meetings are cancelled and rooms are free."))
        return redirect("treatment_plans:groups")
    return _form(request, form, found, _("End the group"), _("End the group"))


@page(Can.WRITE_SESSION)
def extra_meeting(request: StaffRequest, group: int) -> HttpResponse:
    """Plan a meeting outside the rhythm."""
    found = _series(request, group)
    form = ExtraForm(request.POST or None, initial={"day": _today(found), "starts_at": found.begins_at, "minutes": found.minutes})
    if form.is_valid():
        starts_at, ends_at = form.times_at(found.site)
        if attempt(form, lambda: add_meeting(series=found, starts_at=starts_at, ends_at=ends_at, by=request.user, at=timezone.now())):
            _warn_of_leaders(request, found)
            return redirect("treatment_plans:group_series", found.pk)
    return _form(request, form, found, _("Plan a meeting outside the rhythm"), _("Plan it"))


@page(Can.WRITE_SESSION)
def cancel_group_meeting(request: StaffRequest, group_meeting: int) -> HttpResponse:
    """Cancel one meeting with its reason."""
    found = get_object_or_404(meetings_seen_by(request.user, can=Can.WRITE_SESSION), pk=group_meeting)
    form = CancelForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: cancel_meeting(meeting=found, why=form.cleaned_data["why"], by=request.user, at=timezone.now()))
        is not None
    ):
        messages.success(request, _("The meeting is cancelled and its room is free. Tell those who would come."))
        return redirect("treatment_plans:group_series", found.series_id)
    return _form(request, form, found.series, _("Cancel this meeting"), _("Cancel the meeting"), meeting=found)


@page(Can.WRITE_SESSION)
def join_group(request: StaffRequest, group: int) -> HttpResponse:
    """Give somebody a place or put them on the waitlist: first who, then since when and for which goal."""
    found = _series(request, group)
    taken = found.places.exclude(state=PlaceState.LEFT).exclude(state=PlaceState.WAITING).values("patient")
    people = in_care_seen_by(request.user, can=Can.WRITE_SESSION).exclude(pk__in=taken)
    choice = PersonForm(request.GET if "patient" in request.GET else None, people=people)
    if not choice.is_valid():
        offered = list(people.values_list("pk", flat=True))
        note_read(by=request.user, at=timezone.now(), what="groups", people=offered)
        return _form(request, choice, found, _("Give a place in the group"), _("Go on"), method="get")
    person = choice.cleaned_data["patient"]
    full = found.is_full_with(found.places.filter(state=PlaceState.MEMBER).count())
    form = PlaceForm(request.POST or None, goals=goals_by_patient([person])[person.pk], is_full=full, initial={"on": _today(found)})

    def act() -> Any:
        common: dict[str, Any] = {"series": found, "patient": person, "by": request.user, "at": timezone.now()}
        if "wait" in request.POST:
            return wait_for_place(on=form.cleaned_data["on"], goal=form.cleaned_data.get("goal"), **common)
        return give_place(**common, **form.cleaned_data)

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("They are on the waitlist.") if "wait" in request.POST else _("They have a place in the group."))
        return redirect("treatment_plans:group_series", found.pk)
    note_read(by=request.user, at=timezone.now(), what="goals", patient_id=person.pk)
    context = {"form": form, "series": found, "patient": person, "is_full": full}
    return render(request, "treatment_plans/groups/join.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION)
def leave_place(request: StaffRequest, group_place: int) -> HttpResponse:
    """Take somebody off the roster or the waitlist."""
    found = get_object_or_404(places_seen_by(request.user, can=Can.WRITE_SESSION), pk=group_place)
    form = LeaveForm(request.POST or None, initial={"on": _today(found.series)})
    if (
        form.is_valid()
        and attempt(form, lambda: leave_group(place=found, by=request.user, at=timezone.now(), **form.cleaned_data)) is not None
    ):
        messages.success(request, _("The place is free."))
        return redirect("treatment_plans:group_series", found.series_id)
    note_read(by=request.user, at=timezone.now(), what="groups", patient_id=found.patient_id)
    return _form(request, form, found.series, _("Leave the group"), _("Free the place"), patient=found.patient)


def _series(request: StaffRequest, key: int) -> GroupSeries:
    """Return a group that goes on and that this person may work with."""
    return get_object_or_404(series_seen_by(request.user, can=Can.WRITE_SESSION).filter(ends_on__isnull=True), pk=key)


def _warn_of_leaders(request: StaffRequest, series: GroupSeries) -> None:
    """Say at which of the planned meetings somebody who leads is booked elsewhere; it stops nothing."""
    if taken := when_leaders_are_elsewhere(series, timezone.now()):
        days = ", ".join(date_format(one.astimezone(series.site.zone), "D, M j") for one in taken)
        messages.warning(
            request, _("Somebody who leads this group has something else at the time of these meetings: %(days)s.") % {"days": days}
        )


def _closed(series: GroupSeries, at: datetime) -> dict[date, str]:
    """Return on which of the first days of a group its site is closed."""
    return closed_days(series.site, [one.day for one in first_times(series, at)])


def _today(series: GroupSeries) -> date:
    """Return the day it is where the group meets."""
    return timezone.now().astimezone(series.site.zone).date()


def _form(request: StaffRequest, form: Any, series: GroupSeries | None, heading: str, submit: str, **more: Any) -> HttpResponse:
    """Draw a page with one form."""
    context = {"form": form, "series": series, "heading": heading, "submit": submit, "method": "post", **more}
    return render(request, "treatment_plans/groups/form.html", context, status=422 if form.errors else 200)
