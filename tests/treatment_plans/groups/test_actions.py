from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError
from django.db.models import F

from casemgr.core.accounts.rules import Role
from casemgr.core.refusals import Denied, Refused
from treatment_plans.appointments.actions import book_appointment
from treatment_plans.groups.actions import (
    add_meeting,
    cancel_meeting,
    change_series,
    end_series,
    free_places,
    give_place,
    leave_group,
    plan_meetings,
    set_facilitators,
    wait_for_place,
)
from treatment_plans.groups.models import GroupMeeting, GroupPlace, GroupSeries, MeetingState
from treatment_plans.groups.queries import (
    facilitators_of,
    goals_to_begin_with,
    led_by,
    meetings_to_write,
    meetings_with_open_parts,
    places_without_part,
    roster_for,
    series_seen_by,
    with_numbers,
)
from treatment_plans.groups.rules import preset_goals, unsaid
from treatment_plans.groups.writing.actions import add_parts, record_meeting
from treatment_plans.rooms.actions import release_room, use_room
from treatment_plans.rooms.models import Room, RoomUse
from treatment_plans.sessions.actions import Part, change_note, sign_session
from treatment_plans.sessions.changing.actions import change_session
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.naming.models import CoLeader
from treatment_plans.signing.actions import add_addendum, mark_note_in_error


@pytest.fixture
def hold(clinic, first_meeting):
    """Return a function that writes down the first meeting of a group."""

    def _hold(series, *parts, **facts):
        meeting = first_meeting(series)
        values = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "shared_text": "We breathed."}
        return record_meeting(meeting=meeting, parts=parts, by=clinic.therapist, at=clinic.now, **values | facts)

    return _hold


def test_a_note_begins_with_the_goal_of_the_last_time_whatever_version_of_the_plan_it_stands_in():
    assert preset_goals([(1, "a")], [(2, "b")], {1: "a", 2: "b"}) == [1]
    assert preset_goals([(1, "a")], [], {7: "a"}) == [7]
    assert preset_goals([(1, "gone")], [(2, "b")], {2: "b"}) == [2]
    assert preset_goals([], [], {2: "b"}) == []
    assert unsaid([3, 1, 2], [2]) == [1, 3]


def test_a_group_meets_at_its_hour_in_its_room_on_both_sides_of_the_change_of_the_clocks(clinic, found):
    room = Room.objects.create(site=clinic.north, name="Blue", recorded_at=clinic.now, recorded_by=clinic.system)
    series = found(starts_on=date(2026, 2, 18), begins_at=time(17), room=room, every=2)
    zone = ZoneInfo("America/New_York")
    meetings = list(GroupMeeting.objects.filter(series=series))
    days = [one.starts_at.astimezone(zone) for one in meetings]
    assert [f"{day:%m-%d %H:%M}" for day in days][:3] == ["03-04 17:00", "03-18 17:00", "04-01 17:00"]
    assert (len(meetings), RoomUse.objects.count(), facilitators_of(series)) == (7, 7, [clinic.therapist])
    assert plan_meetings(series=series, by=clinic.therapist, at=clinic.now) == []
    more = plan_meetings(series=series, by=clinic.therapist, at=clinic.now + timedelta(weeks=4))
    assert [f"{one.starts_at.astimezone(zone):%m-%d %H:%M}" for one in more] == ["06-10 17:00", "06-24 17:00"]
    with pytest.raises(Refused, match="taken then"):
        found(title="Other", starts_on=date(2026, 3, 4), begins_at=time(17, 30), room=room)
    cancelled = cancel_meeting(meeting=meetings[1], why="Snow", by=clinic.therapist, at=clinic.now)
    assert (cancelled.state, RoomUse.objects.filter(released_at__isnull=False).count()) == (MeetingState.CANCELLED, 1)
    with pytest.raises(Refused, match="Only a planned meeting"):
        cancel_meeting(meeting=meetings[1], why="Snow", by=clinic.therapist, at=clinic.now)
    extra = add_meeting(series=series, starts_at=meetings[1].ends_at, ends_at=meetings[1].ends_at + timedelta(hours=1), by=clinic.therapist, at=clinic.now)  # fmt: skip
    assert extra.room_use is not None
    longer = {"series": series, "by": clinic.therapist, "at": clinic.now, "minutes": 90}
    taken = use_room(room=room, starts_at=meetings[3].ends_at, ends_at=meetings[3].ends_at + timedelta(hours=1), by=clinic.therapist, at=clinic.now)  # fmt: skip
    with pytest.raises(Refused, match="taken then"):
        change_series(**longer)
    release_room(use=taken, by=clinic.therapist, at=clinic.now)
    cancel_meeting(meeting=extra, why="Snow", by=clinic.therapist, at=clinic.now)
    with pytest.raises(Refused, match="at least one person"):
        change_series(**longer, facilitators=[])
    assert not GroupMeeting.objects.filter(ends_at__gt=F("starts_at") + timedelta(hours=1)).exists()
    change_series(**longer, facilitators=[clinic.peer])
    coming = GroupMeeting.objects.filter(series=series, state="planned", starts_at__gt=clinic.now)
    assert coming.count() == 8 == coming.filter(ends_at=F("starts_at") + timedelta(minutes=90), room_use__ends_at=F("ends_at")).count()
    assert (facilitators_of(series), RoomUse.objects.filter(released_at__isnull=True).count()) == ([clinic.peer], 8)
    end_series(series=series, on=date(2026, 3, 31), by=clinic.therapist, at=clinic.now)
    assert sorted(set(GroupMeeting.objects.filter(series=series, starts_at__gte="2026-04-01T00:00Z").values_list("state", flat=True))) == ["cancelled"]  # fmt: skip
    with pytest.raises(Refused, match="ended already"):
        plan_meetings(series=series, by=clinic.therapist, at=clinic.now)


