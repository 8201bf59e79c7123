"""Found groups, say who leads them and who has a place, plan their meetings."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from treatment_plans.groups.models import GroupFacilitator, GroupMeeting, GroupPlace, GroupSeries, MeetingState, PlaceState
from treatment_plans.groups.queries import first_times, times_to_plan
from treatment_plans.plan.models import Goal
from treatment_plans.rooms.actions import release_room, use_room_often
from treatment_plans.rooms.models import Room

CHANGEABLE = ("title", "kind", "modality", "techniques", "about", "capacity", "minutes")
"""What can be said anew of a group; another day or hour is another group."""


@action(Can.WRITE_SESSION)
def start_series(
    *,
    site: Site,
    title: str,
    starts_on: date,
    begins_at: time,
    facilitators: Sequence[User],
    room: Room | None = None,
    leave_out: Collection[date] = (),
    by: User,
    at: datetime,
    **facts: Any,
) -> GroupSeries:
    """Found a group that meets every so many weeks at one hour of the wall clock, and plan its first meetings with their room.

    On days that are left out, because the site is closed, there is no meeting.
    """
    series = GroupSeries(
        site=site, title=title.strip(), starts_on=starts_on, begins_at=begins_at, room=room, recorded_by=by, recorded_at=at, **facts
    )
    reasons = _reasons_against(series)
    if not facilitators:
        reasons.append(Reason(_("Name at least one person who leads the group."), field="facilitators"))
    if room is not None and room.site_id != site.pk:
        reasons.append(Reason(_("This room is at another site."), field="room"))
    if reasons:
        raise Refused(*reasons)
    series.save()
    _lead(series, facilitators, starts_on, by, at)
    _plan_times(series, [(one.starts_at, one.ends_at) for one in first_times(series, at) if one.day not in leave_out], by, at)
    return series


@action(Can.WRITE_SESSION)
def change_series(*, series: GroupSeries, facilitators: Sequence[User] | None = None, by: User, at: datetime, **facts: Any) -> GroupSeries:
    """Say anew what a group is called, how many places it has, how it works and who leads it, all or nothing.

    Meetings that are still to come and are as long as the group was become as long as it is, with their room.
    """
    fresh = _locked(series)
    before = timedelta(minutes=fresh.minutes)
    if unknown := sorted(facts.keys() - set(CHANGEABLE)):
        raise Refused(Reason(_("This cannot be changed: %(fields)s.") % {"fields": ", ".join(unknown)}, code="kept"))
    for name, value in facts.items():
        setattr(fresh, name, value)
    if reasons := _reasons_against(fresh):
        raise Refused(*reasons)
    fresh.save(update_fields=list(facts))
    if timedelta(minutes=fresh.minutes) != before:
        _stretch([row for row in _planned(fresh) if row.starts_at > at and row.ends_at - row.starts_at == before], fresh, by, at)
    if facilitators is not None:
        _lead_from_now(fresh, facilitators, by, at)
    return fresh


@action(Can.WRITE_SESSION)
def set_facilitators(*, series: GroupSeries, facilitators: Sequence[User], by: User, at: datetime) -> GroupSeries:
    """Say who leads a group from today on."""
    fresh = _locked(series)
    _lead_from_now(fresh, facilitators, by, at)
    return fresh


@action(Can.WRITE_SESSION)
def end_series(*, series: GroupSeries, on: date, by: User, at: datetime) -> GroupSeries:
    """End a group after its last day: later meetings are cancelled, rooms given back, everybody's place ends."""
    fresh = _locked(series)
    if fresh.ends_on is not None:
        raise Refused(_("This group has ended already."), code="ended")
    if on < fresh.starts_on:
        raise Refused(Reason(_("The day is before the first meeting."), field="on"))
    fresh.ends_on = on
    fresh.save(update_fields=["ends_on"])
    later = [row for row in _planned(fresh) if row.starts_at.astimezone(fresh.site.zone).date() > on]
    _cancel(later, _("The group has ended."), by, at)
    GroupPlace.objects.filter(series=fresh).exclude(state=PlaceState.LEFT).update(
        state=PlaceState.LEFT, left_on=on + timedelta(days=1), left_why=_("The group has ended.")
    )
    GroupFacilitator.objects.filter(series=fresh, until__isnull=True).update(until=on)
    return fresh


@action(Can.WRITE_SESSION)
def plan_meetings(*, series: GroupSeries, leave_out: Collection[date] = (), by: User, at: datetime) -> list[GroupMeeting]:
    """Plan the meetings of the next weeks that are not planned yet, but for days that are left out, with their room; all or none."""
    fresh = _locked(series)
    if fresh.ends_on is not None:
        raise Refused(_("This group has ended already."), code="ended")
    return _plan_times(fresh, [(one.starts_at, one.ends_at) for one in times_to_plan(fresh, at) if one.day not in leave_out], by, at)


