"""Read groups: who leads them, who has a place, when they meet, and what a note on a meeting begins with."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, DateField, DateTimeField, Exists, F, Func, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from casemgr.core.accounts.models import Closure, Program, Site, User
from casemgr.core.accounts.queries import sites_reached
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.groups.models import GroupFacilitator, GroupMeeting, GroupPlace, GroupSeries, MeetingState, PlaceState
from treatment_plans.groups.rules import WEEKS_AHEAD, preset_goals
from treatment_plans.plan.catalog.queries import intervention_types
from treatment_plans.plan.models import Goal
from treatment_plans.rooms.recurrence.rules import WEEKLY, Occurrence, Rhythm, Slot, occurrences
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.sessions.naming.queries import KeepOut, kept_out
from treatment_plans.sessions.queries import stands


def series_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[GroupSeries]:
    """Return the groups of the sites at which a user holds a right; who is in them is another question."""
    return GroupSeries.objects.filter(site__in=sites_reached(user, can)).select_related("site__program", "room")


def with_numbers(series: QuerySet[GroupSeries], at: datetime) -> QuerySet[GroupSeries]:
    """Say of each group how many have a place, how many wait, and when it meets next, in the statement that reads it."""
    coming = GroupMeeting.objects.filter(series=OuterRef("pk"), state=MeetingState.PLANNED, starts_at__gte=at).order_by("starts_at")
    return series.annotate(
        members=Count("places", filter=Q(places__state=PlaceState.MEMBER)),
        waiting=Count("places", filter=Q(places__state=PlaceState.WAITING)),
        next_at=Subquery(coming.values("starts_at")[:1]),
    )


TO_THE_END = Q(until__isnull=True) | Q(until=F("series__ends_on"))
"""Who leads a group leads it through its last day, and whatever of it is not written yet."""


def led_by(user: User) -> QuerySet[GroupFacilitator]:
    """Return which groups somebody leads, or led until they ended."""
    return GroupFacilitator.objects.filter(TO_THE_END, user=user)


def facilitators_of(series: GroupSeries) -> list[User]:
    """Return who leads a group, or led it until it ended."""
    rows = GroupFacilitator.objects.filter(TO_THE_END, series=series).select_related("user").order_by("pk")
    return [*{row.user_id: row.user for row in rows}.values()]


def when_leaders_are_elsewhere(series: GroupSeries, at: datetime) -> list[datetime]:
    """Return the planned meetings at which somebody who leads the group has an appointment or another group; one statement."""
    leads = GroupFacilitator.objects.filter(series=series, until__isnull=True).values("user")
    over = Q(starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    booked = Appointment.objects.filter(over, clinician__in=leads, state=AppointmentState.BOOKED).exclude(kind=AppointmentKind.GROUP)
    theirs = GroupFacilitator.objects.filter(user__in=leads, until__isnull=True).exclude(series=series).values("series")
    others = GroupMeeting.objects.filter(over, series__in=theirs, state=MeetingState.PLANNED)
    rows = GroupMeeting.objects.filter(Exists(booked) | Exists(others), series=series, state=MeetingState.PLANNED, starts_at__gte=at)
    return list(rows.order_by("starts_at").values_list("starts_at", flat=True))


def places_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[GroupPlace]:
    """Return the places of those people whom this user may see."""
    seen = patients_seen_by(user, can=can)
    rows = GroupPlace.objects.filter(series__site__in=sites_reached(user, can), patient__in=seen)
    return rows.select_related("patient", "series__site__program", "goal")


def places_in(series: GroupSeries, user: User, *, can: Can = Can.SEE_CHART) -> list[GroupPlace]:
    """Return who is on the roster and on the waitlist, as far as this user may see them."""
    rows = places_seen_by(user, can=can).filter(series=series).exclude(state=PlaceState.LEFT)
    return list(rows.order_by("state", "patient__family_name", "patient__given_name", "pk"))


def on_roster(series: GroupSeries, day: date) -> QuerySet[GroupPlace]:
    """Return who had a place in a group on a day, each once; `left_on` is the first day without it."""
    rows = GroupPlace.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), series=series, joined_on__lte=day)
    return rows.filter(~Exists(rows.filter(patient=OuterRef("patient"), pk__gt=OuterRef("pk")))).order_by("pk")


def roster_with_unseen(series: GroupSeries, day: date, user: User) -> tuple[list[GroupPlace], int]:
    """Return who had a place on a day, as far as this user may write about them, and how many others there are; one statement."""
    may_be_seen = Exists(patients_seen_by(user, can=Can.WRITE_SESSION).filter(pk=OuterRef("patient")))
    rows = on_roster(series, day).annotate(may_be_seen=may_be_seen).select_related("patient", "goal")
    places: list[Any] = list(rows.order_by("patient__family_name", "patient__given_name", "pk"))
    seen = [place for place in places if place.may_be_seen]
    return seen, len(places) - len(seen)


def ways_of_working(programs: Iterable[Program], standing: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the ways of working that these programs offer, with those that stand chosen already, each with its name."""
    listed = {one.code: one for program in programs for one in intervention_types(program, with_all=True)}
    return [(one.code, one.name) for one in listed.values() if one.is_offered or one.code in standing]