def test_what_is_wrong_with_a_group_is_said_and_a_nurse_founds_none(clinic, found):
    elsewhere = Room.objects.create(site=clinic.south, name="Red", recorded_at=clinic.now, recorded_by=clinic.system)
    with pytest.raises(Refused) as refused:
        found(title=" ", capacity=200, facilitators=[], room=elsewhere)
    assert {reason.field for reason in refused.value.reasons} >= {"title", "facilitators", "room"}
    with pytest.raises(Refused):
        found(capacity=200)
    with pytest.raises(Denied):
        found(by=clinic.nurse)
    assert not GroupSeries.objects.exists()


def test_places_are_counted_the_waitlist_waits_and_who_is_over_it_has_a_reason(clinic, found, join, goal_of):
    ana, ben, cleo = clinic.patient(), clinic.patient(), clinic.patient()
    series = found(capacity=1)
    known = {"series": series, "on": series.starts_on, "by": clinic.therapist, "at": clinic.now}
    (first,) = join(series, ana)
    with pytest.raises(Refused, match="All 1 places are taken") as refused:
        give_place(patient=ben, **known)
    assert refused.value.reasons[0].field == "over_capacity_why"
    with pytest.raises(Refused, match="on the roster already"):
        give_place(patient=ana, **known)
    with pytest.raises(Refused, match="another person's"):
        give_place(patient=ben, goal=goal_of(cleo), over_capacity_why="x", **known)
    waits = wait_for_place(patient=ben, **known)
    with pytest.raises(Refused, match="roster or the waitlist"):
        wait_for_place(patient=ben, **known)
    assert [(row.members, row.waiting) for row in with_numbers(series_seen_by(clinic.therapist), clinic.now)] == [(1, 1)]
    leave_group(place=first, on=series.starts_on, why="Found work", by=clinic.therapist, at=clinic.now)
    joined = give_place(patient=ben, **known)
    assert (joined.pk, joined.state, joined.asked_on) == (waits.pk, "member", waits.asked_on)
    over = give_place(patient=cleo, over_capacity_why="Came with a friend", **known)
    assert over.over_capacity_why == "Came with a friend"
    change_series(series=series, capacity=5, by=clinic.therapist, at=clinic.now)
    set_facilitators(series=series, facilitators=[clinic.peer], by=clinic.therapist, at=clinic.now)
    assert facilitators_of(series) == [clinic.peer]
    assert free_places(patient=cleo, program=clinic.program, on=series.starts_on, by=clinic.system, at=clinic.now) == 1

    def on_roster_of(weeks):
        return [place.patient for place in roster_for(series, series.starts_on + timedelta(weeks=weeks), clinic.therapist)]

    assert (on_roster_of(0), on_roster_of(1)) == ([ben, cleo], [ben])
    leave_group(place=joined, on=series.starts_on + timedelta(weeks=3), by=clinic.therapist, at=clinic.now)
    with pytest.raises(Refused, match="had a place from .* or a later day") as refused:
        give_place(patient=ben, **known | {"on": series.starts_on - timedelta(days=1)})
    assert refused.value.reasons[0].field == "on"
    again = give_place(patient=ben, **known | {"on": series.starts_on + timedelta(weeks=1)})
    joined.refresh_from_db()
    assert (joined.left_on, on_roster_of(0), on_roster_of(1), on_roster_of(4)) == (again.joined_on, [ben, cleo], [ben], [ben])
    GroupPlace.objects.filter(pk=joined.pk).update(left_on=again.joined_on + timedelta(days=1))
    assert on_roster_of(1) == [ben]
    with pytest.raises(Refused, match="left already"):
        leave_group(place=over, on=series.starts_on, by=clinic.therapist, at=clinic.now)


