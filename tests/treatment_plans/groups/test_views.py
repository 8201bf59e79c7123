from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Closure
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.caseload.actions import end_care_team_member
from patients.caseload.models import CareTeamMember
from treatment_plans.appointments.actions import book_appointment
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.queries import draft_key, unfinished_notes
from treatment_plans.drafts.rules import Words
from treatment_plans.groups.actions import cancel_meeting, change_series, end_series, leave_group
from treatment_plans.groups.models import GroupMeeting, GroupPlace, GroupSeries
from treatment_plans.plan.catalog.actions import change_listed_intervention, list_intervention
from treatment_plans.sessions.models import Attendance, Session


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def group(clinic, found, join):
    """Return a function that founds a group in which these people have places, and returns the address of its first note."""

    def _group(*people, **facts):
        series = found(**facts)
        join(series, *people)
        return series, reverse("treatment_plans:write_meeting", args=[GroupMeeting.objects.filter(series=series).first().pk])

    return _group


def when(clinic, hours=3):
    local = (clinic.now - timedelta(hours=hours)).astimezone(clinic.north.zone)
    return {
        "day": local.date().isoformat(),
        "starts_at": f"{local:%H}:00",
        "minutes": "50",
        "site": clinic.north.pk,
        "modality": "in_person",
    }


def test_nobody_is_present_before_somebody_says_so_and_one_word_says_it_for_the_others(clinic, group, goal_of, sign_in):
    ana, ben, cleo = (clinic.patient(given=name) for name in ("Anamaria", "Benedict", "Cleopatra"))
    goal = goal_of(ana)
    act = {"program": clinic.program, "by": clinic.director, "at": clinic.now}
    own_way = list_intervention(name="Garden group", evidence="experience", source="Three years here", **act)
    series, address = group(ana, ben, cleo)
    browser = sign_in(clinic.therapist)
    page = browser.get(address).content.decode()
    assert (page.count('type="radio"'), page.count(" checked"), "Garden group" in page) == (12, 0, True)
    typed = {**when(clinic), "shared_text": "We talked about asking for help.", f"{ben.public_id}-state": "absent"}
    answer = browser.post(address, typed)
    assert answer.status_code == 422
    assert [f"Say whether {one.display_name} was there." in answer.content.decode() for one in (ana, ben, cleo)] == [True, False, True]
    assert not Session.objects.exists()
    own = {f"{ana.public_id}-goals": [goal.pk], f"{ana.public_id}-note": "Spoke up for the first time.", f"{ana.public_id}-minutes": "40"}
    scales = {f"{ana.public_id}-mood_in": "3", f"{ana.public_id}-mood_out": "6"}
    wrong = browser.post(address, {**typed, **own, "others_present": "on", f"{ana.public_id}-craving_out": "11"})
    assert (wrong.status_code, f'href="#id_{ana.public_id}-craving_out"' in wrong.content.decode()) == (422, True)
    wrong = browser.post(address, {**typed, **own, "others_present": "on", f"{ben.public_id}-craving_in": "0"})
    assert (wrong.status_code, f"{ben.display_name} was not there: leave this empty" in wrong.content.decode()) == (422, True)
    led = {"led_with": [clinic.peer.pk], "techniques": [own_way.code]}
    answer = browser.post(address, {**typed, **own, **scales, **led, "others_present": "on", "sign": "1"})
    session = Session.objects.get()
    assert session.techniques == [own_way.code]
    change_series(series=series, techniques=[own_way.code], by=clinic.therapist, at=clinic.now)
    change_listed_intervention(code=own_way.code, name="Garden group", evidence="custom", is_offered=False, **act)
    assert "Garden group" in browser.get(reverse("treatment_plans:change_group", args=[series.pk])).content.decode()
    assert "Garden group" not in browser.get(reverse("treatment_plans:start_group")).content.decode()
    assert answer.url == reverse("treatment_plans:session", args=[session.pk])
    rows = session.attendances.order_by("patient").values_list("patient", "state", "minutes", "note", "goals", "signed_by")
    assert list(rows) == [
        (ana.pk, "present", 40, "Spoke up for the first time.", goal.pk, clinic.therapist.pk),
        (ben.pk, "absent", None, "", None, clinic.therapist.pk),
        (cleo.pk, "present", 50, "", None, clinic.therapist.pk),
    ]
    asked = session.attendances.values_list("patient", "mood_in", "mood_out", "craving_in", "craving_out")
    assert set(asked) == {(ana.pk, 3, 6, None, None), (ben.pk, *[None] * 4), (cleo.pk, *[None] * 4)}
    assert browser.get(address).url == reverse("treatment_plans:group_series", args=[series.pk])


