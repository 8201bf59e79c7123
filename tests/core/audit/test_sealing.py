import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.sealing import canonical, digest_of, faults


def _seal_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _as_owner(statement, *parameters):
    """Change rows as somebody who owns the tables could: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def chain(clinic, now):
    for number in range(1, 6):
        note_read(by=clinic.nurse, at=now, what="chart", patient_id=number, detail={"n": "é | 3:x"})
    _seal_now()
    return list(AuditEvent.objects.order_by("id"))


def test_what_the_database_sealed_is_what_python_computes(chain):
    previous = ""
    for position, event in enumerate(chain, start=1):
        seal = AuditSeal.objects.get(event_id=event.pk)
        assert seal.position == position
        assert seal.digest == digest_of(previous, event)
        previous = seal.digest
    assert list(faults()) == []


def test_two_different_events_never_read_the_same(chain):
    first, second = chain[0], chain[1]
    first.verb, first.outcome = "ab", "c"
    second.pk, second.patient_id, second.verb, second.outcome = first.pk, first.patient_id, "a", "bc"
    assert canonical(first) != canonical(second)


def test_a_changed_field_is_found_and_located(chain):
    _as_owner("UPDATE casemgr_auditevent SET actor_name = 'Somebody else' WHERE id = %s", chain[2].pk)
    assert [(fault.position, fault.event_id, fault.text) for fault in faults()] == [(3, chain[2].pk, "the event or its seal was changed")]


def test_a_deleted_event_is_found_and_located(chain):
    _as_owner("DELETE FROM casemgr_auditevent WHERE id = %s", chain[1].pk)
    assert [(fault.position, fault.text) for fault in faults()] == [(2, "the sealed event is gone")]


def test_an_event_deleted_together_with_its_seal_is_found(chain):
    _as_owner("DELETE FROM casemgr_auditevent WHERE id = %s", chain[1].pk)
    _as_owner("DELETE FROM casemgr_auditseal WHERE event_id = %s", chain[1].pk)
    assert [fault.position for fault in faults()] == [2, 3]


def test_two_events_swapped_are_found(chain):
    _as_owner("UPDATE casemgr_auditseal SET event_id = -1 WHERE position = 2")
    _as_owner("UPDATE casemgr_auditseal SET event_id = %s WHERE position = 4", chain[1].pk)
    _as_owner("UPDATE casemgr_auditseal SET event_id = %s WHERE position = 2", chain[3].pk)
    assert [fault.position for fault in faults()] == [2, 4]


def test_an_event_written_past_the_seal_is_found(chain, now):
    _as_owner(
        "INSERT INTO casemgr_auditevent (at, actor_name, verb, outcome, subject, reason, detail, door, address, request_id)"
        " VALUES (%s, 'Nobody', 'chart', 'seen', '', '', '', '', '', '')",
        now,
    )
    assert [fault.text for fault in faults()] == ["the event was never sealed"]


def test_the_command_says_that_the_record_holds_and_fails_when_it_does_not(chain, capsys):
    call_command("verify_audit")
    assert "The audit record holds: 5 events, every seal in place." in capsys.readouterr().out
    _as_owner("UPDATE casemgr_auditevent SET reason = 'changed' WHERE id = %s", chain[4].pk)
    with pytest.raises(CommandError, match=r"does not hold in 1 place"):
        call_command("verify_audit")
    assert f"position 5, event {chain[4].pk}" in capsys.readouterr().out
