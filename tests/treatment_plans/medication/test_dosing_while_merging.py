"""Two records of one person are merged, or a merge is undone, while somebody stands at the window: never two doses for one day."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import connection, connections

from casemgr.core.accounts.models import User
from casemgr.core.refusals import Refused
from casemgr.desk.counts import doses_to_come
from patients.episodes.models import Episode
from patients.merging import actions as merging
from patients.merging.actions import merge_patients, undo_merge
from patients.merging.models import Merge
from patients.record.models import Patient
from tests.charts import dose_of
from tests.worlds import end_stays
from treatment_plans.medication import actions
from treatment_plans.medication.actions import hold_order, note_missed_doses, write_order
from treatment_plans.medication.models import Dose, Order, warning_words
from treatment_plans.medication.queries import calendar_of, dosing_list, facts_for_a_dose

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 3, 4)
STAYS = "merged into the record of Zqvxwmary Kxqzjwlopes meanwhile. Nothing was changed. Open that one"
GIVEN = "The dose for March 4 was given already: 40 mg at 3 p.m. by"


@pytest.fixture
def records(clinic):
    """Return the record that stays, which is the older one, and the other; the care of the older one has ended."""
    survivor, merged = clinic.patient(given="Zqvxwmary", family="Kxqzjwlopes"), clinic.patient(given="Zqvxwmaria", family="Kxqzjwlopez")
    survivor.episodes.update(admitted_on="2025-06-01")
    end_stays(survivor.episodes.all(), "2025-12-01")
    survivor.care_team.update(since="2025-06-01", until="2025-12-01")
    clinic.privacy_officer.memberships.update(site=None)
    return survivor, merged


@pytest.fixture
def order(records, ordered):
    """Return an order on the record that goes, with all that the window has in hand."""
    return Order.objects.select_related("product", "site").get(pk=ordered(records[1]).pk)


@pytest.fixture
def merge(clinic, records, now):
    def _merge(*both):
        survivor, merged = (Patient.objects.get(pk=row.pk) for row in both or records)
        by = User.objects.get(pk=clinic.privacy_officer.pk)
        return merge_patients(survivor=survivor, merged=merged, program=clinic.program, reason="Same photo.", by=by, at=now)

    return _merge


@pytest.fixture
def undo(clinic, now):
    def _undo():
        by = User.objects.get(pk=clinic.privacy_officer.pk)
        return undo_merge(merge=Merge.objects.filter(undone_at=None).latest("pk"), reason="They are twins.", by=by, at=now)

    return _undo


def somebody_waits() -> None:
    """Wait until another connection waits for a row that this one holds."""
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody came to wait.")


@pytest.fixture
def one_then_the_other(monkeypatch):
    """Return what begins one thing, lets another come to wait for it in the middle, and returns what both were told."""

    def _run(module, step, first, second):
        inside, do = Event(), getattr(module, step)

        def in_the_middle(*args, **kwargs):
            if not inside.is_set():
                inside.set()
                somebody_waits()
            return do(*args, **kwargs)

        monkeypatch.setattr(module, step, in_the_middle)
        with ThreadPoolExecutor(2) as pool:
            begun = pool.submit(answer_of, first)
            assert inside.wait(timeout=20)
            waiting = pool.submit(answer_of, second)
            return begun.result(timeout=20), waiting.result(timeout=20)

    return _run


def answer_of(act):
    """Do something on a connection of its own; return what came of it, no as a sentence."""
    try:
        return act()
    except Refused as refused:
        return str(refused)
    finally:
        connections.close_all()


def doses():
    return list(Dose.objects.values_list("patient_id", "for_day", "mg"))


def test_a_dose_that_waits_for_a_merge_is_refused_with_the_name_of_the_record_that_stays_and_given_there_once(
    order, records, merge, give, one_then_the_other, clinic
):
    merged, said = one_then_the_other(merging, "_move", merge, lambda: give(order))
    assert isinstance(merged, Merge)
    assert STAYS in said
    assert doses() == []
    give(Order.objects.get(pk=order.pk))
    with pytest.raises(Refused, match=GIVEN):
        give(Order.objects.get(pk=order.pk))
    assert doses() == [(records[0].pk, TODAY, 40)]


def test_a_merge_that_waits_for_a_dose_takes_it_along_so_the_other_record_gets_no_second_one(
    order, records, merge, give, one_then_the_other
):
    given, merged = one_then_the_other(actions, "draw_stock", lambda: give(order), merge)
    assert isinstance(given, Dose)
    assert isinstance(merged, Merge)
    with pytest.raises(Refused, match=GIVEN):
        give(Order.objects.get(pk=order.pk))
    assert doses() == [(records[0].pk, TODAY, 40)]


def test_a_merge_that_waits_for_a_second_dose_of_the_day_is_refused_and_says_what_happened(
    order, records, merge, give, one_then_the_other, clinic, ordered
):
    ended = Order.objects.get(pk=order.pk)
    ended.pk, ended.patient, ended.state, ended.ends_on = None, records[0], "ended", TODAY
    ended.starts_on = date(2026, 3, 3)
    ended.save(force_insert=True)
    dose_of(ended, clinic, TODAY)
    given, said = one_then_the_other(actions, "draw_stock", lambda: give(order), merge)
    assert isinstance(given, Dose)
    assert "Both were given the same medication on the same day" in said
    assert Merge.objects.count() == 0


def test_the_dose_of_the_other_record_is_seen_once_the_records_are_one(order, records, merge, give, one_then_the_other, clinic):
    ended = Order.objects.get(pk=order.pk)
    ended.pk, ended.patient, ended.state, ended.ends_on = None, records[0], "ended", TODAY
    ended.starts_on = date(2026, 3, 3)
    ended.save(force_insert=True)
    dose_of(ended, clinic, TODAY)
    _merged, said = one_then_the_other(merging, "_move", merge, lambda: give(order))
    assert STAYS in said
    with pytest.raises(Refused, match="The dose for March 4 was given already"):
        give(Order.objects.get(pk=order.pk))
    assert Dose.objects.count() == 1


def test_no_order_is_written_or_changed_for_a_record_that_goes_while_one_waits(
    order, records, merge, one_then_the_other, clinic, now, methadone
):
    def write():
        facts = {"starts_on": TODAY, "by": User.objects.get(pk=clinic.prescriber.pk), "at": now}
        with pytest.raises(Refused, match=STAYS):
            hold_order(order=order, reason="Sedated", by=facts["by"], at=now)
        return write_order(
            patient=Patient.objects.get(pk=records[1].pk),
            program=clinic.program,
            site=clinic.north,
            product=methadone,
            daily_mg=Decimal(50),
            **facts,
        )

    merged, said = one_then_the_other(merging, "_move", merge, write)
    assert isinstance(merged, Merge)
    assert STAYS in said
    assert Order.objects.values_list("patient_id", "state").get() == (records[0].pk, "active")


def test_a_dose_that_waits_for_a_merge_to_be_undone_is_refused_with_the_name_of_the_record_that_has_the_order(
    order, records, merge, undo, give, one_then_the_other
):
    merge()
    moved = Order.objects.select_related("product", "site").get(pk=order.pk)
    undone, said = one_then_the_other(merging, "_by_the_narrow_door", undo, lambda: give(moved))
    assert not undone.stands
    assert "This order is on the record of Zqvxwmaria Kxqzjwlopez now" in said
    assert doses() == []
    give(order)
    assert doses() == [(records[1].pk, TODAY, 40)]


def test_what_was_given_while_the_records_were_one_is_not_given_again_once_they_are_two(
    order, records, merge, undo, give, one_then_the_other
):
    merge()
    moved = Order.objects.select_related("product", "site").get(pk=order.pk)
    given, undone = one_then_the_other(actions, "draw_stock", lambda: give(moved), undo)
    assert isinstance(given, Dose)
    assert not undone.stands
    with pytest.raises(Refused, match=GIVEN):
        give(order)
    assert doses() == [(records[1].pk, TODAY, 40)]


def test_a_dose_goes_back_with_its_order_through_two_merges(order, records, merge, undo, give, clinic):
    merge()
    third = clinic.patient(given="Zqvxwmarie", family="Kxqzjwlopesz")
    third.episodes.update(admitted_on="2025-06-01")
    end_stays(third.episodes.all(), "2025-12-01")
    merge(third, records[0])
    give(Order.objects.get(pk=order.pk))
    undo()
    undo()
    with pytest.raises(Refused, match=GIVEN):
        give(order)
    assert doses() == [(records[1].pk, TODAY, 40)]


def test_an_order_written_over_one_that_goes_back_goes_with_it_and_so_do_its_doses(records, merge, undo, give, ordered, now):
    first = ordered(records[1], starts_on=TODAY - timedelta(days=3), at=now - timedelta(days=3))
    merge()
    for mg in (45, 50):
        last = ordered(Patient.objects.get(pk=records[0].pk), mg=mg)
    give(last)
    undo()
    assert set(Order.objects.values_list("patient", flat=True)) == {records[1].pk}
    history = Order.pgh_event_model.objects
    assert set(history.values_list("patient", "pgh_obj__replaces")) >= {(records[1].pk, None), (records[1].pk, first.pk)}
    assert not history.filter(patient=records[0].pk).exists()
    with pytest.raises(Refused, match="The dose for March 4 was given already: 50 mg"):
        give(ordered(Patient.objects.get(pk=records[1].pk), mg=35))
    assert doses() == [(records[1].pk, TODAY, 50)]


def test_a_dose_of_the_day_on_the_other_record_is_asked_about_when_two_merges_were_undone_and_stops_nobody(
    records, merge, undo, give, ordered, clinic, now
):
    third = clinic.patient(given="Zqvxwmarie", family="Kxqzjwlopesz")
    end_stays(records[1].episodes.all(), "2026-03-01")
    merge(records[1], records[0])
    merge(third, records[1])
    taken = give(ordered(Patient.objects.get(pk=third.pk)))
    undo()
    undo()
    by = {"recorded_at": now, "recorded_by": clinic.system}
    Episode.objects.create(patient=records[0], program=clinic.program, site=clinic.north, admitted_on=TODAY, **by)
    order = ordered(Patient.objects.get(pk=records[0].pk))
    warned = facts_for_a_dose(order.pk, now).warnings
    assert [warning.code for warning in warned] == ["given_while_one"]
    assert "40 mg of methadone were given today at 3 p.m." in warning_words(warned[0])
    assert give(order, acknowledged=["given_while_one"], at=now + timedelta(minutes=1)).warnings[0]["acknowledged"]
    assert facts_for_a_dose(taken.order_id, now).warnings == []


def test_whoever_took_every_dose_while_the_records_were_one_is_not_missing_when_they_are_two(
    records, merge, undo, give, ordered, clinic, now, open_on_weekdays
):
    first = now - timedelta(days=2)
    order = ordered(records[1], starts_on=first.date(), at=first)
    merge()
    for days in (2, 1, 0):
        give(Order.objects.get(pk=order.pk), at=now - timedelta(days=days))
    undo()
    line = dosing_list(clinic.nurse, clinic.north, TODAY, calendar_of(clinic.north, around=TODAY))[0]
    assert (line.is_given, line.missed) == (True, [])
    assert not doses_to_come(clinic.nurse, TODAY).exists()
    assert note_missed_doses(site=clinic.north, day=TODAY, by=User.objects.system(), at=now + timedelta(hours=5)) == 0
    assert Order.objects.get(pk=order.pk).state == "active"


def test_windows_on_both_records_a_merge_and_its_undoing_all_at_once_end_with_one_dose_and_nobody_held_up(
    order, records, merge, undo, give
):
    merge()
    moved = Order.objects.select_related("product", "site").get(pk=order.pk)
    together = Barrier(6, timeout=30)

    def at_once(act):
        together.wait()
        return answer_of(act)

    with ThreadPoolExecutor(6) as pool:
        acts = [lambda: give(order), undo, lambda: give(moved), lambda: give(order), lambda: give(moved), undo]
        answers = [one.result(timeout=60) for one in [pool.submit(at_once, act) for act in acts]]
    assert all(isinstance(answer, (str, Dose, Merge)) for answer in answers)
    assert sum(isinstance(answer, Dose) for answer in answers) == len(doses()) <= 1
    for row in (order, moved):
        answer_of(lambda row=row: give(row))
    assert len(doses()) == 1
