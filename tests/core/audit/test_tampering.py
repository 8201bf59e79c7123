"""Tamper with the record in eight ways as the owner of its tables, naively and with the whole chain computed anew."""

import pytest
from django.db import connection
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.verifying import verify

COLUMNS = "at, actor_id, actor_name, verb, outcome, patient_id, subject, reason, detail, door, address, request_id, rests_on, people, code"
ALL_BUT_ID = ", ".join(f"{name} = other.{name}" for name in COLUMNS.split(", "))


def change_a_field(record, keys):
    record.as_owner("UPDATE casemgr_auditevent SET actor_name = 'Somebody else' WHERE id = %s", keys[2])
    return [(3, keys[2])]


def delete_in_the_middle(record, keys):
    record.as_owner("DELETE FROM casemgr_auditevent WHERE id = %s", keys[2])
    record.as_owner("DELETE FROM casemgr_auditseal WHERE position = 3")
    return [(3, keys[2])]


def delete_the_tail(record, keys):
    record.as_owner("DELETE FROM casemgr_auditevent WHERE id = ANY(%s)", keys[3:])
    record.as_owner("DELETE FROM casemgr_auditseal WHERE position > 3")
    return [(4, None)]


def reorder(record, keys):
    record.as_owner("UPDATE casemgr_auditseal SET event_id = -event_id WHERE position IN (2, 4)")
    record.as_owner("UPDATE casemgr_auditseal SET event_id = %s WHERE position = 4", keys[1])
    record.as_owner("UPDATE casemgr_auditseal SET event_id = %s WHERE position = 2", keys[3])
    return [(2, keys[3]), (4, keys[1])]


def forge(record, keys):
    with connection.cursor() as cursor:  # the triggers stay on: the database itself seals it, in a chain without a flaw
        cursor.execute(
            f"INSERT INTO casemgr_auditevent ({COLUMNS}) SELECT {COLUMNS.replace('actor_id, actor_name', '7, %s')}"
            " FROM casemgr_auditevent WHERE id = %s RETURNING id",
            ["Somebody else", keys[0]],
        )
        forged = cursor.fetchone()[0]
    record.seal()
    return [(7, forged)]


def set_the_clock_back(record, keys):
    record.as_owner("UPDATE casemgr_auditseal SET sealed_at = sealed_at - interval '1 hour' WHERE position = 3")
    return [(3, keys[2])]


def swap_two(record, keys):
    record.as_owner(
        f"UPDATE casemgr_auditevent e SET {ALL_BUT_ID} FROM casemgr_auditevent other"
        " WHERE (e.id, other.id) IN ((%s, %s), (%s, %s))",
        keys[1], keys[4], keys[4], keys[1],
    )  # fmt: skip
    return [(2, keys[1]), (5, keys[4])]


def truncate(record, keys):
    record.as_owner("TRUNCATE casemgr_auditevent, casemgr_auditseal RESTART IDENTITY")
    return [(1, None)]


EIGHT = {
    change_a_field: "its code does not fit what it says",
    delete_in_the_middle: "the event is gone; it was there when the anchor of",
    delete_the_tail: "3 events are gone, positions 4 to 6",
    reorder: "at this place the anchor of",
    forge: "its code does not fit what it says",
    set_the_clock_back: "a clock went back",
    swap_two: "it is not what was anchored at",
    truncate: "6 events are gone, positions 1 to 6",
}


@pytest.mark.parametrize("chain_anew", [False, True], ids=["naively", "with the chain computed anew"])
@pytest.mark.parametrize("tamper", EIGHT, ids=lambda tamper: tamper.__name__)
def test_what_the_owner_of_the_tables_does_is_found_and_located(record, tamper, chain_anew):
    keys = record.write(6)
    assert record.places() == []
    expected = tamper(record, keys)
    if chain_anew:
        record.chain_anew()
    assert record.places() == expected
    assert EIGHT[tamper] in record.words()


def test_nothing_is_found_where_nothing_was_touched(record):
    for count in (6, 1, 3):
        record.write(count)
        result = verify(at=timezone.now())
        assert (result.faults, result.notes) == ([], [])
    assert result.rows == 10
    assert result.anchor.position == 10


def test_a_copy_of_an_event_is_found_though_its_code_fits(record):
    keys = record.write(3)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO casemgr_auditevent ({COLUMNS}) SELECT {COLUMNS} FROM casemgr_auditevent WHERE id = %s", [keys[1]])
    record.seal()
    copy = AuditEvent.objects.latest("pk")
    assert record.places() == [(4, copy.pk)]
    assert f"its code is that of event {keys[1]}: it is a copy" in record.words()


def test_an_event_without_a_code_is_found(record):
    record.write(2)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO casemgr_auditevent ({COLUMNS}) SELECT {COLUMNS.replace('code', '%s')} FROM casemgr_auditevent LIMIT 1", [""]
        )
    record.seal()
    assert record.places() == [(3, AuditEvent.objects.latest("pk").pk)]
    assert "it carries no code: the application did not write it" in record.words()


def test_an_event_written_past_the_seal_is_found(record):
    record.write(2)
    record.as_owner(
        f"INSERT INTO casemgr_auditevent ({COLUMNS}) SELECT {COLUMNS.replace('verb', '%s')} FROM casemgr_auditevent LIMIT 1", "x"
    )
    assert "the event was never sealed" in record.words()
    assert record.places() == [(0, AuditEvent.objects.latest("pk").pk)]


def test_an_event_whose_moment_is_not_that_of_its_sealing_is_found_with_both_times(record, now):
    AuditEvent.objects.create(at=now, actor_name="Nora", verb="chart", outcome="seen", door="page")
    record.seal()
    assert "it says that it happened at 2026-03-04T20:00:00.000000, but was sealed at " in record.words()


def test_a_tail_cut_off_and_written_over_is_found(record):
    keys = record.write(6)
    assert record.places() == []
    delete_the_tail(record, keys)
    record.write(3)
    assert record.places() == [(4, None)]
    assert "3 events are gone, positions 4 to 6" in record.words()


def test_an_event_put_in_before_what_was_anchored_is_found(record):
    record.write(4)
    assert record.places() == []
    forged = record.write(1)[0]
    record.as_owner("UPDATE casemgr_auditseal SET position = 100 WHERE position = 5")
    for position in (4, 3, 2):
        record.as_owner("UPDATE casemgr_auditseal SET position = %s WHERE position = %s", position + 1, position)
    record.as_owner("UPDATE casemgr_auditseal SET position = 2 WHERE position = 100")
    record.chain_anew()
    assert record.places()[0] == (2, forged)
    assert "no anchor knows it, though what follows was anchored at" in record.words()