def test_the_last_meeting_is_written_by_whoever_led_it_though_the_group_has_ended(clinic, found, join, hold, first_meeting):
    ana, ben = clinic.patient(), clinic.patient()
    series, later = found(), found(title="Evening")
    join(series, ana, ben)
    join(later, ana)
    known = {"by": clinic.therapist, "at": clinic.now}
    set_facilitators(series=series, facilitators=[clinic.therapist, clinic.peer], **known)
    set_facilitators(series=later, facilitators=[clinic.peer], **known)
    end_series(series=series, on=series.starts_on, **known)
    end_series(series=later, on=later.starts_on + timedelta(weeks=2), **known)
    soon = clinic.now + timedelta(weeks=5)
    assert [meeting.series.title for meeting in meetings_to_write(clinic.therapist, soon)] == ["Dual Recovery", "Evening"]
    assert [meeting.series.title for meeting in meetings_to_write(clinic.peer, soon)] == ["Dual Recovery", *["Evening"] * 3]
    assert (led_by(clinic.therapist).get().series, facilitators_of(series)) == (series, [clinic.therapist, clinic.peer])
    days = [roster_for(later, later.starts_on + timedelta(weeks=weeks), clinic.therapist) for weeks in (0, 2, 3)]
    assert [len(roster) for roster in days] == [1, 1, 0]
    with pytest.raises(Refused, match="Say whether"):
        hold(series, Part(ana))
    assert hold(series, Part(ana), Part(ben, state="absent")).session.attendances.count() == 2
    assert list(meetings_to_write(clinic.therapist, clinic.now)) == [first_meeting(later)]


