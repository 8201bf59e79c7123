from datetime import date, timedelta

import time_machine

from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.schedule import close_dosing_days
from referrals.casework.models import Task
from treatment_plans.medication.actions import note_missed_doses
from treatment_plans.medication.models import DosingDay

TODAY = date(2026, 3, 4)


def night(clinic, now, n):
    at = now + timedelta(days=n, hours=5)
    note_missed_doses(site=clinic.north, day=TODAY + timedelta(days=n), by=clinic.system, at=at)
    drain(at=at)


def test_a_missed_dose_lets_the_case_manager_call_on_the_next_day_with_neutral_words(ordered, clinic, now):
    order = ordered()
    night(clinic, now, 0)
    task = Task.objects.get()
    assert (task.patient, task.owner, task.domain, task.urgency, task.due_on) == (
        order.patient,
        clinic.case_manager,
        "outreach",
        2,
        TODAY + timedelta(days=1),
    )
    assert task.title == "Call: did not come on March 4, 2026"
    assert "methadone" not in (task.title + task.detail).lower()
    assert Fact.objects.get(kind="DoseMissed").outcome == f"task {task.pk}"


def test_further_missed_days_add_no_second_call_and_the_hold_asks_the_prescriber_to_decide(ordered, clinic, now):
    order = ordered()
    for n in range(3):
        night(clinic, now, n)
    call, decide = Task.objects.order_by("id")
    assert (call.domain, call.owner) == ("outreach", clinic.case_manager)
    assert (decide.domain, decide.owner, decide.urgency, decide.key) == ("health", clinic.prescriber, 1, f"order:on_hold:{order.pk}")
    assert decide.detail == "3 scheduled days missed in a row (program policy)"


def test_the_hour_closes_each_site_s_day_in_its_own_time_and_only_once(ordered, clinic, now, open_on_weekdays):
    ordered()
    with time_machine.travel(now.replace(hour=16), tick=False):  # 11:00 in New York: still dosing
        close_dosing_days()
    assert [day.day for day in DosingDay.objects.all()] == [TODAY - timedelta(days=1)]
    with time_machine.travel(now.replace(hour=18), tick=False):
        close_dosing_days()
        close_dosing_days()
    assert [(day.day, day.missed) for day in DosingDay.objects.order_by("day")] == [(TODAY - timedelta(days=1), 0), (TODAY, 1)]
    assert Fact.objects.filter(kind="DoseMissed").count() == 1