@action(Can.WRITE_SESSION)
def add_meeting(*, series: GroupSeries, starts_at: datetime, ends_at: datetime, by: User, at: datetime) -> GroupMeeting:
    """Plan one meeting outside the rhythm."""
    fresh = _locked(series)
    if ends_at <= starts_at:
        raise Refused(Reason(_("The end must come after the start."), field="minutes"))
    if GroupMeeting.objects.filter(series=fresh, starts_at=starts_at).exists():
        raise Refused(Reason(_("The group meets at this time already."), field="starts_at", code="known"))
    return _plan_times(fresh, [(starts_at, ends_at)], by, at)[0]


@action(Can.WRITE_SESSION)
def cancel_meeting(*, meeting: GroupMeeting, why: str, by: User, at: datetime) -> GroupMeeting:
    """Cancel one meeting of a group with its reason, and give its room back."""
    fresh = GroupMeeting.objects.select_for_update(no_key=True, of=("self",)).select_related("series__site").get(pk=meeting.pk)
    if fresh.state != MeetingState.PLANNED:
        raise Refused(_("Only a planned meeting can be cancelled. This one is: %(state)s.") % {"state": fresh.get_state_display()})
    if not why.strip():
        raise Refused(Reason(_("Say why it is cancelled."), field="why"))
    _cancel([fresh], why.strip(), by, at)
    fresh.refresh_from_db()
    return fresh


@action(Can.WRITE_SESSION)
def give_place(
    *, series: GroupSeries, patient: Patient, on: date, goal: Goal | None = None, over_capacity_why: str = "", by: User, at: datetime
) -> GroupPlace:
    """Put a person on the roster of a group, from the waitlist or straight; when it is full, only with the reason written down.

    An earlier place that lasts longer ends on the day on which this one begins.
    """
    fresh, person = _locked(series), locked(patient)
    place = _place_of(fresh, person)
    earlier = GroupPlace.objects.filter(series=fresh, patient=person, state=PlaceState.LEFT, left_on__gt=on)
    reasons = [*_against_joining(fresh, person, goal), *_against_first_day(earlier.filter(joined_on__gt=on))]
    if place is not None and place.state == PlaceState.MEMBER:
        reasons.append(Reason(_("This person is on the roster already."), code="known"))
    elif _is_full(fresh) and not over_capacity_why.strip():
        text = _("All %(number)s places are taken. Put the person on the waitlist, or say why they join all the same.")
        reasons.append(
            Reason(text % {"number": fresh.capacity}, field="over_capacity_why", code="group_is_full", source=_("program policy"))
        )
    if reasons:
        raise Refused(*reasons)
    earlier.filter(joined_on__lte=on).update(left_on=on)
    row = place or GroupPlace(series=fresh, patient=person, asked_on=on, recorded_by=by, recorded_at=at)
    row.state, row.joined_on, row.goal, row.over_capacity_why = PlaceState.MEMBER, on, goal, over_capacity_why.strip()
    row.save()
    return row


@action(Can.WRITE_SESSION)
def wait_for_place(*, series: GroupSeries, patient: Patient, on: date, goal: Goal | None = None, by: User, at: datetime) -> GroupPlace:
    """Put a person on the waitlist of a group."""
    fresh, person = _locked(series), locked(patient)
    reasons = _against_joining(fresh, person, goal)
    if _place_of(fresh, person) is not None:
        reasons.append(Reason(_("This person is on the roster or the waitlist already."), code="known"))
    if reasons:
        raise Refused(*reasons)
    return GroupPlace.objects.create(
        series=fresh, patient=person, state=PlaceState.WAITING, asked_on=on, goal=goal, recorded_by=by, recorded_at=at
    )


@action(Can.WRITE_SESSION)
def leave_group(*, place: GroupPlace, on: date, why: str = "", by: User, at: datetime) -> GroupPlace:
    """Take a person off the roster or the waitlist from a day on; who could take the place is named, and nobody is moved up."""
    fresh = GroupPlace.objects.select_for_update(no_key=True, of=("self",)).select_related("series__site", "patient").get(pk=place.pk)
    if fresh.state == PlaceState.LEFT:
        raise Refused(_("This person left already."), code="left")
    if fresh.joined_on is not None and on < fresh.joined_on:
        raise Refused(Reason(_("The day is before the one on which they joined."), field="on"))
    fresh.state, fresh.left_on, fresh.left_why = PlaceState.LEFT, on, why.strip()
    fresh.save(update_fields=["state", "left_on", "left_why"])
    return fresh


@action(Can.RUN_SCHEDULE)
def free_places(*, patient: Patient, program: Program, on: date, by: User, at: datetime) -> int:
    """End the places in all groups of a program of a person whose last day in its care is this one."""
    rows = GroupPlace.objects.filter(patient=patient, series__site__program=program).exclude(state=PlaceState.LEFT)
    kept = Q(joined_on__isnull=True) | Q(joined_on__lte=on)
    return rows.filter(kept).update(state=PlaceState.LEFT, left_on=on + timedelta(days=1), left_why=_("No longer in care."))


def _locked(series: GroupSeries) -> GroupSeries:
    """Lock a group and return it as it stands, so that two cannot take the last place."""
    return GroupSeries.objects.select_for_update(no_key=True, of=("self",)).select_related("site__program", "room__site").get(pk=series.pk)