def roster_for(series: GroupSeries, day: date, user: User) -> list[GroupPlace]:
    """Return who had a place on a day, as far as this user may write about them."""
    seen = patients_seen_by(user, can=Can.WRITE_SESSION)
    rows = on_roster(series, day).filter(patient__in=seen).select_related("patient", "goal")
    return list(rows.order_by("patient__family_name", "patient__given_name", "pk"))


def sessions_of(meeting: GroupMeeting) -> QuerySet[Session]:
    """Return the sessions in which a meeting was written down: the first, and those with the parts that others added."""
    first = meeting.session
    if first is None:
        return Session.objects.none()
    return Session.objects.filter(site=first.site_id, kind=first.kind, title=first.title, starts_at=first.starts_at, ends_at=first.ends_at)


def without_part(meeting: GroupMeeting, *, on_day: bool = True) -> QuerySet[GroupPlace]:
    """Return who had a place on the day of a meeting that was written down, or at any time, and has no part in it that stands."""
    if meeting.session is None:
        return GroupPlace.objects.none()
    day = meeting.session.starts_at.astimezone(meeting.series.site.zone).date()
    there = Attendance.objects.filter(stands(), session__in=sessions_of(meeting).values("pk"))
    places = on_roster(meeting.series, day) if on_day else GroupPlace.objects.filter(series=meeting.series, joined_on__isnull=False)
    return places.exclude(patient__in=there.values("patient"))


def places_without_part(meeting: GroupMeeting, user: User, *, on_day: bool = True) -> list[GroupPlace]:
    """Return those who have no part in a meeting yet, as far as this user may write about them."""
    seen = patients_seen_by(user, can=Can.WRITE_SESSION)
    rows = without_part(meeting, on_day=on_day).filter(patient__in=seen).select_related("patient", "goal")
    return list(rows.order_by("patient__family_name", "patient__given_name", "pk"))


def meetings_with_open_parts(meetings: Iterable[GroupMeeting], user: User) -> set[int]:
    """Return which of these meetings were written down without a part of somebody about whom this user may write; one statement."""
    there = Attendance.objects.filter(
        stands(),
        patient=OuterRef("patient"),
        session__site=OuterRef(OuterRef("session__site")),
        session__kind=OuterRef(OuterRef("session__kind")),
        session__title=OuterRef(OuterRef("session__title")),
        session__starts_at=OuterRef(OuterRef("session__starts_at")),
    )
    on = OuterRef("session__starts_at__date")
    seen = patients_seen_by(user, can=Can.WRITE_SESSION)
    places = GroupPlace.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=on), series=OuterRef("series"), joined_on__lte=on)
    is_open = Exists(places.filter(~Exists(there), patient__in=seen))
    rows = GroupMeeting.objects.filter(is_open, pk__in=[row.pk for row in meetings], state=MeetingState.HELD)
    return set(rows.values_list("pk", flat=True))


def keep_out_of(series: GroupSeries, user: User) -> KeepOut:
    """Return whose names stay out of the notes of a group: everybody who has or had a place, whether this user may see them or not."""
    return kept_out(GroupPlace.objects.filter(series=series, joined_on__isnull=False).values("patient"), user)


def meetings_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[GroupMeeting]:
    """Return the meetings of the groups that this user may see."""
    rows = GroupMeeting.objects.filter(series__site__in=sites_reached(user, can))
    return rows.select_related("series__site__program", "series__room", "session")