def test_goals_of_the_last_time_stand_chosen_and_one_reason_holds_for_all_without_a_goal(clinic, group, goal_of, sign_in):
    ana, ben = clinic.patient(), clinic.patient()
    goal, other = goal_of(ana), goal_of(ben, "I want to sleep")
    series, address = group(ana, ben)
    browser = sign_in(clinic.therapist)
    typed = {**when(clinic), "shared_text": "We breathed.", "others_present": "on"}
    browser.post(address, {**typed, f"{ana.public_id}-goals": [goal.pk], "others_no_goal": "First meeting."})
    assert list(Attendance.objects.order_by("patient").values_list("goals", "no_goal_reason")) == [(goal.pk, ""), (None, "First meeting.")]
    following = GroupMeeting.objects.filter(series=series, state="planned").first()
    page = browser.get(reverse("treatment_plans:write_meeting", args=[following.pk])).content.decode()
    assert [key for key in (goal.pk, other.pk) if f'value="{key}" id="id_{ana.public_id if key == goal.pk else ben.public_id}-goals_0" checked' in page] == [goal.pk]  # fmt: skip


def test_a_name_stops_the_note_at_its_field_and_is_shown_while_one_writes(clinic, group, sign_in):
    ana, ben = clinic.patient(given="Anastasia", family="Flores"), clinic.patient(given="Benedict", family="Okafor")
    _series, address = group(ana, ben)
    browser = sign_in(clinic.therapist)
    typed = {**when(clinic), "shared_text": "First line.\nThen benny told of his brother.", "others_present": "on"}
    answer = browser.post(address, {**typed, f"{ana.public_id}-note": "Sat beside Okafor."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Shared part, line 2: “First line. Then benny told of his brother.” names Benny.") == 2
    assert f'<a href="#id_{ana.public_id}-note">' in page
    assert "Then benny told of his brother.</textarea>" in page
    assert not Session.objects.exists()
    people = [str(one.public_id) for one in (ana, ben)]
    check = browser.post(reverse("treatment_plans:names_in_group", args=["all"]), {"shared_text": typed["shared_text"], "patients": people})
    assert 'data-select="17,22" data-in="id_shared_text"' in check.content.decode()
    own = {f"{ana.public_id}-note": "Anastasia slept.", "patients": people}
    assert browser.post(reverse("treatment_plans:names_in_group", args=[ana.public_id]), own).content.strip() == b""


def test_a_word_that_may_be_a_name_is_pointed_out_and_stops_nothing(clinic, group, sign_in):
    _series, address = group(clinic.patient(given="Hope"), clinic.patient())
    typed = {**when(clinic), "shared_text": "Hope was what we talked about.", "others_present": "on"}
    answer = sign_in(clinic.therapist).post(address, typed, follow=True)
    assert "may name Hope of this group" in answer.content.decode()
    assert Session.objects.get().shared_text == "Hope was what we talked about."


def test_a_group_is_founded_filled_and_ended_on_pages(clinic, sign_in, goal_of, monkeypatch):
    ana, ben = clinic.patient(given="Anamaria"), clinic.patient(given="Benedict")
    goal = goal_of(ana)
    browser = sign_in(clinic.therapist)
    today = clinic.now.astimezone(clinic.north.zone).date()
    about = {"title": "Dual Recovery", "kind": "group", "capacity": "1", "minutes": "60", "modality": "in_person", "facilitators": [clinic.therapist.pk]}  # fmt: skip
    where = {"site": clinic.north.pk, "starts_on": today.isoformat(), "begins_at": "17:00", "every": "1"}
    with monkeypatch.context() as clock:
        clock.setattr("treatment_plans.groups.views.timezone", SimpleNamespace(now=lambda: datetime(2026, 11, 23, 2, tzinfo=UTC)))
        assert 'value="2026-11-22"' in browser.get(reverse("treatment_plans:start_group")).content.decode()
    soon = today + timedelta(weeks=1)
    starts = datetime.combine(soon, time(17, 30), tzinfo=clinic.north.zone)
    book_appointment(
        patient=ben, site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=starts,
        ends_at=starts + timedelta(hours=1), by=clinic.therapist, at=clinic.now,
    )  # fmt: skip
    holiday = today + timedelta(weeks=2)
    Closure.objects.create(site=clinic.north, day=holiday, reason="Founders' Day")
    Closure.objects.create(site=clinic.north, day=holiday + timedelta(days=1), reason="Not a day of the group")
    asked = browser.post(reverse("treatment_plans:start_group"), {**about, **where})
    shown = asked.context["form"]
    assert (asked.status_code, GroupSeries.objects.exists(), shown["leave_out"].value()) == (422, False, [holiday.isoformat()])
    assert (f"{holiday.day}: Founders&#x27; Day" in asked.content.decode(), "Not a day" in asked.content.decode()) == (True, False)
    closed = {"closed_shown": shown["closed_shown"].value(), "leave_out": shown["leave_out"].value()}
    made = browser.post(reverse("treatment_plans:start_group"), {**about, **where, **closed})
    assert holiday not in {one.starts_at.astimezone(clinic.north.zone).date() for one in GroupMeeting.objects.all()}
    assert f"at the time of these meetings: {soon:%a, %b} {soon.day}." in browser.get(made.url).content.decode()
    series = GroupSeries.objects.get()
    assert made.url == reverse("treatment_plans:group_series", args=[series.pk])
    join = reverse("treatment_plans:join_group", args=[series.pk])
    assert "Anamaria" in browser.get(join).content.decode()
    browser.post(f"{join}?patient={ana.public_id}", {"on": today.isoformat(), "goal": goal.pk})
    refused = browser.post(f"{join}?patient={ben.public_id}", {"on": today.isoformat(), "over_capacity_why": ""})
    assert (refused.status_code, "All 1 places are taken." in refused.content.decode()) == (422, True)
    browser.post(f"{join}?patient={ben.public_id}", {"on": today.isoformat(), "wait": "1"})
    assert list(GroupPlace.objects.order_by("pk").values_list("patient", "state", "goal")) == [(ana.pk, "member", goal.pk), (ben.pk, "waiting", None)]  # fmt: skip
    page = browser.get(made.url).content.decode()
    assert ("Anamaria" in page, "Benedict" in page, "Full" in page, "I want a room" in page) == (True, True, True, True)
    place = GroupPlace.objects.get(patient=ana)
    browser.post(reverse("treatment_plans:leave_place", args=[place.pk]), {"on": today.isoformat(), "why": "Found work"})
    browser.post(reverse("treatment_plans:change_group", args=[series.pk]), {**about, "capacity": "9", "facilitators": [clinic.peer.pk]})
    meeting = GroupMeeting.objects.order_by("-starts_at").first()
    browser.post(reverse("treatment_plans:cancel_group_meeting", args=[meeting.pk]), {"why": "Snow"})
    browser.post(reverse("treatment_plans:extra_meeting", args=[series.pk]), {"day": today.isoformat(), "starts_at": "09:00", "minutes": "30"})  # fmt: skip
    browser.post(reverse("treatment_plans:extra_meeting", args=[series.pk]), {"day": "2026-11-01", "starts_at": "01:30", "minutes": "50"})  # fmt: skip
    night = GroupMeeting.objects.get(starts_at__date="2026-11-01")
    assert night.ends_at - night.starts_at == timedelta(minutes=50)
    browser.post(reverse("treatment_plans:plan_group", args=[series.pk]))
    assert list(GroupMeeting.objects.filter(state="cancelled")) == [meeting]
    browser.post(reverse("treatment_plans:end_group", args=[series.pk]), {"on": today.isoformat()})
    series.refresh_from_db()
    assert (series.capacity, series.ends_on, GroupPlace.objects.exclude(state="left").exists()) == (9, today, False)


def test_who_may_not_see_a_member_does_not_find_them_and_is_told_how_many(clinic, group, sign_in):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    mine, theirs = clinic.patient(given="Anamaria"), clinic.patient(given="Zebulon", team=(other,))
    series, address = group(mine, theirs)
    browser = sign_in(clinic.therapist)
    for place in (address, reverse("treatment_plans:group_series", args=[series.pk])):
        page = browser.get(place).content.decode()
        assert ("Anamaria" in page, "Zebulon" in page, "One more person is in this group" in page) == (True, False, True)
    assert browser.get(reverse("treatment_plans:leave_place", args=[GroupPlace.objects.get(patient=theirs).pk])).status_code == 404
    names = reverse("treatment_plans:names_in_group", args=["all"])
    meeting = GroupMeeting.objects.filter(series=series).first()
    typed = {"shared_text": "Zebulon cried.", "patients": str(mine.public_id), "group_meeting": meeting.pk}
    assert "names somebody of this group" in browser.post(names, typed).content.decode()
    elsewhere = clinic.hire(Role.THERAPIST, clinic.south)
    assert sign_in(elsewhere).get(address).status_code == 404
    assert sign_in(elsewhere).post(names, {"group_meeting": meeting.pk}).status_code == 404
    assert sign_in(clinic.front_desk).get(address).status_code == 403


def test_whoever_leaves_the_roster_while_the_form_is_open_is_asked_about_and_no_word_is_lost(clinic, found, join, sign_in):
    ana, ben, gone = (clinic.patient(given=name) for name in ("Anamaria", "Benedict", "Zebulon"))
    series, later = found(), clinic.patient(given="Cleopatra")
    _first, bens, _gone = join(series, ana, ben, gone)
    meeting = GroupMeeting.objects.filter(series=series).first()
    browser, address, key = sign_in(clinic.therapist), reverse("treatment_plans:write_meeting", args=[meeting.pk]), draft_key("group", meeting.pk)  # fmt: skip
    typed = {**when(clinic), "shared_text": "We read.", "others_present": "on", "draft_version": "1"}
    typed |= {"patients": [str(ana.public_id), str(ben.public_id)], f"{gone.public_id}-note": "Slept.", f"{gone.public_id}-state": "late"}
    kept = {f"{ben.public_id}-note": ["Long words about the day."], f"{later.public_id}-state": [], "shared_text": ["We read."]}
    save_draft(key=key, words=Words(kept), version=0, by=clinic.therapist, at=clinic.now)
    leave_group(place=bens, on=series.starts_on, by=clinic.therapist, at=clinic.now)
    end_care_team_member(member=CareTeamMember.objects.get(patient=gone, user=clinic.therapist), until=date(2026, 1, 6), by=clinic.director, at=clinic.now)  # fmt: skip
    join(series, later)
    answer = browser.post(address, typed)
    page = answer.content.decode()
    assert (answer.status_code, Session.objects.exists(), unfinished_notes(clinic.therapist).exists()) == (422, False, True)
    assert ("Long words about the day.</textarea>" in page, "Slept.</textarea>" in page, "Zebulon" in page) == (True, True, False)
    assert f'name="{gone.public_id}-state" value="late"' in page
    assert [f"Say whether {one.display_name} was there." in page for one in (ana, ben, later)] == [False, False, True]
    assert [page.count(f'href="#id_{one.public_id}-gone') for one in (ana, ben, gone, later)] == [0, 1, 1, 0]
    typed |= {f"{later.public_id}-state": "absent", f"{gone.public_id}-gone": "on"}
    assert (browser.post(address, typed).status_code, Session.objects.exists()) == (422, False)
    assert browser.post(address, {**typed, f"{ben.public_id}-gone": "write"}).status_code == 302
    assert list(Attendance.objects.order_by("patient").values_list("patient", "state", "note")) == [
        (ana.pk, "present", ""), (ben.pk, "present", "Long words about the day."), (later.pk, "absent", ""),
    ]  # fmt: skip
    assert not unfinished_notes(clinic.therapist).exists()
    again = browser.post(address, typed | {f"{ben.public_id}-note": "More."})
    assert (again.status_code, "More.</textarea>" in again.content.decode(), "We read.</textarea>" in again.content.decode()) == (422, True, True)  # fmt: skip
    assert 'value="write"' not in again.content.decode()
    left_out = typed | {f"{one.public_id}-gone": "leave" for one in (ana, ben, later)}
    assert (browser.post(address, left_out).status_code, Attendance.objects.count()) == (302, 3)


def test_somebody_who_may_see_the_rest_adds_and_signs_their_parts_in_a_meeting_that_was_written_and_signed(clinic, group, sign_in):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    mine, theirs = clinic.patient(given="Anamaria"), clinic.patient(given="Zebulon", team=(other,))
    series, address = group(mine, theirs)
    home = reverse("treatment_plans:group_series", args=[series.pk])
    browser = sign_in(clinic.therapist)
    browser.post(address, {**when(clinic), "shared_text": "We breathed.", "others_present": "on", "sign": "1"})
    assert ("Add missing parts" in browser.get(home).content.decode(), browser.get(address).url) == (False, home)
    browser = sign_in(other)
    assert "Add missing parts" in browser.get(home).content.decode()
    page, key = browser.get(address).content.decode(), draft_key("group", address.split("/")[-2])
    assert f'data-draft="{key}"' in page
    assert ("Zebulon" in page, "Anamaria" in page, "We breathed." in page, page.count('type="radio"')) == (True, False, True, 4)
    assert browser.post(address, {}).content.decode().count("Say whether Zebulon") == 2
    own = {f"{theirs.public_id}-state": "late", f"{theirs.public_id}-note": "Sat with Anamaria."}
    assert "names somebody of this group" in browser.post(address, own).content.decode()
    save_draft(key=key, words=Words({"x": ["Slept."]}), version=0, by=other, at=clinic.now)
    assert browser.post(address, {**own, f"{theirs.public_id}-note": "Slept.", "sign": "1", "draft_version": 1}).status_code == 302
    assert not unfinished_notes(other).exists()
    rows = Attendance.objects.order_by("pk").values_list("patient", "signed_by", "session__clinician", "session__shared_text")
    both = [(mine.pk, clinic.therapist.pk), (theirs.pk, other.pk)]
    assert list(rows) == [(person, by, by, "We breathed.") for person, by in both]
    assert Session.objects.values("starts_at", "ends_at", "title").distinct().count() == 1
    assert ("Add missing parts" in browser.get(home).content.decode(), browser.get(address).url) == (False, home)


def test_a_group_of_once_begins_with_whoever_is_booked_and_is_written_on_one_page(clinic, sign_in):
    aaron, zoe = clinic.patient(given="Aaron"), clinic.patient(given="Zoe")
    theirs = clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),))
    begins = clinic.now + timedelta(minutes=1)
    booked = book_appointment(
        patient=zoe, site=clinic.north, clinician=clinic.therapist, kind="group", starts_at=begins, ends_at=begins + timedelta(hours=1),
        by=clinic.therapist, at=clinic.now,
    )  # fmt: skip
    browser = sign_in(clinic.therapist)
    address = reverse("treatment_plans:write_group")
    page = browser.get(address).content.decode()
    assert (page.index("Zoe") < page.index("Aaron"), page.count(" checked")) == (True, 1)
    assert browser.get(f"{address}?patients={zoe.public_id}&patients={theirs.public_id}").status_code == 404
    assert browser.get(f"{address}?patients=nobody").status_code == 404
    chosen = f"{address}?patients={zoe.public_id}&patients={aaron.public_id}"
    browser.get(chosen)
    seen = AuditEvent.objects.filter(verb="goals", outcome="seen").values_list("patient_id", flat=True)
    assert sorted(seen) == sorted([zoe.pk, aaron.pk])
    walk = {**when(clinic, 0), "title": "Walk", "shared_text": "We walked.", "others_present": "on"}
    answer = browser.post(f"{chosen}&patients={theirs.public_id}", {**walk, f"{theirs.public_id}-note": "Slept."})
    assert (answer.status_code, "Slept.</textarea>" in answer.content.decode(), Session.objects.exists()) == (422, True, False)
    browser.post(chosen, walk)
    booked.refresh_from_db()
    assert (Session.objects.get().title, booked.state) == ("Walk", "kept")


