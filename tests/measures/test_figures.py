from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Closure, OpeningHours
from casemgr.measures.definitions import FIGURES
from casemgr.measures.dose_days import WHICH
from casemgr.measures.figures import cards
from casemgr.measures.lists import lines
from casemgr.measures.queries import ROWS, Scope
from casemgr.measures.rules import Period
from patients.episodes.actions import discharge_patient, transfer_patient
from patients.episodes.models import Episode
from referrals.casework.models import Task
from tests.charts import dose_of, order_for
from tests.worlds import end_stays
from treatment_plans.appointments.models import Appointment
from treatment_plans.groups.actions import give_place, start_series
from treatment_plans.groups.writing.actions import add_parts, record_meeting
from treatment_plans.sessions.actions import Part, sign_session
from treatment_plans.sessions.models import Session
from treatment_plans.signing.actions import mark_note_in_error

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)


@pytest.fixture
def scope(clinic):
    """Return a function that looks at both sites as the program's director, over the last thirty days unless said otherwise."""
    director = clinic.hire("director", None)

    def _scope(*, days=30, sites=None, until=TODAY + DAY):
        chosen = tuple(site.pk for site in (sites or (clinic.north, clinic.south)))
        return Scope(director, chosen, Period(until - days * DAY, until), TODAY, clinic.program.zone)

    return _scope


def numbers(scope):
    found = {}
    for card in cards(scope, ""):
        found[card.figure.code] = card.number
        if card.whole_figure:
            found[card.whole_figure.code] = card.whole
    found["doses-missed"] = found["doses-scheduled"] - found["doses-given"]
    return found


def whole_list(scope, code):
    """Return every line of a list, page by page."""
    found, after = [], ""
    while True:
        page, after = lines(scope, code, after=after, size=7)
        found += page
        if not after:
            return found


def furnish(clinic):
    """Make a month of both sites with something of everything, inside and outside of the period."""
    written = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    people = [clinic.patient(clinic.north if n % 3 else clinic.south) for n in range(9)]
    for n, person in enumerate(people):
        Episode.objects.filter(patient=person).update(admitted_on=TODAY - (n * 6) * DAY)
        order = order_for(clinic, person, starts_on=TODAY - (10 + n) * DAY, ends_on=TODAY - n * DAY if n else None)
        for day in range(0, 12, 2):
            dose_of(order, clinic, TODAY - (n + day + 1) * DAY)
        for k, state in enumerate(("kept", "no_show", "cancelled_by_patient", "booked")):
            starts = clinic.now - (n * 5 + k) * DAY
            Appointment.objects.create(
                patient=person, site=Episode.objects.get(patient=person).site, clinician=clinic.therapist, kind="individual",
                starts_at=starts, ends_at=starts + timedelta(hours=1), state=state, **written,
            )  # fmt: skip
        for kind in ("group", "encounter"):
            starts = clinic.now - n * 5 * DAY
            Session.objects.create(site=clinic.north, clinician=clinic.therapist, kind=kind, starts_at=starts, ends_at=starts, **written)
        for k in range(3):
            closed = {"state": "done", "closed_at": clinic.now} if k == 2 else {}
            Task.objects.create(
                patient=person, program=clinic.program, domain="legal", title="x", due_on=TODAY + (k - n) * DAY, **closed, **written
            )
    discharge_patient(episode=Episode.objects.get(patient=people[4]), on=TODAY - 2 * DAY, reason="1", by=clinic.system, at=clinic.now)
    transfer_patient(episode=Episode.objects.get(patient=people[5]), to_site=clinic.south, on=TODAY - DAY, by=clinic.system, at=clinic.now)


@pytest.mark.parametrize("days", [1, 7, 30, 100])
@pytest.mark.parametrize("only_north", [False, True])
def test_every_number_is_the_length_of_the_list_behind_it(clinic, scope, days, only_north):
    furnish(clinic)
    asked = scope(days=days, sites=(clinic.north,) if only_north else None)
    counted = numbers(asked)
    assert set(counted) == set(FIGURES) == {*ROWS, *WHICH}
    assert {code: len(whole_list(asked, code)) for code in counted} == counted


def test_the_numbers_of_a_month_are_these(clinic, scope):
    furnish(clinic)
    counted = numbers(scope())
    assert counted == {
        "census": 8,
        "admissions": 5,
        "discharges": 1,
        "doses-given": 45,
        "doses-scheduled": 90,
        "doses-missed": 45,
        "no-shows": 6,
        "settled-appointments": 12,
        "sessions": 6,
        "open-tasks": 18,
        "overdue-tasks": 15,
    }


