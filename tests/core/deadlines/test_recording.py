from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casemgr.core.accounts.models import Program
from casemgr.core.deadlines.models import Clock
from casemgr.core.deadlines.recording import extend_clock, start_clock, start_clocks, stop_clock, stop_clocks
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Refused

AT = datetime(2026, 3, 4, 20, tzinfo=UTC)
TODAY = date(2026, 3, 4)


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(name="River Street Program")


def start(program, kind="accounting", subject="patients.request:1", **facts) -> Clock:
    return start_clock(**{"kind": kind, "program": program, "subject": subject, "started_on": TODAY, "at": AT, **facts})


def test_a_clock_knows_since_when_until_when_and_by_which_rules(program):
    clock = start(program, patient_id=7)
    assert (clock.due_on, clock.ends_on, clock.patient_id, clock.rules_version) == (date(2026, 5, 3), date(2026, 5, 3), 7, "2026-11")
    assert clock.rule.source == "42 CFR 2.25, 45 CFR 164.528(c)"
    assert clock.days_left(date(2026, 5, 4)) == -1


def test_starting_twice_is_one_clock_and_warns_once(program):
    first = start(program)
    assert start(program, at=AT + timedelta(hours=1)) == first
    assert Fact.objects.count() == 4


def test_many_clocks_are_started_in_as_many_statements_as_one(program, query_count):
    for many in (1, 12):
        with query_count(3):  # the clocks, their keys, the warnings
            start_clocks(
                kind="complaint",
                program=program,
                subjects=[(f"patients.complaint:{many}{number}", number) for number in range(many)],
                started_on=TODAY,
                at=AT,
            )


def test_once_stopped_it_stays_as_it_is(program):
    clock = start(program)
    assert stop_clock(kind="accounting", subject="patients.request:1", at=AT, outcome="answered") == clock
    assert stop_clock(kind="accounting", subject="patients.request:1", at=AT) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(closed_at=None, outcome="")
    assert start(program) != clock


def test_several_are_stopped_at_once(program):
    for number in range(3):
        start(program, subject=f"patients.request:{number}")
    assert stop_clocks(kinds=["accounting"], subjects=["patients.request:0", "patients.request:2"], at=AT, outcome="done") == 2
    assert Clock.objects.running().get().subject == "patients.request:1"


def test_a_clock_is_extended_once_in_time_and_for_a_reason(program):
    clock = start(program)
    with pytest.raises(Refused, match="why more time"):
        extend_clock(clock=clock, reason="  ", at=AT)
    extended = extend_clock(clock=clock, reason="Two archives answer late.", at=datetime(2026, 5, 4, 3, tzinfo=UTC))  # 23:00, May 3
    assert (extended.due_on, extended.extended_to, extended.ends_on) == (date(2026, 5, 3), date(2026, 6, 2), date(2026, 6, 2))
    with pytest.raises(Refused, match="once already"):
        extend_clock(clock=clock, reason="More.", at=AT)


def test_after_its_day_a_clock_is_not_extended(program):
    with pytest.raises(Refused, match="day has passed"):
        extend_clock(clock=start(program), reason="Late.", at=datetime(2026, 5, 4, 5, tzinfo=UTC))
    with pytest.raises(Refused, match="no extension"):
        extend_clock(clock=start(program, kind="intermediary_list"), reason="Late.", at=AT)
    assert not Clock.objects.filter(extended_to__isnull=False).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": date(2026, 3, 3), "ends_on": date(2026, 3, 3)},
        {"extended_to": date(2026, 6, 2), "ends_on": date(2026, 6, 2)},
        {"ends_on": date(2026, 6, 2)},
        {"outcome": "answered"},
    ],
    ids=["due before it starts", "extended without a reason", "ends on another day", "an outcome while it runs"],
)
def test_the_database_keeps_no_clock_that_contradicts_itself(program, wrong):
    facts = {"due_on": date(2026, 5, 3), "ends_on": date(2026, 5, 3), **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(
            kind="accounting", program=program, subject="x:1", started_on=TODAY, started_at=AT, rules_version="2026-11", **facts
        )


def test_a_reminder_looks_again_before_it_speaks(program):
    answered, moved, waiting = (start(program, subject=f"patients.request:{number}") for number in range(3))
    stop_clock(kind="accounting", subject=answered.subject, at=AT)
    extend_clock(clock=moved, reason="Two archives answer late.", at=AT)
    drain(at=datetime(2026, 4, 3, 12, tzinfo=UTC))
    said = dict(Fact.objects.filter(state="done").values_list("payload__clock_id", "outcome"))
    assert said == {answered.pk: "silent: it is done", moved.pk: "silent: it was extended", waiting.pk: "due in 30 days"}
    assert list(Clock.objects.loud()) == [waiting]
    drain(at=datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert Fact.objects.filter(outcome="overdue").get().payload["clock_id"] == waiting.pk


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_or_stop_at_once_one_does():
    program = Program.objects.create(name="River Street Program")
    for act, expected in (
        (lambda: start(program).pk, 1),
        (lambda: stop_clock(kind="accounting", subject="patients.request:1", at=AT), 2),
    ):
        together, results = Barrier(2), []

        def run(act=act, together=together, results=results):
            together.wait()
            try:
                with transaction.atomic():
                    results.append(act())
            finally:
                connection.close()

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 2
        assert len(set(results)) == expected
    assert Clock.objects.count() == 1
    assert Fact.objects.count() == 4