def test_a_meeting_to_be_written_stands_first_then_the_coming_ones_then_what_is_over(clinic, found, first_meeting, sign_in):
    series = found()
    browser = sign_in(clinic.therapist)

    def shown():
        page = browser.get(reverse("treatment_plans:group_series", args=[series.pk]))
        return [meeting["row"].starts_at for meeting in page.context["meetings"]]

    first, *coming = shown()
    assert [first, *coming] == sorted([first, *coming])
    other = found()
    end_series(series=other, on=other.starts_on, by=clinic.therapist, at=clinic.now)
    page = browser.get(reverse("treatment_plans:group_series", args=[other.pk])).content.decode()
    assert ("Its last day is" in page, reverse("treatment_plans:write_meeting", args=[first_meeting(other).pk]) in page) == (True, True)
    assert "Plan further" not in page
    cancel_meeting(meeting=first_meeting(series), why="Snow", by=clinic.therapist, at=clinic.now)
    assert shown() == [*coming, first]


LIST, SERIES, FORM, SAVED = 5, 11, 13, 33


@pytest.mark.parametrize("number", [2, 12])
def test_pages_of_groups_need_the_same_number_of_queries_for_two_and_twelve(clinic, found, group, goal_of, sign_in, query_count, number):
    people = [clinic.patient() for _ in range(number)]
    goals = [goal_of(person) for person in people]
    series, address = group(*people)
    for _ in range(number - 1):
        found()
    browser = sign_in(clinic.therapist)
    browser.get(reverse("treatment_plans:groups"))
    with query_count(LIST):
        browser.get(reverse("treatment_plans:groups"))
    with query_count(SERIES):
        browser.get(reverse("treatment_plans:group_series", args=[series.pk]))
    with query_count(FORM):
        browser.get(address)
    own = {f"{one.public_id}-goals": [goal.pk] for one, goal in zip(people, goals, strict=True)}
    with query_count(SAVED):
        answer = browser.post(address, {**when(clinic), **own, "shared_text": "We breathed.", "others_present": "on"})
    assert answer.status_code == 302
