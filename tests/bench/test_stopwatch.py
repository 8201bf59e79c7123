import os
import time

import pytest
from django.db import connection

from casemgr.bench.serving import NotServed, Request, weigh, weigh_web_worker
from casemgr.bench.stopwatch import Spent, Stopwatch, compare, median, percentile, statements_of


@pytest.mark.django_db
def test_the_work_of_this_process_and_of_the_database_are_told_apart():
    watch = Stopwatch()
    if not watch.sees_the_database:
        pytest.skip("the database runs on another machine")
    asleep = watch.time(lambda: time.sleep(0.1))
    assert asleep.wall >= 100
    assert asleep.work < 50

    def let_the_database_work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 300000) n")

    theirs = watch.time(let_the_database_work)
    assert theirs.database > theirs.cpu


@pytest.mark.django_db
def test_statements_are_counted():
    def ask_twice() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 2")

    assert statements_of(ask_twice) == 2


@pytest.mark.django_db
def test_what_is_compared_takes_turns_after_a_warm_up():
    calls: list[str] = []
    spent = compare([lambda: calls.append("a"), lambda: calls.append("b")], rounds=3, calls=2, watch=Stopwatch())
    assert len(spent) == 2
    assert "".join(calls) == "aaabbb" + "aabb" + "bbaa" + "aabb"


def test_the_middle_of_rounds_is_taken_for_each_kind_of_time():
    assert median([Spent(1, 9, 5), Spent(2, 8, 50), Spent(30, 7, 6)]) == Spent(2, 8, 6)


def test_a_percentile_is_a_value_that_was_measured():
    assert percentile(range(1, 101), 0.95) == 96
    assert percentile([3.0], 0.95) == 3.0


def test_a_process_is_weighed():
    here = weigh("here", os.getpid())
    assert 10 < here.own <= here.proportional <= here.resident < 2000


@pytest.mark.slow
def test_a_web_worker_is_weighed_only_when_it_answers():
    weight = weigh_web_worker([Request("/healthz/live", {})] * 3)
    assert weight.name == "web worker after 3 requests"
    assert weight.resident > 30
    with pytest.raises(NotServed, match="/nowhere"):
        weigh_web_worker([Request("/nowhere/at/all", {})])
