"""The tablet is closed after item 9: the urgent task is there within a second, and only once, whatever is up or down."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from casemgr.celery import app
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from patients.safety.actions import note_answer
from patients.safety.models import SafetyCall, SafetyConcern, SafetySignal
from referrals.casework.models import Task
from tests.workers import Nursery, wait_until
from tests.worlds import Clinic

SECOND = 1.0
AT_ONCE = 8


@pytest.fixture
def clinic(transactional_db, now):
    return Clinic.open(now)


@pytest.fixture
def now():
    """Real workers look at the real clock."""
    return timezone.now()


@pytest.fixture
def nobody_reacts_in_place(monkeypatch):
    """Leave the fact to the worker, as when the process that noted the answer dies right after its commit."""
    monkeypatch.setattr("casemgr.core.outbox.recording.react_now", lambda keys, *, at: None)


def answer(clinic, patient, given=1, *, item="9", instrument="phq9"):
    facts = {"instrument": instrument, "item": item, "answer": given, "assessment_ref": "patients.assessment:1"}
    return note_answer(patient=patient, program=clinic.program, **facts, by=clinic.system, at=timezone.now())


def test_the_task_is_there_when_the_answer_is_saved_although_worker_and_broker_are_down(clinic):
    took = []
    for number in range(1, 4):
        patient = clinic.patient()
        started = time.monotonic()
        answer(clinic, patient)
        took.append(time.monotonic() - started)
        task = Task.objects.latest("pk")
        assert (task.owner, task.urgency, Task.objects.count()) == (clinic.therapist, 1, number)
    assert median(took) < SECOND, took
    drain(at=timezone.now())
    assert Task.objects.count() == SafetyCall.objects.count() == 3


def test_a_reaction_that_fails_in_place_takes_nothing_along_and_is_the_workers_to_repeat(clinic, monkeypatch):
    def fails(concern):
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr("casemgr.reactions.safety._whom_to_call", fails)
        concern = answer(clinic, clinic.patient())
    assert SafetyConcern.objects.get() == concern
    assert not Task.objects.exists()
    drain(at=timezone.now() + timedelta(minutes=1))
    assert Task.objects.get().owner == clinic.therapist


@pytest.mark.parametrize("given", [[1] * AT_ONCE, [1, 2, 3, 3, 2, 1, 3, 1]])
def test_many_requests_at_once_give_one_concern_and_one_task(clinic, given):
    patient, together = clinic.patient(), Barrier(AT_ONCE, timeout=20)

    def one(value):
        try:
            together.wait()
            return answer(clinic, patient, value).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        concerns = set(pool.map(one, given))
    drain(at=timezone.now())
    concern = SafetyConcern.objects.get()
    assert concerns == {concern.pk}
    assert SafetySignal.objects.count() == len(set(given))
    assert Fact.objects.filter(kind="SafetyConcernRaised").count() == concern.told <= len(set(given))
    assert Task.objects.filter(state="open").count() == 1
    assert Task.objects.count() <= concern.told


@pytest.fixture
def worker(transactional_db, tmp_path, application_role, settings, monkeypatch) -> Iterator[Nursery]:
    """Return a nursery whose broker hears the wake-ups of this process; nothing else wakes its worker: no beat ticks."""
    nursery = Nursery(tmp_path, role=application_role)
    settings.REDIS_URL = nursery.broker_url
    address = nursery.broker_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    with app.connection_for_write(address) as broker:
        send = app.send_task
        monkeypatch.setattr(app, "send_task", lambda name, **options: send(name, connection=broker, **options))
        yield nursery
    nursery.stop()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_commit_wakes_the_worker_which_makes_the_task_within_a_second(clinic, worker, nobody_reacts_in_place):
    worker.start()
    answer(clinic, clinic.patient())
    wait_until(lambda: Task.objects.count() == 1)
    took = []
    for number in range(2, 5):
        patient = clinic.patient()
        started = time.monotonic()
        for _reload in range(2):
            answer(clinic, patient)
        wait_until(lambda number=number: Task.objects.count() == number)
        took.append(time.monotonic() - started)
    assert median(took) < SECOND, took
    assert Task.objects.count() == SafetyConcern.objects.count() == SafetyCall.objects.count() == 4
