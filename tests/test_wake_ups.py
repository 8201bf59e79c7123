import pytest
import redis
from celery import current_app
from kombu.exceptions import OperationalError

from casemgr import celery
from casemgr.celery import DRAIN, ENOUGH, app, wake
from casemgr.schedule import drain


@pytest.fixture
def worker():
    """Name the fixture for which wake-ups are not kept at home."""


@pytest.fixture
def sent(monkeypatch):
    """Catch what is sent to the broker."""
    calls = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: calls.append((name, options)))
    return calls


def test_a_wake_up_carries_nothing_and_goes_stale(worker, sent, monkeypatch):
    monkeypatch.setattr(celery, "wake_ups_waiting", lambda: 0)
    wake()
    assert sent == [(DRAIN, {"expires": 30, "retry": False})]


def test_when_enough_wait_no_other_is_sent(worker, sent, monkeypatch):
    monkeypatch.setattr(celery, "wake_ups_waiting", lambda: ENOUGH)
    wake()
    assert sent == []


@pytest.mark.parametrize("error", [redis.ConnectionError(), OperationalError(), OSError()])
def test_a_broker_that_is_down_costs_nothing_but_time(worker, sent, monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(celery, "wake_ups_waiting", fail)
    wake()
    assert sent == []


def test_what_waits_is_counted_where_celery_puts_it(worker, settings, monkeypatch):
    """Ask the broker of the settings, through the name that its transport gives the queue."""
    before = celery.wake_ups_waiting()
    with app.connection_for_write() as connection:
        assert connection.default_channel._size(celery.QUEUE) == before


def test_the_tick_is_a_task_without_arguments_that_goes_stale_before_the_next(settings):
    tick = app.conf.beat_schedule["tick"]
    assert tick["task"] == drain.name == DRAIN
    assert "args" not in tick
    assert "kwargs" not in tick
    assert tick["options"]["expires"] == tick["schedule"].seconds == settings.OUTBOX_TICK_SECONDS


def test_tasks_are_acknowledged_late_and_fetched_one_by_one():
    assert current_app.conf.task_acks_late
    assert current_app.conf.task_reject_on_worker_lost
    assert current_app.conf.worker_prefetch_multiplier == 1
    assert current_app.conf.task_ignore_result


@pytest.mark.django_db
def test_the_task_drains_and_sends_until_nothing_is_left(monkeypatch):
    drained, posted = iter([3, 0, 0]), iter([1, 2, 0])
    monkeypatch.setattr("casemgr.schedule.drain_outbox", lambda *, at: next(drained))
    monkeypatch.setattr("casemgr.schedule.send_queued", lambda *, at: next(posted))
    drain()
    assert (list(drained), list(posted)) == ([], [])
