from datetime import date, timedelta

import pytest

from casemgr.core.outbox.draining import drain
from patients.health.actions import mark_health_fact_as_error, revise_health_fact
from patients.health.naloxone.actions import end_naloxone_kit, give_naloxone
from patients.health.overdoses.actions import note_contact_after_overdose, record_overdose
from patients.health.pregnancy.actions import record_pregnancy
from patients.safety.models import RiskLevel, SafetyConcern
from referrals.casework.models import Task

TODAY = date(2026, 3, 4)


@pytest.fixture
def tasks(now):
    """Return what the tasks of health are, by key, once everything due was reacted to."""

    def _tasks(later=timedelta(0)):
        drain(at=now + later)
        return {":".join(task.key.split(":")[:2]): task for task in Task.objects.filter(key__regex="^(overdose|naloxone|pregnancy)")}

    return _tasks


def test_an_overdose_asks_somebody_by_name_within_two_days_and_for_naloxone_once(here, tasks, clinic):
    for _twice in range(2):
        record_overdose(happened_on=date(2026, 3, 3), naloxone_doses=2, **here)
    found = tasks()
    asked = found["overdose:contact"]
    assert (asked.due_on, asked.urgency, asked.owner) == (date(2026, 3, 5), 1, clinic.case_manager)
    assert "verdose" not in asked.title
    assert Task.objects.filter(key__startswith="naloxone:replace").count() == 1


@pytest.mark.parametrize(
    "facts",
    [{"happened_on": date(2025, 3, 3)}, {"happened_on": TODAY, "outcome": "died"}],
)
def test_what_is_over_asks_for_nothing(here, tasks, facts):
    record_overdose(**facts, **here)
    assert tasks() == {}


@pytest.mark.parametrize("used", [True, False])
def test_a_reversal_of_somebody_elses_asks_for_naloxone_alone_and_only_if_it_was_used(here, tasks, used):
    give_naloxone(given_on=TODAY, expires_on=date(2028, 1, 1), **here)
    assert tasks() == {}
    record_overdose(of="another", happened_on=TODAY, own_kit_used=used, **here)
    assert set(tasks()) == ({"naloxone:replace"} if used else set())


def test_an_error_asks_for_nothing(here, by, tasks):
    overdose = record_overdose(happened_on=TODAY, **here)
    mark_health_fact_as_error(fact=overdose, why="another person", **by)
    assert tasks() == {}


def test_the_task_closes_when_somebody_spoke_and_after_a_week_somebody_is_asked_again(here, by, tasks):
    spoken, silent = record_overdose(happened_on=TODAY, **here), record_overdose(happened_on=TODAY, **here)
    tasks()
    note_contact_after_overdose(overdose=spoken, contacted_on=TODAY, words="Came by.", **by)
    tasks()
    assert Task.objects.get(key=f"overdose:contact:{spoken.pk}").state == "done"
    tasks(timedelta(days=7, minutes=1))
    assert [task.key for task in Task.objects.filter(key__startswith="overdose:waits")] == [f"overdose:waits:{silent.pk}"]


def test_what_was_meant_as_harm_opens_a_concern_once_whenever_it_is_written(here, by, tasks, patient):
    told_later = record_overdose(happened_on=TODAY, **here)
    tasks()
    assert not SafetyConcern.objects.exists()
    for intent in ("intentional", "unknown", "intentional"):
        revise_health_fact(fact=told_later, changes={"intent": intent}, **by)
        tasks()
    assert [(signal.level, signal.ref) for signal in SafetyConcern.objects.get().signals.all()] == [
        (RiskLevel.HIGH, f"overdose:{told_later.pk}")
    ]
    assert Task.objects.filter(key=f"overdose:contact:{told_later.pk}").count() == 1
    record_overdose(happened_on=TODAY, intent="intentional", **here)
    tasks()
    assert SafetyConcern.objects.get(patient=patient).signals.count() == 2


@pytest.mark.parametrize("wrong", ["error", "another"])
def test_what_an_overdose_asked_for_is_finished_when_it_was_an_error_or_somebody_elses(here, by, tasks, wrong):
    overdose = record_overdose(happened_on=TODAY, **here)
    tasks()
    if wrong == "error":
        mark_health_fact_as_error(fact=overdose, why="another person", **by)
    else:
        revise_health_fact(fact=overdose, changes={"of": "another"}, **by)
    tasks(timedelta(days=7, minutes=1))
    assert list(Task.objects.filter(key__startswith="overdose").values_list("state", flat=True)) == ["done"]


def test_who_was_spoken_with_is_asked_for_no_second_time_by_a_revision(here, by, tasks):
    overdose = record_overdose(happened_on=TODAY, **here)
    tasks()
    note_contact_after_overdose(overdose=overdose, contacted_on=TODAY, words="Came by.", **by)
    revise_health_fact(fact=overdose, changes={"intent": "accidental"}, **by)
    tasks()
    assert Task.objects.filter(key__startswith="overdose").values_list("state", flat=True).get() == "done"


def test_naloxone_that_is_gone_is_replaced_and_the_task_closes_with_the_new_one(here, by, tasks):
    first = give_naloxone(given_on=TODAY, expires_on=date(2028, 1, 1), **here)
    end_naloxone_kit(kit=first, state="lost", ended_on=TODAY, **by)
    assert tasks()["naloxone:replace"].state == "open"
    give_naloxone(given_on=TODAY, expires_on=date(2028, 1, 1), replaces=first, **here)
    assert tasks()["naloxone:replace"].state == "done"


def test_a_kit_that_is_gone_while_another_is_in_hand_asks_for_nothing(here, by, tasks):
    first = give_naloxone(given_on=TODAY, expires_on=date(2028, 1, 1), **here)
    give_naloxone(given_on=TODAY, expires_on=date(2028, 1, 1), **here)
    end_naloxone_kit(kit=first, state="used", ended_on=TODAY, **by)
    assert tasks() == {}


@pytest.mark.parametrize(("care", "asked"), [("", True), ("referred", True), ("in_care", False)])
def test_a_pregnancy_asks_for_prenatal_care_within_a_week(here, tasks, care, asked):
    record_pregnancy(status="pregnant", noted_on=TODAY, prenatal_care=care, **here)
    found = tasks()
    assert bool(found) is asked
    if asked:
        (task,) = found.values()
        assert task.due_on == date(2026, 3, 11)
        assert "regnan" not in task.title + task.detail