def meetings_of(series: GroupSeries) -> QuerySet[GroupMeeting]:
    """Return the meetings of a group."""
    return GroupMeeting.objects.filter(series=series).select_related("session", "series__site")


def meetings_to_write(user: User, at: datetime) -> QuerySet[GroupMeeting]:
    """Return the meetings which are over and not written down of the groups that somebody leads, or led on their day, the oldest first."""
    clock = Func(F("series__site__time_zone"), F("starts_at"), function="timezone", output_field=DateTimeField())
    led = GroupFacilitator.objects.filter(user=user, series=OuterRef("series"))
    mine = Exists(led.filter(Q(until__isnull=True) | Q(until__gte=OuterRef("day"), since__lte=OuterRef("day"))))
    rows = GroupMeeting.objects.filter(state=MeetingState.PLANNED, ends_at__lte=at).alias(day=Cast(clock, DateField()))
    return rows.filter(mine).select_related("series__site").order_by("starts_at", "pk")


def planned_until(series: GroupSeries) -> datetime | None:
    """Return until when the meetings of a group are planned."""
    last: datetime | None = GroupMeeting.objects.filter(series=series).aggregate(last=Max("starts_at"))["last"]
    return last


def times_from(series: GroupSeries, begin: date, at: datetime) -> list[Occurrence]:
    """Return when a group meets from a day to the end of the weeks that are planned ahead; the rhythm counts from the first meeting."""
    until = max(series.starts_on, at.astimezone(series.site.zone).date()) + timedelta(weeks=WEEKS_AHEAD)
    weeks = (begin - series.starts_on).days // (7 * series.every) * series.every
    first = series.starts_on + timedelta(weeks=max(0, weeks))
    slot = Slot(series.begins_at, series.minutes, series.site.zone)
    known = set(GroupMeeting.objects.filter(series=series).values_list("starts_at", flat=True)) if series.pk else set()
    rhythm = Rhythm(WEEKLY, every=series.every, until=until)
    return [one for one in occurrences(rhythm, first, slot) if one.day >= begin and one.starts_at not in known]


def first_times(series: GroupSeries, at: datetime) -> list[Occurrence]:
    """Return the meetings of the first weeks of a group that is being founded."""
    return times_from(series, max(series.starts_on, at.astimezone(series.site.zone).date()), at)


def closed_days(site: Site, days: Collection[date]) -> dict[date, str]:
    """Return on which of these days a site is closed, and why."""
    return dict(Closure.objects.filter(site=site, day__in=days).order_by("day").values_list("day", "reason"))


def times_to_plan(series: GroupSeries, at: datetime) -> list[Occurrence]:
    """Return the meetings of the next weeks that are not planned yet."""
    last, today = planned_until(series), at.astimezone(series.site.zone).date()
    begin = last.astimezone(series.site.zone).date() + timedelta(days=1) if last else series.starts_on
    return times_from(series, max(begin, today), at)


def groups_of(patient: Patient, programs: Iterable[int]) -> QuerySet[GroupPlace]:
    """Return the groups in which somebody has a place or waits for one, in these programs."""
    rows = GroupPlace.objects.filter(patient=patient, series__site__program__in=list(programs)).exclude(state=PlaceState.LEFT)
    return rows.select_related("series").order_by("state", "pk")


def goals_to_begin_with(series: GroupSeries, places: Collection[GroupPlace], open_goals: dict[int, list[Goal]]) -> dict[int, list[int]]:
    """Return the goals with which each part begins: those of the last time, or the one chosen on joining; one statement for all."""
    people = [place.patient_id for place in places]
    sessions = GroupMeeting.objects.filter(series=series, session__isnull=False).values("session")
    last = Attendance.objects.filter(stands(), session__in=sessions, patient__in=people, goal_links__isnull=False)
    last = last.order_by("patient_id", "-session__starts_at", "-pk").distinct("patient_id")
    served: dict[int, list[tuple[int, str]]] = defaultdict(list)
    links = AttendanceGoal.objects.filter(attendance__in=last.values("pk")).order_by("pk")
    for patient, goal, words in links.values_list("attendance__patient", "goal", "goal__words"):
        served[patient].append((goal, words))
    return {
        place.patient_id: preset_goals(
            served[place.patient_id],
            [(place.goal.pk, place.goal.words)] if place.goal else [],
            {goal.pk: goal.words for goal in open_goals.get(place.patient_id, [])},
        )
        for place in places
    }