def test_a_meeting_of_a_group_counts_once_however_many_wrote_parts_of_it(clinic, scope):
    other, begins = clinic.hire("therapist", clinic.north), (clinic.now - timedelta(hours=3)).astimezone(clinic.north.zone)
    mine, theirs = clinic.patient(), clinic.patient(team=(other,))
    by = {"by": clinic.therapist, "at": clinic.now}
    for n in range(2):
        series = start_series(
            site=clinic.north, title="Dual Recovery", starts_on=begins.date(), begins_at=begins.time(), facilitators=[clinic.therapist], **by
        )  # fmt: skip
        give_place(series=series, patient=mine, on=series.starts_on, **by)
        give_place(series=series, patient=theirs, on=series.starts_on, **by)
        meeting = series.meetings.order_by("starts_at").first()
        held = record_meeting(meeting=meeting, starts_at=meeting.starts_at, ends_at=meeting.ends_at, parts=[Part(mine, note="x")], **by)
        if n == 0:
            add_parts(meeting=held, parts=[Part(theirs, note="x")], by=other, at=clinic.now)
    assert (Session.objects.count(), numbers(scope())["sessions"], len(whole_list(scope(), "sessions"))) == (3, 2, 2)
    first = Session.objects.order_by("pk").first()
    sign_session(session=first, **by)
    mark_note_in_error(attendance=first.attendances.get(), kind="wrong_person", words="Of somebody else", **by)
    assert (numbers(scope())["sessions"], len(whole_list(scope(), "sessions"))) == (2, 2)


def test_a_transfer_between_our_sites_is_neither_admission_nor_discharge(clinic, scope):
    patient = clinic.patient()
    Episode.objects.filter(patient=patient).update(admitted_on=TODAY - 60 * DAY)
    transfer_patient(
        episode=Episode.objects.get(patient=patient), to_site=clinic.south, on=TODAY - 3 * DAY, by=clinic.system, at=clinic.now
    )
    for sites, care in (((clinic.north,), 0), ((clinic.south,), 1), (None, 1)):
        counted = numbers(scope(sites=sites))
        assert (counted["admissions"], counted["discharges"], counted["census"]) == (0, 0, care)


def test_the_census_is_that_of_the_last_day_of_the_period(clinic, scope):
    patient = clinic.patient()
    Episode.objects.filter(patient=patient).update(admitted_on=TODAY - 10 * DAY)
    end_stays(patient.episodes, TODAY - 5 * DAY)
    assert numbers(scope(until=TODAY - 5 * DAY))["census"] == 1
    assert numbers(scope(until=TODAY - 4 * DAY))["census"] == 0


def test_a_day_counts_for_dosing_once_it_is_over(clinic, scope):
    order = order_for(clinic, clinic.patient(), starts_on=TODAY - DAY)
    dose_of(order, clinic, TODAY)
    counted = numbers(scope())
    assert (counted["doses-given"], counted["doses-scheduled"]) == (0, 1)


def test_days_on_which_the_site_did_not_dose_count_only_when_a_dose_was_given(clinic, scope):
    for weekday in range(6):
        OpeningHours.objects.create(site=clinic.north, purpose="dosing", weekday=weekday, opens="06:00", closes="11:00")
    Closure.objects.create(site=clinic.north, day=date(2026, 3, 2), reason="Storm")
    order = order_for(clinic, clinic.patient(), starts_on=date(2026, 2, 27))
    for day in (date(2026, 2, 27), date(2026, 3, 1)):
        dose_of(order, clinic, day)
    days = [(line.when, str(line.what)) for line in whole_list(scope(), "doses-scheduled")]
    assert days == [
        (date(2026, 3, 3), "No dose"),
        (date(2026, 3, 1), "Given"),
        (date(2026, 2, 28), "No dose"),
        (date(2026, 2, 27), "Given"),
    ]


def test_the_course_has_a_point_for_each_day_also_where_nothing_happened(clinic, scope):
    furnish(clinic)
    found = {card.figure.code: card for card in cards(scope(), "")}
    assert len(found["admissions"].course.points) == 30
    assert sum(point.number for point in found["admissions"].course.points) == found["admissions"].number
    assert len(found["doses-given"].course.points) == 29
    assert found["census"].course.points[-1].number == found["census"].number


@pytest.mark.parametrize("n", [0, 2, 12])
def test_the_figures_take_seven_statements_however_much_there_is_to_count(clinic, scope, query_count, n):
    for _ in range(n):
        patient = clinic.patient()
        dose_of(order_for(clinic, patient, starts_on=TODAY - 5 * DAY), clinic, TODAY - DAY)
        Task.objects.create(
            patient=patient,
            program=clinic.program,
            domain="legal",
            title="x",
            due_on=TODAY,
            recorded_at=clinic.now,
            recorded_by=clinic.system,
        )
    asked = scope()
    assert asked.user.current_memberships
    with query_count(7):
        cards(asked, "")