def _reasons_against(series: GroupSeries) -> list[Reason]:
    """Return what the columns and constraints of a group do not take."""
    try:
        series.clean_fields(exclude={"site", "room", "recorded_by"})
        series.validate_constraints()
    except ValidationError as wrong:
        by_field = wrong.message_dict if hasattr(wrong, "error_dict") else {"": wrong.messages}
        return [Reason(" ".join(texts), field=name.strip("_"), code="invalid") for name, texts in by_field.items()]
    return []


def _lead(series: GroupSeries, users: Sequence[User], since: date, by: User, at: datetime) -> None:
    """Write down who leads a group."""
    GroupFacilitator.objects.bulk_create(
        GroupFacilitator(series=series, user=user, since=since, recorded_by=by, recorded_at=at) for user in users
    )


def _lead_from_now(series: GroupSeries, facilitators: Sequence[User], by: User, at: datetime) -> None:
    """Write down who leads a group from today on; the group is held."""
    if not facilitators:
        raise Refused(Reason(_("Name at least one person who leads the group."), field="facilitators"))
    today = at.astimezone(series.site.zone).date()
    GroupFacilitator.objects.filter(series=series, until__isnull=True).exclude(user__in=facilitators).update(until=today)
    known = set(GroupFacilitator.objects.filter(series=series, until__isnull=True).values_list("user_id", flat=True))
    _lead(series, [user for user in facilitators if user.pk not in known], today, by, at)


def _is_full(series: GroupSeries) -> bool:
    """Say whether every place of a group is taken; the group is held."""
    return series.is_full_with(GroupPlace.objects.filter(series=series, state=PlaceState.MEMBER).count())


def _place_of(series: GroupSeries, patient: Patient) -> GroupPlace | None:
    """Return the place that somebody has or waits for."""
    return GroupPlace.objects.filter(series=series, patient=patient).exclude(state=PlaceState.LEFT).first()


def _against_joining(series: GroupSeries, patient: Patient, goal: Goal | None) -> list[Reason]:
    """Return why somebody cannot have a place at all."""
    reasons = []
    if series.ends_on is not None:
        reasons.append(Reason(_("This group has ended already."), code="ended"))
    if patient.deceased_on is not None:
        reasons.append(Reason(_("This person has died."), code="died"))
    if goal is not None and not Goal.objects.filter(pk=goal.pk, problem__plan__patient=patient).exists():
        reasons.append(Reason(_("This goal is another person's."), field="goal", code="not_their_own"))
    return reasons


def _against_first_day(later: QuerySet[GroupPlace]) -> list[Reason]:
    """Return why a place cannot begin on a day: the person had one afterwards, and nobody has two."""
    last: Any = later.order_by("-left_on").values_list("joined_on", "left_on").first()
    if last is None:
        return []
    text = _("This person had a place from %(joined)s on. Choose %(left)s or a later day.")
    return [Reason(text % {"joined": date_format(last[0]), "left": date_format(last[1])}, field="on", code="had_a_place")]


def _planned(series: GroupSeries) -> list[GroupMeeting]:
    """Return the meetings that are planned, each held."""
    rows = GroupMeeting.objects.select_for_update(no_key=True, of=("self",)).filter(series=series, state=MeetingState.PLANNED)
    return list(rows.select_related("room_use").order_by("pk"))


def _cancel(meetings: Sequence[GroupMeeting], why: str, by: User, at: datetime) -> None:
    """Cancel meetings and give their rooms back."""
    GroupMeeting.objects.filter(pk__in=[row.pk for row in meetings]).update(state=MeetingState.CANCELLED, cancelled_why=why[:200])
    for row in meetings:
        if row.room_use is not None:
            release_room(use=row.room_use, by=by, at=at)


def _stretch(meetings: Sequence[GroupMeeting], series: GroupSeries, by: User, at: datetime) -> None:
    """Make planned meetings as long as their group, and take their room for as long; all or none."""
    for row in meetings:
        row.ends_at = row.starts_at + timedelta(minutes=series.minutes)
    uses = [row.room_use for row in meetings if row.room_use is not None and series.room is not None]
    housed = [row for row in meetings if row.room_use in uses]
    for use in uses:
        release_room(use=use, by=by, at=at)
    if housed and series.room is not None:
        times = [(row.starts_at, row.ends_at) for row in housed]
        taken = use_room_often(room=series.room, times=times, by=by, at=at, field="minutes")
        for row, anew in zip(housed, taken, strict=True):
            row.room_use = anew
    GroupMeeting.objects.bulk_update(meetings, ["ends_at", "room_use"])


def _plan_times(series: GroupSeries, times: Sequence[tuple[datetime, datetime]], by: User, at: datetime) -> list[GroupMeeting]:
    """Plan meetings at these times, each with the room of the group where it has one."""
    uses: Sequence[Any] = use_room_often(room=series.room, times=times, by=by, at=at) if series.room and times else [None] * len(times)
    return GroupMeeting.objects.bulk_create(
        GroupMeeting(series=series, starts_at=start, ends_at=end, room_use=use, recorded_by=by, recorded_at=at)
        for (start, end), use in zip(times, uses, strict=True)
    )
