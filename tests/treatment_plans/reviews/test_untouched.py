from datetime import timedelta

import pytest

from patients.diagnoses.models import Diagnosis
from patients.screenings.models import Assessment
from treatment_plans.plan.actions import activate_plan
from treatment_plans.plan.models import Goal
from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.reviews.queries import figures_of, plans_that_wait, plans_to_review, untouched_plans
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.signing.models import NoteInError

DAY = timedelta(days=1)


@pytest.fixture
def session(clinic):
    """Return a function that lets somebody come to a session so many days ago, on the goal of one axis."""

    def _session(plan, axis, days, state="present", *, is_wrong=False):
        stamp = {"recorded_at": clinic.now, "recorded_by": clinic.therapist}
        starts = clinic.now - days * DAY
        row = Session.objects.create(
            site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=starts, ends_at=starts + DAY / 24, **stamp
        )
        attendance = Attendance.objects.create(session=row, patient=plan.patient, state=state, **stamp)
        AttendanceGoal.objects.create(attendance=attendance, goal=Goal.objects.get(problem__plan=plan, problem__axis=axis))
        if is_wrong:
            Attendance.objects.filter(pk=attendance.pk).update(signed_at=clinic.now, signed_by=clinic.therapist)
            NoteInError.objects.create(attendance=attendance, kind="wrong_person", words="Of somebody else", **stamp)

    return _session


def untouched(clinic, axis):
    return [(row.pk, row.touched_at and (clinic.now - row.touched_at).days) for row in untouched_plans(clinic.therapist, axis, clinic.now)]


def test_the_axis_that_nothing_touched_for_thirty_days_is_named(clinic, in_force, session):
    old, new = in_force(starts_on=clinic.now.date() - 40 * DAY), in_force(starts_on=clinic.now.date() - 20 * DAY)
    assert untouched(clinic, "substance_use") == untouched(clinic, "mental_health") == [(old.pk, None)]
    session(old, "substance_use", 5)
    session(old, "mental_health", 35)
    session(old, "mental_health", 3, state="absent")
    session(old, "mental_health", 2, is_wrong=True)
    figures = figures_of(old, old.starts_on, clinic.now)
    assert (figures["sessions"], figures["missed"]) == (2, 1)
    assert untouched(clinic, "substance_use") == []
    assert untouched(clinic, "mental_health") == [(old.pk, 35)]
    score = {
        "patient": old.patient, "program": clinic.program, "version": "1.0", "state": "complete", "started_at": clinic.now, "total": 3,
        "recorded_at": clinic.now, "recorded_by": clinic.therapist, "completed_at": clinic.now - 2 * DAY,
    }  # fmt: skip
    Assessment.objects.create(instrument="dast10", band="x", **score)
    assert untouched(clinic, "mental_health") == [(old.pk, 35)]
    Assessment.objects.create(instrument="phq9", band="x", **score)
    assert untouched(clinic, "mental_health") == []
    PlanPolicy.objects.create(program=clinic.program, untouched_days=10, recorded_at=clinic.now, recorded_by=clinic.director)
    assert untouched(clinic, "mental_health") == [(new.pk, None)]


def test_an_axis_left_out_for_a_signed_reason_is_not_asked_about(clinic, by, in_force):
    day = clinic.now.date() - 40 * DAY
    plan = in_force(axes=["substance_use"], starts_on=day)
    half = {"axis": "mental_health", "code": "F43.10", "title": "PTSD", "recorded_at": clinic.now, "recorded_by": clinic.system}
    Diagnosis.objects.create(patient=plan.patient, **half)
    assert untouched(clinic, "mental_health") == [(plan.pk, None)]
    draft = start_version(plan=plan, starts_on=day, review_on=day + 90 * DAY, **by)
    signed = {"one_axis_reason": "Sees a psychiatrist elsewhere.", "signed_name": clinic.therapist.full_name}
    plan = activate_plan(plan=draft, **signed, **by)
    assert untouched(clinic, "mental_health") == []
    assert untouched(clinic, "substance_use") == [(plan.pk, None)]


def test_reviews_and_signatures_stand_on_the_worklist_before_and_after_their_day(clinic, in_force, query_count):
    due = in_force(starts_on=clinic.now.date() - 100 * DAY)
    soon = in_force(starts_on=clinic.now.date() - 77 * DAY)
    in_force(starts_on=clinic.now.date() - 60 * DAY)
    today = clinic.now.astimezone(clinic.program.zone).date()
    with query_count(2):
        assert [plan.pk for plan in plans_to_review(clinic.therapist, today)] == [due.pk, soon.pk]
    assert plans_that_wait(clinic.therapist).count() == 3


def test_today_names_the_axis(clinic, in_force, session, sign_in):
    plan = in_force(starts_on=clinic.now.date() - 40 * DAY)
    session(plan, "substance_use", 2)
    page = sign_in(clinic.therapist).get("/")
    found = next(one for one in page.context["today"].sections if one.code == "untouched-axes")
    assert [(str(row.patient), str(row.what), str(row.state)) for row in found.rows if row.what == "Mental health"] == [
        (str(plan.patient), "Mental health", "Untouched")
    ]


def test_a_disorder_that_a_plan_leaves_out_is_named_the_same_day(clinic, by, in_force, sign_in):
    today = clinic.now.date()
    in_force(starts_on=today)
    plan = in_force(axes=["substance_use"], starts_on=today)
    assert untouched(clinic, "mental_health") == untouched(clinic, "substance_use") == []
    half = {"axis": "mental_health", "code": "F43.10", "title": "PTSD", "recorded_at": clinic.now, "recorded_by": clinic.system}
    Diagnosis.objects.create(patient=plan.patient, **half)
    assert untouched(clinic, "mental_health") == [(plan.pk, None)]
    page = sign_in(clinic.therapist).get("/")
    found = next(one for one in page.context["today"].sections if one.code == "untouched-axes")
    assert ("Mental health", "Left out") in [(str(row.what), str(row.state)) for row in found.rows]
