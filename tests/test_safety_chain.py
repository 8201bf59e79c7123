"""Somebody may be in danger: a person is named at once, once, and the next when nobody comes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from patients.caseload.models import CareTeamMember
from patients.guarding.models import Conflict
from patients.safety.actions import close_concern, note_answer, record_follow_up, take_concern
from patients.safety.models import SafetyCall, SafetyConcern, SafetyFollowUp
from referrals.casework.actions import take_task
from referrals.casework.models import Task

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOUND = (Role.CASE_MANAGER, Role.THERAPIST, Role.PEER)


@pytest.fixture
def answer(clinic):
    """Return a function that answers item 9, or a question of the C-SSRS, on a tablet."""

    def _answer(patient, item="9", given=1, *, instrument="phq9", at=None):
        facts = {"instrument": instrument, "item": item, "answer": given, "assessment_ref": "patients.assessment:1"}
        return note_answer(patient=patient, program=clinic.program, **facts, by=clinic.system, at=at or clinic.now)

    return _answer


def lead(patient, user):
    CareTeamMember.objects.filter(patient=patient, user=user).update(is_lead=True)


def called(turn=None):
    rows = SafetyCall.objects.order_by("pk") if turn is None else SafetyCall.objects.filter(turn=turn).order_by("pk")
    return [(call.user, call.called_as) for call in rows.select_related("user")]


def today_of_safety(browser):
    return browser.get(reverse("desk:today")).context["today"].sections


def outcomes(kind):
    return list(Fact.objects.filter(kind=kind, state="done").order_by("pk").values_list("outcome", flat=True))


def test_whoever_is_in_charge_gets_one_urgent_task_that_says_nothing_of_the_answer(clinic, answer):
    patient = clinic.patient()
    lead(patient, clinic.case_manager)
    answer(patient)
    answer(patient)
    drain(at=clinic.now)
    task = Task.objects.get()
    assert (task.owner, task.urgency, task.patient, task.program) == (clinic.case_manager, 1, patient, clinic.program)
    assert (task.due_on.isoformat(), task.title) == ("2026-03-04", "Safety: see to this person now")
    assert called() == [(clinic.case_manager, "lead")]


def test_without_anybody_in_charge_the_therapist_then_the_site_by_role(clinic, answer):
    answer(clinic.patient())
    answer(clinic.patient(team=(Role.PEER,)))
    drain(at=clinic.now)
    assert called() == [(clinic.therapist, "team"), (clinic.prescriber, "site")]
    assert list(Task.objects.order_by("pk").values_list("owner", flat=True)) == [clinic.therapist.pk, clinic.prescriber.pk]


def test_nobody_is_called_who_left_or_is_tied_to_the_person(clinic, answer):
    patient = clinic.patient()
    lead(patient, clinic.therapist)
    Membership.objects.filter(user=clinic.therapist).update(ends_on="2026-01-10")
    known = {"program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    Conflict.objects.create(patient=patient, user=clinic.prescriber, kind="family", **known)
    Conflict.objects.create(patient=patient, user=clinic.director, kind="family", **known)
    answer(patient)
    for minutes in (0, 15, 60, 120):
        drain(at=clinic.now + minutes * MINUTE)
    assert {user for user, _role in called()} == {clinic.case_manager, clinic.nurse}


def test_when_nobody_can_be_named_the_task_is_there_for_whoever_takes_it(clinic, answer):
    patient = clinic.patient(clinic.south, team=(clinic.peer,))
    answer(patient)
    drain(at=clinic.now)
    assert Task.objects.get().owner is None
    assert "nobody could be named" in outcomes("SafetyConcernRaised")[0]
    assert called() == []


def test_the_next_is_named_again_and_again_until_somebody_takes_it(clinic, answer):
    concern = answer(clinic.patient())
    for minutes in (0, 14, 15, 60, 120, 180):
        drain(at=clinic.now + minutes * MINUTE)
    chief = (clinic.director, "supervisor")
    assert called(0) == [(clinic.therapist, "team")]
    assert called(1) == [(clinic.case_manager, "team"), chief]
    assert called(2) == [(clinic.prescriber, "site"), chief]
    assert called(3) == [(clinic.nurse, "site"), chief]
    assert called(4) == [(clinic.therapist, "team"), chief]
    assert Task.objects.get().owner == clinic.therapist
    take_concern(concern=concern, by=clinic.nurse, at=clinic.now + 190 * MINUTE)
    drain(at=clinic.now + 240 * MINUTE)
    assert called(5) == [chief], "four hours without a disposition"
    task = Task.objects.get()
    assert (task.owner, task.state) == (clinic.nurse, "in_progress")


@pytest.mark.parametrize("how", ["left", "off_the_team", "working_on_the_task"])
def test_who_took_it_and_cannot_see_to_it_any_more_is_as_if_nobody_had(clinic, answer, how):
    patient = clinic.patient()
    concern = answer(patient, "4", instrument="cssrs_screener")
    drain(at=clinic.now)
    if how == "working_on_the_task":
        take_task(task=Task.objects.get(), by=clinic.therapist, at=clinic.now)
    else:
        take_concern(concern=concern, by=clinic.therapist, at=clinic.now)
        drain(at=clinic.now)
    if how == "left":
        Membership.objects.filter(user=clinic.therapist).update(ends_on="2026-03-03")
    else:
        CareTeamMember.objects.filter(patient=patient, user=clinic.therapist).update(until="2026-03-03")
    for minutes in (15, 60):
        drain(at=clinic.now + minutes * MINUTE)
    chief = (clinic.director, "supervisor")
    assert called(1) == [(clinic.case_manager, "team"), chief]
    assert called(2) == [(clinic.prescriber, "site"), chief]
    task = Task.objects.get(state="open")
    assert (task.owner, Task.objects.filter(state="in_progress").exists()) == (clinic.prescriber, False)
    concern.refresh_from_db()
    assert (concern.taken_by, concern.taken_at) == (None, None)


def test_what_becomes_graver_after_its_taker_left_calls_somebody_at_once(clinic, answer):
    patient = clinic.patient()
    take_concern(concern=answer(patient), by=clinic.therapist, at=clinic.now)
    drain(at=clinic.now)
    CareTeamMember.objects.filter(patient=patient, user=clinic.therapist).update(until="2026-03-03")
    answer(patient, given=3, at=clinic.now + MINUTE)
    drain(at=clinic.now + MINUTE)
    assert (clinic.case_manager, "team") in called(0)
    assert Task.objects.get(state="open").owner == clinic.case_manager


def test_calls_missed_while_the_worker_stood_still_are_not_made_all_at_once(clinic, answer):
    answer(clinic.patient())
    drain(at=clinic.now)
    for minutes in (300, 301, 359):
        drain(at=clinic.now + minutes * MINUTE)
    assert [user for user, _as in called()] == [clinic.therapist, clinic.case_manager, clinic.director]
    drain(at=clinic.now + 360 * MINUTE)
    assert called(2) == [(clinic.prescriber, "site"), (clinic.director, "supervisor")]


def test_taking_the_task_is_taking_the_concern(clinic, answer):
    concern = answer(clinic.patient())
    drain(at=clinic.now)
    take_task(task=Task.objects.get(), by=clinic.therapist, at=clinic.now + MINUTE)
    drain(at=clinic.now + 15 * MINUTE)
    concern.refresh_from_db()
    assert concern.taken_by == clinic.therapist
    assert called(1) == []


@pytest.mark.parametrize(("instrument", "item", "hours"), [("phq9", "9", 4), ("cssrs_screener", "4", 1)])
def test_who_took_it_is_reminded_and_when_nothing_is_written_in_time_the_supervisor_hears_of_it(
    clinic, answer, sign_in, instrument, item, hours
):
    concern = answer(clinic.patient(), item, instrument=instrument)
    take_concern(concern=concern, by=clinic.therapist, at=clinic.now)
    (row,) = next(one for one in today_of_safety(sign_in(clinic.therapist)) if one.code == "safety").rows
    assert (row.since, row.since_words, row.step) == (clinic.now + hours * HOUR, "by", "Write what was done")
    for minutes in (0, 15, 60, 120, 180, 240, 300):
        drain(at=clinic.now + minutes * MINUTE)
    (reminded,) = SafetyCall.objects.filter(turn__gt=0).exclude(called_as="supervisor")
    assert (reminded.user, reminded.called_as) == (clinic.therapist, "team")
    before = clinic.now + timedelta(hours=hours) - reminded.recorded_at
    assert timedelta(0) < before <= HOUR, "who took it hears of it before the director does"
    supervised = SafetyCall.objects.filter(called_as="supervisor").order_by("pk")
    assert supervised.first().recorded_at == clinic.now + hours * HOUR
    assert {call.user for call in supervised} == {clinic.director}


def test_what_became_graver_is_told_again_with_a_task_of_its_own(clinic, answer):
    patient = clinic.patient()
    answer(patient)
    drain(at=clinic.now)
    answer(patient, "4", instrument="cssrs_screener", at=clinic.now + MINUTE)
    drain(at=clinic.now + MINUTE)
    first, second = Task.objects.order_by("pk")
    assert (first.state, second.state, second.owner) == ("dropped", "open", clinic.therapist)
    drain(at=clinic.now + 16 * MINUTE)
    assert (clinic.case_manager, "team") in called(1)


def test_a_disposition_finishes_the_task_and_plans_the_calls(clinic, answer):
    concern = answer(clinic.patient())
    drain(at=clinic.now)
    tomorrow, later = clinic.now.date() + timedelta(days=1), clinic.now.date() + timedelta(days=3)
    close_concern(
        concern=concern,
        disposition="safety_plan",
        screener_result="low",
        follow_ups=[("call", tomorrow), ("call", later), ("call", later)],
        by=clinic.therapist,
        at=clinic.now,
    )
    drain(at=clinic.now)
    urgent, *calls = Task.objects.order_by("pk")
    assert (urgent.state, urgent.outcome) == ("done", "A disposition was written.")
    assert [(call.title, call.due_on, call.owner) for call in calls] == [
        ("Safety follow-up: Call", tomorrow, clinic.therapist),
        ("Safety follow-up: Call", later, clinic.therapist),
    ]
    first = SafetyFollowUp.objects.first()
    record_follow_up(follow_up=first, outcome="reached", words="Sleeps better.", by=clinic.case_manager, at=clinic.now)
    drain(at=clinic.now + 20 * MINUTE)
    assert list(Task.objects.order_by("pk").values_list("state", flat=True)) == ["done", "done", "open"]
    assert outcomes("SafetyConcernWaits") == ["silent: a disposition was written"]


def test_who_was_not_reached_is_tried_again(clinic, answer):
    concern = answer(clinic.patient())
    close_concern(
        concern=concern,
        disposition="left",
        screener_result="not_done",
        not_screened_because="Left before it.",
        disposition_words="Called twice, left no message.",
        follow_ups=[("call", clinic.now.date())],
        by=clinic.nurse,
        at=clinic.now,
    )
    next_day = clinic.now.date() + timedelta(days=1)
    facts = {"outcome": "not_reached", "words": "No answer.", "again_on": next_day, "by": clinic.nurse, "at": clinic.now}
    record_follow_up(follow_up=SafetyFollowUp.objects.get(), **facts)
    drain(at=clinic.now)
    assert list(Task.objects.filter(state="open").values_list("title", "due_on")) == [("Safety follow-up: Call", next_day)]


def test_the_chain_does_not_run_twice_for_what_became_graver(clinic, answer):
    patient = clinic.patient()
    answer(patient)
    answer(patient, given=2, at=clinic.now + MINUTE)
    for minutes in range(0, 190, 5):
        drain(at=clinic.now + minutes * MINUTE)
    assert SafetyConcern.objects.get().told == 2
    assert [Fact.objects.filter(kind="SafetyConcernWaits", payload__turn=turn).count() for turn in (1, 2, 3, 4)] == [2, 1, 1, 1]
    assert User.objects.filter(pk__in=SafetyCall.objects.filter(turn=3).values("user")).count() == 2


def test_two_tries_on_one_day_are_both_on_record_and_each_try_is_a_task_of_its_own(clinic, answer):
    concern, day = answer(clinic.patient()), clinic.now.date()
    whole = {"disposition": "safety_plan", "screener_result": "low", "follow_ups": [("call", day)]}
    close_concern(concern=concern, **whole, by=clinic.nurse, at=clinic.now)
    drain(at=clinic.now)
    for hours, words in ((0, "No answer."), (4, "Voice mail is full.")):
        at = clinic.now + hours * HOUR
        open_one = SafetyFollowUp.objects.get(outcome="")
        record_follow_up(follow_up=open_one, outcome="not_reached", words=words, again_on=day, by=clinic.nurse, at=at)
        drain(at=at)
    tries = list(SafetyFollowUp.objects.order_by("pk").values_list("due_on", "outcome", "words"))
    assert tries == [(day, "not_reached", "No answer."), (day, "not_reached", "Voice mail is full."), (day, "", "")]
    titled = Task.objects.filter(title="Safety follow-up: Call").order_by("pk")
    assert list(titled.values_list("state", "due_on")) == [("done", day), ("done", day), ("open", day)]