def test_a_meeting_is_written_down_once_for_everybody_on_the_roster(clinic, found, join, hold, goal_of, first_meeting):
    ana, ben = clinic.patient(), clinic.patient()
    goal, series = goal_of(ana), found()
    join(series, ana, ben)
    with pytest.raises(Refused) as refused:
        hold(series, Part(ana))
    assert [(reason.field, reason.part) for reason in refused.value.reasons] == [("state", str(ben.public_id))]
    first = first_meeting(series).starts_at
    add_meeting(series=series, starts_at=first + timedelta(minutes=20), ends_at=clinic.now, by=clinic.therapist, at=clinic.now)
    late = {"starts_at": first + timedelta(minutes=20)}
    meeting = hold(series, Part(ana, goals=[goal]), Part(ben, state="absent"), led_with=[clinic.peer], **late)
    assert (meeting.state, meeting.session.title, meeting.session.kind) == ("held", "Dual Recovery", "group")
    assert CoLeader.objects.get().user == clinic.peer
    planned = first_meeting(series)
    assert (planned.starts_at, meeting.session.starts_at) == (first, first + timedelta(minutes=20))
    places = roster_for(series, series.starts_on, clinic.therapist)
    assert goals_to_begin_with(series, places, {ana.pk: [goal]}) == {ana.pk: [goal.pk], ben.pk: []}
    sign_session(session=meeting.session, by=clinic.therapist, at=clinic.now)
    wrong = {"kind": "wrong_person", "words": "Of somebody else", "by": clinic.therapist, "at": clinic.now}
    mark_note_in_error(attendance=meeting.session.attendances.get(patient=ana), **wrong)
    assert goals_to_begin_with(series, places, {ana.pk: [goal]}) == {ana.pk: [], ben.pk: []}
    assert [place.patient for place in places_without_part(meeting, clinic.therapist)] == [ana]
    assert meetings_with_open_parts([meeting], clinic.therapist) == {meeting.pk}
    again = add_parts(meeting=meeting, parts=[Part(ana, goals=[goal])], by=clinic.therapist, at=clinic.now)
    assert meetings_with_open_parts([meeting], clinic.therapist) == set()
    frame = {"modality": "in_person", "techniques": [], "homework": "", "by": clinic.therapist, "at": clinic.now}
    with pytest.raises(Refused, match="Colleagues wrote parts of the same meeting"):
        change_session(session=again, starts_at=first, ends_at=again.ends_at, **frame)
    changed = change_session(session=again, starts_at=again.starts_at, ends_at=again.ends_at, shared_text="We read.", **frame)
    assert changed.shared_text == "We read."
    with pytest.raises(Refused, match="It is: Held"):
        record_meeting(meeting=meeting, starts_at=meeting.starts_at, ends_at=meeting.ends_at, parts=[Part(ana)], by=clinic.therapist, at=clinic.now)  # fmt: skip


def test_a_name_of_the_group_stops_the_note_and_the_names_of_those_who_lead_do_not(clinic, found, join, hold):
    clinic.therapist.full_name, clinic.peer.full_name = "Theo Brandt", "Pablo Reyna"
    clinic.therapist.save()
    clinic.peer.save()
    rosa, theo = clinic.patient(given="Rosalinda", family="Díaz"), clinic.patient(given="Theo", family="Miller")
    gone = clinic.patient(given="Guillermo", family="Xu")
    series = found(title="Hope for Today")
    (place,) = join(series, gone)
    leave_group(place=place, on=series.starts_on, by=clinic.therapist, at=clinic.now)
    join(series, rosa, theo)
    parts = [Part(rosa, note="Breathed with Theo Miller."), Part(theo)]
    with pytest.raises(Refused) as refused:
        hold(series, *parts, shared_text="Theo opened, Pablo closed.\nrosalindas story. Memo left us.", led_with=[clinic.peer])
    assert [(reason.field, reason.part, reason.text.split("”")[0]) for reason in refused.value.reasons] == [
        ("shared_text", "", "Shared part, line 2: “…o opened, Pablo closed. rosalindas story. Memo left us."),
        ("shared_text", "", "Shared part, line 2: “…osed. rosalindas story. Memo left us."),
        ("note", str(rosa.public_id), f"{rosa.display_name}, line 1: “Breathed with Theo Miller."),
    ]
    meeting = hold(series, Part(rosa, note="Rosita spoke."), Part(theo), shared_text="Theo opened, Pablo closed.", led_with=[clinic.peer])
    sign_session(session=meeting.session, by=clinic.therapist, at=clinic.now)
    assert Attendance.objects.filter(signed_at__isnull=False).count() == 2


