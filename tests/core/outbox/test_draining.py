from dataclasses import dataclass
from datetime import timedelta
from threading import Thread

import pytest
from django.db import OperationalError, connection

from casemgr.core.accounts.models import User
from casemgr.core.outbox.draining import TRIES, claim, drain, each
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.models import Fact
from casemgr.core.outbox.recording import record_fact, record_facts


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    kettle_id: int


@dataclass(frozen=True, kw_only=True)
class NobodyCared(Event):
    thing_id: int


class Killed(BaseException):
    """Stop the work as a SIGKILL would."""


seen: list[int] = []
REACTIONS = {}


@pytest.fixture(autouse=True)
def reactions(settings, db):
    settings.ROOT_REACTIONS = f"{__name__}.REACTIONS"
    seen.clear()
    REACTIONS.clear()
    yield REACTIONS
    Event.kinds.setdefault("KettleBoiled", KettleBoiled)


@pytest.fixture
def boil(now):
    def _boil(*kettles, **facts):
        record_facts([(KettleBoiled(kettle_id=kettle), facts.get("due_at", now), facts.get("key")) for kettle in kettles], at=now)

    return _boil


def pour(facts, at):
    seen.extend(event.kettle_id for _, event in facts)
    return {fact_id: f"poured {event.kettle_id}" for fact_id, event in facts}


def rows():
    return list(Fact.objects.order_by("id").values_list("state", "outcome"))


def test_what_is_due_is_acted_upon_once(reactions, boil, now):
    reactions[KettleBoiled] = [pour]
    boil(1, 2)
    boil(3, due_at=now + timedelta(hours=1))
    assert drain(at=now) == 2
    assert drain(at=now) == 0
    assert seen == [1, 2]
    assert rows() == [("done", "poured 1"), ("done", "poured 2"), ("waiting", "")]
    assert drain(at=now + timedelta(hours=1)) == 1
    assert Fact.objects.get(pk__gt=2 + Fact.objects.earliest("id").pk - 1).done_at == now + timedelta(hours=1)


def test_a_fact_without_reaction_is_recorded(boil, now):
    record_fact(NobodyCared(thing_id=1), at=now)
    drain(at=now)
    assert rows() == [("done", "recorded")]


def test_a_key_is_recorded_once(boil):
    boil(1, key="once")
    boil(2, key="once")
    assert [fact.payload for fact in Fact.objects.all()] == [{"kettle_id": 1}]


def test_a_consequence_and_its_mark_are_one(reactions, boil, now):
    """What a reaction wrote is undone with it, so that a second try finds nothing half done."""

    def write_and_fail(facts, at):
        User.objects.create(email="half@done.test", full_name="Half done")
        raise ZeroDivisionError

    reactions[KettleBoiled] = [write_and_fail]
    boil(1)
    drain(at=now)
    assert not User.objects.filter(email="half@done.test").exists()
    assert rows() == [("waiting", "failed: ZeroDivisionError")]


def test_one_that_fails_alone_does_not_take_the_others_along(reactions, boil, now):
    def act(event, at):
        if event.kettle_id == 2:
            raise ZeroDivisionError
        return "poured"

    reactions[KettleBoiled] = [each(act)]
    boil(1, 2, 3)
    drain(at=now)
    assert rows() == [("done", "poured"), ("waiting", "failed: ZeroDivisionError"), ("done", "poured")]


def test_one_that_fails_in_bulk_is_found_and_the_others_are_acted_upon(reactions, boil, now):
    def pour_all(facts, at):
        if any(event.kettle_id == 7 for _, event in facts):
            raise ZeroDivisionError
        return pour(facts, at)

    reactions[KettleBoiled] = [pour_all]
    boil(*range(20))
    assert drain(at=now) == 20
    assert sorted(seen) == [n for n in range(20) if n != 7]
    assert Fact.objects.filter(state="done").count() == 19
    assert Fact.objects.get(state="waiting").payload == {"kettle_id": 7}


def test_it_is_tried_again_later_and_less_often_and_then_shown_to_a_person(reactions, boil, now):
    def fail(facts, at):
        raise ZeroDivisionError

    reactions[KettleBoiled] = [fail]
    boil(1)
    at, pauses = now, []
    while Fact.objects.get().state == "waiting":
        assert drain(at=at) == 1
        until = Fact.objects.get().leased_until
        pauses.append((until - at).total_seconds() if until else None)
        at = until or at
    assert pauses == [10, 20, 40, 80, 160, 320, 640, None]
    assert len(pauses) == TRIES
    assert rows() == [("failed", "failed: ZeroDivisionError")]
    assert drain(at=at + timedelta(days=1)) == 0


def test_a_database_that_does_not_answer_is_no_fault_of_a_fact(reactions, boil, now, settings):
    def fail(facts, at):
        raise OperationalError

    reactions[KettleBoiled] = [fail]
    boil(1, 2)
    drain(at=now)
    assert rows() == [("waiting", ""), ("waiting", "")]
    reactions[KettleBoiled] = [pour]
    assert drain(at=now) == 0
    assert drain(at=now + settings.OUTBOX_LEASE) == 2
    assert seen == [1, 2]


def test_work_that_was_killed_is_done_by_whoever_comes_after_the_lease(reactions, boil, now, settings):
    def die(facts, at):
        raise Killed

    reactions[KettleBoiled] = [die]
    boil(1)
    with pytest.raises(Killed):
        drain(at=now)
    reactions[KettleBoiled] = [pour]
    assert drain(at=now + settings.OUTBOX_LEASE - timedelta(seconds=1)) == 0
    assert drain(at=now + settings.OUTBOX_LEASE) == 1
    assert (seen, rows()) == ([1], [("done", "poured 1")])


def test_a_fact_of_a_kind_that_nobody_knows_any_more_does_not_stop_the_others(reactions, boil, now):
    reactions[KettleBoiled] = [pour]
    Fact.objects.create(kind="ForgottenLongAgo", recorded_at=now, due_at=now)
    boil(1)
    drain(at=now)
    assert rows() == [("waiting", "failed: KeyError"), ("done", "poured 1")]


def test_a_wake_up_is_sent_when_something_is_due_now_and_the_work_is_committed(
    boil, now, settings, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr("casemgr.celery.wake", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        boil(1, due_at=now + timedelta(hours=1))
    assert woken == []
    with django_capture_on_commit_callbacks(execute=True):
        boil(2, 3)
        assert woken == []
    assert woken == [1]


@pytest.mark.parametrize("number", [2, 120])
def test_marking_takes_the_same_number_of_statements_for_two_and_many(reactions, boil, now, query_count, number):
    reactions[KettleBoiled] = [pour]
    boil(*range(number))
    with query_count(6):
        drain(at=now)
    assert Fact.objects.filter(state="done").count() == number


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_act_upon_each_fact_once(reactions, boil, now):
    reactions[KettleBoiled] = [pour]
    boil(*range(1500))

    def work():
        try:
            drain(at=now)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1500))
    assert set(rows()) == {("done", f"poured {n}") for n in range(1500)}


@pytest.mark.django_db(transaction=True)
def test_without_a_lease_two_workers_do_the_same_work_twice(boil, now):
    """Show what the lease is for: the claim that only reads gives the same facts to everybody."""
    boil(1)

    def read():
        return list(Fact.objects.filter(state="waiting", due_at__lte=now).values_list("pk", flat=True))

    assert read() == read() != []
    assert (len(claim(at=now, most=10)), len(claim(at=now, most=10))) == (1, 0)
