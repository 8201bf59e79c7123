"""What speaks against a time is shown before it is booked: what cannot be, and what is to be weighed."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Closure, OpeningHours
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.record.models import Patient
from patients.world.models import Barrier, LifeEvent
from treatment_plans.appointments.actions import cancel_appointment, settle_appointment
from treatment_plans.appointments.busy.actions import end_busy_time, record_busy_time
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import Appointment, AppointmentSeries
from treatment_plans.appointments.series.actions import book_series
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.calendar.clashes.queries import Wish, clashes_of
from treatment_plans.calendar.clashes.rules import COMES_TWICE, COVERS, against_the_dose
from treatment_plans.calendar.meetings.queries import check_meetings
from treatment_plans.groups.actions import give_place, start_series
from treatment_plans.groups.models import GroupMeeting, GroupSeries
from treatment_plans.groups.queries import times_to_plan
from treatment_plans.medication.models import Order
from treatment_plans.rooms.actions import use_room
from treatment_plans.rooms.models import RoomUse
from treatment_plans.rooms.recurrence.rules import Rhythm

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
CLASHES = 9


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def asked(clinic, starts, **facts):
    when = {"day": f"{starts:%Y-%m-%d}", "starts_at": f"{starts:%H:%M}", "minutes": "60"}
    return {**when, "site": clinic.north.pk, "clinician": clinic.therapist.pk, "kind": "individual", **facts}


def busy(clinic, patient, starts, reason="work", **facts):
    hours = {"weekdays": [starts.weekday()], "starts": time(8), "ends": time(16), "since": clinic.now.date()} | facts
    return record_busy_time(patient=patient, program=clinic.program, reason=reason, by=clinic.front_desk, at=clinic.now, **hours)


def order(clinic, patient, product):
    return Order.objects.create(
        patient=patient, program=clinic.program, site=clinic.north, product=product, substance="methadone", daily_mg=60,
        starts_on=clinic.now.date(), missed_counted_from=clinic.now.date(), prescriber=clinic.prescriber,
        recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip


def test_all_that_speaks_against_a_time_is_known_before_and_the_number_of_statements_does_not_grow(
    clinic, book, room, monday, product, django_assert_num_queries
):
    patient, other = clinic.patient(given="Rosa", family="Díaz"), clinic.patient()
    book(patient, monday, clinician=clinic.nurse)
    book(other, monday)
    use_room(room=room, starts_at=monday, ends_at=monday + HOUR, by=clinic.front_desk, at=clinic.now)
    OpeningHours.objects.create(site=clinic.north, weekday=0, opens="12:00", closes="17:00")
    OpeningHours.objects.create(site=clinic.north, weekday=0, opens="05:30", closes="08:00", purpose="dosing")
    Closure.objects.create(site=clinic.north, day=(monday + WEEK).date(), reason="Snow")
    busy(clinic, patient, monday, note="early shift")
    order(clinic, patient, product)

    known = {"by": clinic.therapist, "at": clinic.now}
    group = start_series(
        site=clinic.north, title="Yoga", starts_on=monday.date(), begins_at=time(10, 30), facilitators=[clinic.peer], **known
    )  # fmt: skip
    give_place(series=group, patient=patient, on=clinic.now.date(), **known)

    def wish(weeks):
        times = [(monday + number * WEEK, monday + number * WEEK + HOUR) for number in range(weeks)]
        return Wish(patient, clinic.north, clinic.therapist, "individual", times, room)

    def clashes(reader, weeks):
        return [(clash.code, clash.is_hard, clash.text) for clash in clashes_of(wish(weeks), reader)]

    assert clashes(clinic.therapist, 2) == [
        ("patient", True, f"Rosa Díaz has another appointment then, from 10 a.m. to 11 a.m.: Individual session with {clinic.nurse}."),
        ("room", True, "Room 2 is taken then, from 10 a.m. to 11 a.m.: Group."),
        ("clinician", False, f"{clinic.therapist} has another appointment then."),
        ("group", False, "A group in which the person has a place meets then."),
        ("hours", False, "North is not open then (that weekday: noon–5 p.m.)."),
        ("work", False, "The person cannot come then, from 8 a.m. to 4 p.m.: early shift."),
        ("dose", False, "This means coming twice that day: doses are given 5:30 a.m.–8 a.m.."),
        ("group", False, "A group in which the person has a place meets then."),
        ("closed", False, "North is closed on that day: Snow."),
        ("work", False, "The person cannot come then, from 8 a.m. to 4 p.m.: early shift."),
        ("dose", False, "This means coming twice that day: doses are given 5:30 a.m.–8 a.m.."),
    ]
    own = Wish(patient, clinic.north, clinic.therapist, "group", [(monday + HOUR / 2, monday + HOUR)])
    assert "group" not in {clash.code for clash in clashes_of(own, clinic.therapist)}
    assert "dose" not in {code for code, _hard, _text in clashes(clinic.front_desk, 1)}
    for weeks in (2, 12):
        with django_assert_num_queries(CLASHES):
            clashes_of(wish(weeks), clinic.therapist)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ((7, 0), (9, 0), ""),
        ((9, 30), (10, 30), COMES_TWICE),
        ((8, 45), (9, 45), ""),
        ((5, 0), (8, 30), COVERS),
        ((4, 0), (4, 20), COMES_TWICE),
    ],
)
def test_a_dose_needs_a_moment_within_reach(monday, starts, ends, said):
    hours = [(time(5, 30), time(8))]
    at = [monday.replace(hour=hour, minute=minute) for hour, minute in (starts, ends)]
    assert against_the_dose(*at, hours) == said
    assert against_the_dose(*at, []) == ""


def test_the_page_says_while_it_is_filled_in_what_speaks_against_it_and_keeps_no_word_in_the_address(clinic, book, room, monday, sign_in):
    patient = clinic.patient(given="Rosa", family="Díaz")
    book(patient, monday, clinician=clinic.nurse)
    Barrier.objects.create(
        patient=patient,
        program=clinic.program,
        kind="transport",
        words="No bus after four",
        recorded_at=clinic.now,
        recorded_by=clinic.system,
    )
    LifeEvent.objects.create(
        patient=patient, program=clinic.program, kind="job", words="bakery", began_on="2026-01-01", recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    browser = sign_in(clinic.case_manager)
    page = browser.get(address("book", patient.public_id)).content.decode()
    assert address("check_booking", patient.public_id) in page
    assert "Getting here is hard for this person: No bus after four." in page
    assert "The person works (bakery): ask about the shift." in page
    assert "bakery" not in sign_in(clinic.front_desk).get(address("book", patient.public_id)).content.decode()
    check = address("check_booking", patient.public_id)
    browser = sign_in(clinic.case_manager)
    assert "This cannot be booked" in browser.post(check, asked(clinic, monday)).content.decode()
    assert "Nothing speaks against this time" in browser.post(check, asked(clinic, monday + 3 * HOUR)).content.decode()
    again = browser.post(check, asked(clinic, monday, unit="weekly", times=3)).content.decode()
    assert ("3 dates are asked for." in again, again.count("Not possible"), again.count("Free")) == (True, 1, 2)
    assert "appears here before you save" in browser.post(check, {}).content.decode()
    assert Appointment.objects.count() == 1
    assert browser.get(check).status_code == 405


def test_a_series_is_booked_from_the_page_without_the_dates_that_cannot_be(clinic, book, room, monday, sign_in):
    patient = clinic.patient()
    book(patient, monday + WEEK, clinician=clinic.nurse)
    Closure.objects.create(site=clinic.north, day=(monday + 2 * WEEK).date(), reason="Snow")
    browser = sign_in(clinic.front_desk)
    wish = asked(clinic, monday, unit="weekly", every=1, times=4, room=room.pk)
    page = browser.post(address("book", patient.public_id), wish).content.decode()
    assert "Some dates have something against them" in page
    assert (page.count('name="leave_out"'), page.count(" checked>")) == (2, 1)
    assert not AppointmentSeries.objects.exists()
    refused = browser.post(address("book", patient.public_id), wish | {"anyway": "on"})
    assert (refused.status_code, Appointment.objects.count()) == (422, 1)
    without = [f"{(monday + number * WEEK).date()}" for number in (1, 2)]
    assert browser.post(address("book", patient.public_id), wish | {"anyway": "on", "leave_out": [*without, "x"]}).status_code == 302
    assert list(Appointment.objects.filter(series__isnull=False).values_list("starts_at", flat=True)) == [monday, monday + 3 * WEEK]
    assert RoomUse.objects.filter(released_at__isnull=True).count() == 2
    wrong = browser.post(address("book", patient.public_id), asked(clinic, monday + HOUR, unit="weekly"))
    assert (wrong.status_code, "Say until when, or how often" in wrong.content.decode()) == (422, True)


def test_this_one_or_this_and_following_move_and_are_cancelled_from_the_page(clinic, room, monday, sign_in):
    patient = clinic.patient()
    first_on = monday.date()
    series = book_series(
        patient=patient, site=clinic.north, clinician=clinic.therapist, kind="individual", rhythm=Rhythm(times=5), first_on=first_on,
        starts=time(10), minutes=60, room=room, by=clinic.front_desk, at=clinic.now,
    )  # fmt: skip
    rows = list(Appointment.objects.filter(series=series))
    browser = sign_in(clinic.front_desk)
    form = browser.get(address("move_appointment", rows[1].pk)).content.decode()
    assert "This one and those that follow" in form
    later = asked(clinic, monday + WEEK + 2 * HOUR, room=room.pk)
    moved = {key: later[key] for key in ("day", "starts_at", "minutes", "clinician", "room")}
    assert browser.post(address("check_move", rows[1].pk), moved | {"scope": "following"}).content.decode().count("Free") == 4
    assert browser.post(address("move_appointment", rows[1].pk), moved | {"scope": "following"}).status_code == 302
    starts = [row.starts_at.astimezone(clinic.north.zone).hour for row in Appointment.objects.order_by("starts_at")]
    assert starts == [10, 12, 12, 12, 12]
    cancelled = browser.post(
        address("cancel_appointment", rows[3].pk), {"by_patient": "yes", "why": "Works", "scope": "following"}, follow=True
    )
    assert "2 cancelled." in cancelled.content.decode()
    assert Appointment.objects.filter(state="booked").count() == 3
    assert RoomUse.objects.filter(released_at__isnull=True).count() == 3


def test_a_freed_hour_names_who_could_take_it_and_books_nobody(clinic, book, monday, sign_in):
    freed = book(clinic.patient(), monday)
    people = [clinic.patient(given=f"Waits{number}") for number in range(6)]
    hidden = clinic.patient(given="Hidden", site=clinic.south)
    browser = sign_in(clinic.front_desk)
    wants = [
        {},
        {"weekdays": [monday.weekday()], "earliest": "09:00", "latest": "12:00"},
        {"weekdays": [(monday.weekday() + 1) % 7]},
        {"clinician": clinic.nurse.pk},
        {},
        {},
    ]
    for person, want in zip(people, wants, strict=True):
        answer = browser.post(address("wait", person.public_id), {"kind": "individual", "minutes": 60, **want})
        assert answer.status_code == 302, answer.content.decode()
    again = browser.post(address("wait", people[0].public_id), {"kind": "individual", "minutes": 60})
    assert "waits for this already" in again.content.decode()
    WaitlistEntry.objects.create(
        patient=hidden, program=clinic.program, kind="individual", recorded_at=clinic.now, recorded_by=clinic.system
    )
    book(people[4], monday, clinician=clinic.nurse)
    busy(clinic, people[5], monday)
    assert browser.get(address("waitlist")).content.decode().count("data-row>") == 6
    browser.post(address("cancel_appointment", freed.pk), {"by_patient": "yes"})
    page = browser.get(address("appointment", freed.pk)).content.decode()
    named = [number for number in range(6) if f"Waits{number}" in page]
    assert (named, "Hidden" in page, "Nobody is booked by this list" in page) == ([0, 1], False, True)
    assert Appointment.objects.filter(state="booked").count() == 1
    entry = WaitlistEntry.objects.get(patient=people[0])
    browser.post(address("stop_waiting", entry.pk), {"why": "booked"})
    assert "Waits0" not in browser.get(address("appointment", freed.pk)).content.decode()
    Patient.objects.filter(pk=people[1].pk).update(deceased_on=clinic.now.date())
    assert "Waits1" not in browser.get(address("appointment", freed.pk)).content.decode()
    Patient.objects.filter(pk=people[1].pk).update(deceased_on=None)
    assert "Waits1" in browser.get(address("appointment", freed.pk)).content.decode()
    book(clinic.patient(), monday)
    assert "Waits1" not in browser.get(address("appointment", freed.pk)).content.decode(), "the hour was taken again"
    assert browser.post(address("stop_waiting", entry.pk), {"why": "booked"}).status_code == 404


def test_outcomes_are_asked_and_say_how_late_or_how_short_the_notice_was(clinic, book, sign_in):
    came = book(clinic.patient(), clinic.now - 3 * HOUR)
    browser = sign_in(clinic.front_desk)
    browser.post(address("settle_appointment", came.pk), {"state": "kept", "late_minutes": "15"})
    came.refresh_from_db()
    assert (came.state, came.late_minutes) == ("kept", 15)
    assert "15 minutes" in browser.get(address("appointment", came.pk)).content.decode()
    assert settle_appointment(appointment=came, state="kept", by=clinic.front_desk, at=clinic.now).late_minutes is None
    soon = book(clinic.patient(), clinic.now + 5 * HOUR)
    cancelled = cancel_appointment(appointment=soon, by_patient=True, why="Sick child", by=clinic.front_desk, at=clinic.now)
    assert (cancelled.was_short_notice, cancelled.why_cancelled) == (True, "Sick child")
    assert "less than 24 hours before" in browser.get(address("appointment", soon.pk)).content.decode()


def test_hours_at_which_somebody_cannot_come_are_kept_until_they_end(clinic, monday, sign_in):
    patient, today = clinic.patient(), clinic.now.astimezone(clinic.north.zone).date()
    browser = sign_in(clinic.front_desk)
    said = {
        "reason": "work",
        "weekdays": [0, 4],
        "starts": "22:00",
        "ends": "06:00",
        "since": f"{today}",
        "note": "Night shift",
    }
    assert browser.post(address("busy", patient.public_id), said).status_code == 302
    assert browser.post(address("busy", patient.public_id), said | {"ends": "22:00"}).status_code == 422
    page = browser.get(address("busy", patient.public_id)).content.decode()
    assert "Mon, Fri" in page
    row = BusyTime.objects.get(patient=patient)
    wish = Wish(patient, clinic.north, clinic.therapist, "individual", [(monday.replace(hour=5), monday.replace(hour=6))])
    tuesday = Wish(
        patient, clinic.north, clinic.therapist, "individual", [(monday.replace(hour=5) + 24 * HOUR, monday.replace(hour=6) + 24 * HOUR)]
    )
    assert [[clash.code for clash in clashes_of(one, clinic.front_desk)] for one in (wish, tuesday)] == [[], ["work"]]
    browser.post(address("stop_busy", row.pk))
    assert "Mon, Fri" not in browser.get(address("busy", patient.public_id)).content.decode()
    assert end_busy_time(busy=row, on=today, by=clinic.front_desk, at=clinic.now).ended_on == today
    stranger = clinic.hire(Role.THERAPIST, clinic.south)
    assert sign_in(stranger).get(address("busy", patient.public_id)).status_code == 404
    assert AuditEvent.objects.filter(verb="record_busy_time", outcome="done").count() == 1


def test_what_speaks_against_further_meetings_of_a_group_is_shown_before_they_are_planned(
    clinic, book, room, monday, sign_in, django_assert_num_queries
):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    rosa, theirs = clinic.patient(given="Rosa", family="Díaz"), clinic.patient(given="Zebulon", team=(other,))
    known, first = {"by": clinic.therapist, "at": clinic.now - 10 * WEEK}, monday - 10 * WEEK
    facts = {"site": clinic.north, "starts_on": first.date(), "begins_at": time(10), **known}
    series = start_series(title="Hope", room=room, facilitators=[clinic.therapist], **facts)
    yoga = start_series(title="Yoga", facilitators=[clinic.peer], **facts | {"starts_on": (monday + 7 * WEEK).date(), "at": clinic.now})
    for group, person in ((series, rosa), (series, theirs), (yoga, rosa)):
        give_place(series=group, patient=person, on=clinic.now.date(), by=clinic.therapist, at=clinic.now)
    use_room(room=room, starts_at=monday + 3 * WEEK, ends_at=monday + 3 * WEEK + HOUR, by=clinic.front_desk, at=clinic.now)
    book(clinic.patient(), monday + 4 * WEEK)
    book(rosa, monday + 5 * WEEK, clinician=clinic.nurse)
    book(theirs, monday + 6 * WEEK, clinician=clinic.nurse)
    Closure.objects.create(site=clinic.north, day=(monday + 8 * WEEK).date(), reason="Snow")
    busy(clinic, rosa, monday, since=(monday + 10 * WEEK).date())

    def checked():
        return check_meetings(series, times_to_plan(series, clinic.now), clinic.therapist)

    known_of, people = checked()
    elsewhere = f"Rosa Díaz has another appointment then, from 10 a.m. to 11 a.m.: Individual session with {clinic.nurse}."
    group = "Rosa Díaz has a place in another group that meets then."
    assert [(one.is_impossible, [clash.text for clash in one.clashes]) for one in known_of] == [
        (True, ["Room 2 is taken then, from 10 a.m. to 11 a.m.: Group."]),
        (False, [f"{clinic.therapist} has another appointment then."]),
        (False, [elsewhere]),
        (False, ["Somebody in this group whom you may not see has something else then."]),
        (False, [group]),
        (False, [group, "North is closed on that day: Snow."]),
        (False, [group]),
        (False, [group, "Rosa Díaz cannot come then, from 8 a.m. to 4 p.m.: Work."]),
    ]
    assert people == [rosa]
    GroupSeries.objects.filter(pk=yoga.pk).update(site=clinic.south)
    assert group not in str(checked()), "of a group elsewhere, whose calendar one may not see, nothing is said"
    for _ in range(10):
        give_place(series=series, patient=clinic.patient(), on=clinic.now.date(), by=clinic.therapist, at=clinic.now)
    dates = times_to_plan(series, clinic.now)
    with django_assert_num_queries(MEETING_CLASHES):
        check_meetings(series, dates, clinic.therapist)
    browser, before = sign_in(clinic.therapist), GroupMeeting.objects.filter(series=series).count()
    page = browser.post(address("plan_group", series.pk)).content.decode()
    assert (elsewhere in page, "Zebulon" in page, GroupMeeting.objects.filter(series=series).count()) == (True, False, before)
    assert f'value="{known_of[0].day}" id="leave-{known_of[0].day}" checked' in page
    assert AuditEvent.objects.get(verb="appointments", outcome="seen").people == [rosa.pk]
    browser.post(address("plan_group", series.pk), {"anyway": "on", "leave_out": [known_of[0].day.isoformat()]})
    assert GroupMeeting.objects.filter(series=series).count() == before + 7
    assert not GroupMeeting.objects.filter(series=series, starts_at=known_of[0].times[0]).exists()


MEETING_CLASHES = 10