def test_a_name_of_the_group_stops_its_notes_whenever_they_are_changed_signed_or_added_to(clinic, found, join, hold):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    rosa, gone = clinic.patient(given="Rosalinda"), clinic.patient(given="Guillermo", family="Xu")
    theirs, waits = clinic.patient(given="Zebulon", team=(other,)), clinic.patient(given="Benedict")
    series = found()
    places = join(series, rosa, gone, theirs)
    leave_group(place=places[1], on=series.starts_on, by=clinic.therapist, at=clinic.now)
    wait_for_place(series=series, patient=waits, on=series.starts_on, by=clinic.therapist, at=clinic.now)
    meeting = hold(series, Part(rosa))
    note, act = meeting.session.attendances.get(), {"by": clinic.therapist, "at": clinic.now}
    with pytest.raises(Refused, match="names Guillermo"):
        change_note(attendance=note, note="Missed Guillermo.", **act)
    with pytest.raises(Refused, match="names somebody of this group"):
        change_note(attendance=note, note="Missed Zebulon.", **act)
    change_note(attendance=note, note="Rosita sat with Benedict.", **act)
    rest = add_parts(meeting=meeting, parts=[Part(theirs)], by=other, at=clinic.now)
    Attendance.objects.filter(session=rest).update(note="Missed Guillermo.")
    with pytest.raises(Refused, match="names somebody of this group"):
        sign_session(session=rest, by=other, at=clinic.now)
    sign_session(session=meeting.session, **act)
    with pytest.raises(Refused, match="names somebody of this group"):
        add_addendum(attendance=note, text="Zebulon cried.", **act)


@pytest.mark.parametrize("number", [2, 12])
def test_writing_and_signing_take_as_many_statements_for_twelve_as_for_two(clinic, found, join, hold, goal_of, query_count, number):
    people = [clinic.patient() for _ in range(number)]
    series = found()
    join(series, *people)
    begins = clinic.now - timedelta(hours=3)
    for person in people:
        book_appointment(
            patient=person, site=clinic.north, clinician=clinic.therapist, kind="group", starts_at=begins, ends_at=clinic.now,
            by=clinic.therapist, at=begins - timedelta(days=1),
        )  # fmt: skip
    states = ["present", "absent"] * (number // 2)
    parts = [Part(one, note="x", goals=[goal_of(one)], state=state) for one, state in zip(people, states, strict=True)]
    with query_count(RECORD):
        meeting = hold(series, *parts, led_with=[clinic.peer])
    with query_count(SIGN):
        sign_session(session=meeting.session, by=clinic.therapist, at=clinic.now)


RECORD, SIGN = 24, 14


def test_a_failure_in_the_twelfth_part_saves_none(clinic, found, join, hold, goal_of, monkeypatch):
    people = [clinic.patient() for _ in range(12)]
    series = found()
    join(series, *people)
    goal = goal_of(people[0])
    with pytest.raises(Refused, match="goal of another person"):
        hold(series, *(Part(one) for one in people[:11]), Part(people[11], goals=[goal]))
    with pytest.raises(DatabaseError):
        hold(series, *(Part(one) for one in people[:11]), Part(people[11], no_goal_reason="x" * 300))
    assert (Session.objects.count(), Attendance.objects.count(), GroupMeeting.objects.filter(state="held").count()) == (0, 0, 0)
    assert hold(series, *(Part(one) for one in people)).session.attendances.count() == 12


def test_whoever_may_not_see_a_member_writes_no_part_of_theirs(clinic, found, join, hold, first_meeting):
    mine, theirs = clinic.patient(), clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),))
    series = found()
    join(series, mine, theirs)
    assert [place.patient for place in roster_for(series, series.starts_on, clinic.therapist)] == [mine]
    theirs.given_name, theirs.family_name = "Zebulon", "Quist"
    theirs.save()
    with pytest.raises(Refused) as refused:
        hold(series, Part(mine, note="Sat with Quist."), shared_text="We breathed.\nZebulon cried.")
    assert [(one.field, one.text.split(".")[0]) for one in refused.value.reasons] == [
        ("shared_text", "Shared part, line 2: “We breathed"),
        ("note", f"{mine.display_name}, line 1: “Sat with Quist"),
    ]
    assert all("names somebody of this group" in one.text for one in refused.value.reasons)
    known = {"meeting": first_meeting(series), "by": clinic.therapist, "at": clinic.now}
    with pytest.raises(Refused, match="First write the meeting down"):
        add_parts(parts=[Part(mine)], **known)
    assert hold(series, Part(mine)).session.attendances.count() == 1
    for person in (mine, theirs):
        with pytest.raises(Refused, match="has a part already, or never had a place"):
            add_parts(parts=[Part(person)], **known)
    assert GroupPlace.objects.filter(series=series).count() == 2
