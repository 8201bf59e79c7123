from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.core.messaging.rules import in_quiet_hours
from treatment_plans.appointments.rules import (
    Booking,
    Contact,
    gives_way,
    next_business_day,
    reachable_by,
    reminder_due_at,
    why_not_about,
    why_too_many,
    why_unreachable,
)

NEW_YORK, DENVER, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Denver"), ZoneInfo("America/Los_Angeles")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_reminder_comes_at_the_same_hour_of_the_clock_also_when_the_clocks_change():
    starts = datetime(2026, 3, 10, 10, tzinfo=NEW_YORK)  # the clocks go forward on the 8th
    assert reminder_due_at(starts, "72h", NEW_YORK, booked_at=LONG_AGO) == datetime(2026, 3, 7, 10, tzinfo=NEW_YORK)
    assert reminder_due_at(starts, "24h", NEW_YORK, booked_at=LONG_AGO) == datetime(2026, 3, 9, 10, tzinfo=NEW_YORK)


def test_an_early_appointment_is_reminded_of_at_eight_where_the_person_lives():
    starts = datetime(2026, 3, 12, 9, tzinfo=NEW_YORK)  # 6:00 in Los Angeles
    assert reminder_due_at(starts, "24h", LOS_ANGELES, booked_at=LONG_AGO) == datetime(2026, 3, 11, 8, tzinfo=LOS_ANGELES)


def test_a_late_appointment_is_reminded_of_the_next_morning_and_never_after_it_began():
    evening = datetime(2026, 3, 12, 21, 30, tzinfo=NEW_YORK)
    assert reminder_due_at(evening, "24h", NEW_YORK, booked_at=LONG_AGO) == datetime(2026, 3, 12, 8, tzinfo=NEW_YORK)


def test_a_moment_that_passed_before_the_booking_is_left_out():
    starts = datetime(2026, 3, 12, 12, tzinfo=NEW_YORK)
    booked_at = starts - timedelta(hours=50)
    assert reminder_due_at(starts, "72h", NEW_YORK, booked_at=booked_at) is None
    assert reminder_due_at(starts, "24h", NEW_YORK, booked_at=booked_at) == starts - timedelta(hours=24)


@given(
    starts=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(
        [NEW_YORK, DENVER, LOS_ANGELES, ZoneInfo("America/Phoenix"), ZoneInfo("Pacific/Honolulu"), ZoneInfo("Asia/Kolkata")]
    ),
    lead=st.sampled_from(["72h", "24h"]),
)
def test_no_reminder_ever_comes_in_the_quiet_hours_or_after_the_appointment_began(starts, zone, lead):
    due = reminder_due_at(starts, lead, zone, booked_at=LONG_AGO - timedelta(days=400))
    assert due is not None
    assert not in_quiet_hours(due, zone)
    assert starts - timedelta(hours=73) <= due < starts


BOOKED = Booking(state="booked", version=2, starts_at=datetime(2026, 3, 10, tzinfo=UTC), is_deceased=False, is_discharged=False)


@pytest.mark.parametrize(
    ("booking", "version", "reason"),
    [
        (BOOKED, 2, ""),
        (None, 2, "There is no such appointment."),
        (BOOKED, 1, "The appointment was moved."),
        (Booking("cancelled_by_patient", 2, BOOKED.starts_at, False, False), 2, "The appointment was cancelled."),
        (Booking("cancelled_by_staff", 2, BOOKED.starts_at, False, False), 2, "The appointment was cancelled."),
        (Booking("no_show", 2, BOOKED.starts_at, False, False), 2, "The appointment is settled already."),
        (Booking("kept", 2, BOOKED.starts_at, False, False), 2, "The appointment is settled already."),
        (Booking("booked", 2, LONG_AGO, False, False), 2, "The appointment has begun already."),
        (Booking("booked", 2, BOOKED.starts_at, True, False), 2, "The person has died."),
        (Booking("booked", 2, BOOKED.starts_at, False, True), 2, "The person is no longer in this care."),
    ],
)
def test_a_reminder_stays_silent_for_a_reason(booking, version, reason):
    assert why_not_about(booking, version, datetime(2026, 3, 9, tzinfo=UTC)) == reason


def contact(channel="sms", *, wants=True, safe=True, ended=False):
    return Contact(channel, "somewhere", wants, safe, ended, may_name=False)


def test_a_text_comes_before_an_email_and_only_where_it_is_wanted_and_safe():
    assert reachable_by([contact("email"), contact("sms")]).channel == "sms"
    assert reachable_by([contact("sms", ended=True), contact("email")]).channel == "email"
    assert reachable_by([contact(wants=False), contact(safe=False)]) is None


@pytest.mark.parametrize(
    ("contacts", "reason"),
    [
        ([], "No phone or e-mail is known."),
        ([contact(ended=True)], "The phone or e-mail is no longer used."),
        ([contact(safe=False)], "The phone or e-mail is not safe to write to."),
        ([contact(wants=False)], "The person has not agreed to reminders."),
        ([contact(safe=False), contact("email", wants=False)], "The person has not agreed to reminders."),
    ],
)
def test_it_says_why_nobody_can_be_reached(contacts, reason):
    assert why_unreachable(contacts) == reason


def test_at_most_one_message_a_day_and_three_within_seven_days():
    today = date(2026, 3, 10)
    assert why_too_many([], today) == ""
    assert why_too_many([today], today) == "The person gets a message on that day already: at most one a day."
    three = [today - timedelta(days=n) for n in (1, 3, 6)]
    assert why_too_many(three, today) == "The person had three messages within seven days already."
    assert why_too_many([*three[:2], today - timedelta(days=7)], today) == ""


def test_the_early_reminder_leaves_the_days_message_to_tomorrows_appointment():
    on = date(2026, 3, 9)
    friday = datetime(2026, 3, 12, 10, tzinfo=NEW_YORK)
    tomorrow = datetime(2026, 3, 10, 10, tzinfo=NEW_YORK)
    assert gives_way("72h", friday, on, [tomorrow], NEW_YORK)
    assert not gives_way("72h", friday, on, [friday], NEW_YORK)
    assert not gives_way("24h", tomorrow, on, [tomorrow], NEW_YORK)


def test_the_next_business_day_skips_weekends_and_closures():
    friday = date(2026, 3, 6)
    assert next_business_day(friday) == date(2026, 3, 9)
    assert next_business_day(friday, closed=[date(2026, 3, 9)]) == date(2026, 3, 10)
    assert next_business_day(friday, open_weekdays=[5]) == date(2026, 3, 7)
    assert next_business_day(friday, open_weekdays=[]) == date(2026, 3, 9)
